from __future__ import annotations

import pytest
from rule_examples import BROKEN, in_module
from submissions import an_entry

from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.rules.manifest import MANIFEST_RULES
from xdsi_sim.rules.registry import RULES, Violation, explain, judge
from xdsi_sim.vocab import SEVERITY_ERROR


def test_every_rule_of_a_submission_has_an_example_that_breaks_it() -> None:
    elsewhere = {*in_module("query"), *in_module("repository"), *in_module("patient_feed")}
    elsewhere |= {rule.id for rule in MANIFEST_RULES}
    assert set(RULES) - elsewhere == set(BROKEN)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_can_be_explained(rule: str) -> None:
    text = explain(rule)
    assert text.startswith(f"{rule}  ")
    assert text.count("\n") >= 2


def test_an_unknown_rule_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"unknown rule 'D0'.*Did you mean"):
        explain("D0")


def test_a_violation_is_told_with_object_attribute_value_and_rule() -> None:
    rule = RULES["D08"]
    verdict = judge([(an_entry(creationTime="soon"), (rule,))])
    (error,), (finding,) = verdict.errors, verdict.findings
    assert not verdict.accepted
    assert error.errorCode == "XDSRegistryMetadataError"
    assert error.severity == SEVERITY_ERROR
    facts = f"object={an_entry().entryUUID}; attribute=creationTime; value=soon; rule=D08"
    assert error.codeContext.endswith(facts)
    assert (finding.rule, finding.severity, finding.cites) == ("D08", Severity.ERROR, rule.cites)


def test_a_long_value_is_cut_where_it_is_shown() -> None:
    verdict = judge([(an_entry(creationTime="9" * 5000), (RULES["D08"],))])
    assert len(verdict.errors[0].codeContext) < 1000


def test_a_violation_may_say_nothing_but_its_text() -> None:
    assert Violation("wrong").attribute is None
