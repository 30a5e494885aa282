from __future__ import annotations

import pytest
from rule_examples import BROKEN, KNOWN, TAKEN, in_module
from submissions import an_entry
from update_examples import UPDATE_MODULES

from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import META, REGISTRY_METADATA_ERROR, RULES, Violation, judge
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import SEVERITY_ERROR


def test_every_rule_of_a_submission_has_an_example_that_breaks_it() -> None:
    modules = (
        "query",
        "repository",
        "patient_feed",
        "removal",
        "on_demand_retrieve",
        "answer",
        "found",
        "retrieved",
        "gateway",
        *UPDATE_MODULES,
    )
    elsewhere = {rule for module in modules for rule in in_module(module)}
    assert set(RULES) - elsewhere == set(BROKEN)


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_what_a_peer_is_told_is_a_code_that_the_rule_declares(rule: str) -> None:
    errors = check_registration(BROKEN[rule], TAKEN if rule == "C10" else KNOWN).errors
    for error in errors:
        declared = RULES[error.codeContext.rpartition("rule=")[2]]
        codes = {declared.code, *declared.also}
        assert error.errorCode in codes or (META in codes and error.errorCode == REGISTRY_METADATA_ERROR)


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
