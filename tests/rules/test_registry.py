from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rule_examples import BROKEN, KNOWN, TAKEN, in_module
from rule_words import WRITTEN, told
from rules_page import catalogue
from submissions import an_entry
from update_examples import UPDATE_MODULES

from xdsi_sim.ebrim.model import InternationalString
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest import MANIFEST_RULES
from xdsi_sim.rules.registry import (
    META,
    REGISTRY_METADATA_ERROR,
    RULES,
    Profile,
    Verdict,
    Violation,
    judge,
    rule,
)
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import SEVERITY_ERROR


def test_every_rule_of_a_submission_has_an_example_that_breaks_it() -> None:
    modules = (
        "query",
        "repository",
        "document_content",
        "patient_feed",
        "discovery",
        "removal",
        "on_demand_retrieve",
        "answer",
        "found",
        "retrieved",
        "gateway",
        *UPDATE_MODULES,
    )
    elsewhere = {rule for module in modules for rule in in_module(module)}
    elsewhere |= {rule.id for rule in MANIFEST_RULES}
    assert set(RULES) - elsewhere == set(BROKEN)


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_what_a_peer_is_told_is_a_code_that_the_rule_declares(rule: str) -> None:
    errors = check_registration(BROKEN[rule], TAKEN if rule == "C10" else KNOWN).errors
    for error in errors:
        declared = RULES[error.codeContext.rpartition("rule=")[2]]
        codes = {declared.code, *declared.also}
        assert error.errorCode in codes or (META in codes and error.errorCode == REGISTRY_METADATA_ERROR)


def test_a_violation_is_told_with_object_attribute_value_and_rule() -> None:
    broken = RULES["D08"]
    verdict = judge([(an_entry(creationTime="soon"), (broken,))])
    (error,), (finding,) = verdict.errors, verdict.findings
    assert not verdict.accepted
    assert error.errorCode == "XDSRegistryMetadataError"
    assert error.severity == SEVERITY_ERROR
    facts = f"object={an_entry().entryUUID}; attribute=creationTime; value=soon; rule=D08"
    assert error.codeContext.endswith(facts)
    assert error.location == an_entry().entryUUID
    assert (finding.rule, finding.severity, finding.cites) == ("D08", Severity.ERROR, broken.cites)


def test_a_long_value_is_cut_where_it_is_shown() -> None:
    verdict = judge([(an_entry(creationTime="9" * 5000), (RULES["D08"],))])
    assert len(verdict.errors[0].codeContext) < 1000


def test_what_is_of_no_object_is_at_its_attribute() -> None:
    broken = replace(RULES["D08"], check=lambda _request: iter((Violation("wrong", attribute="$uuid"),)))
    (error,) = judge([(object(), (broken,))]).errors
    assert error.location == "$uuid"


def test_a_violation_may_say_nothing_but_its_text() -> None:
    assert Violation("wrong").attribute is None


PROFILES = [
    ({}, "error", ["XDSRegistryMetadataError"]),
    ({"D36": Severity.WARNING}, "warning", ["XDSRegistryMetadataError"]),
    ({"D36": None}, None, []),
    ({"D08": None}, "error", ["XDSRegistryMetadataError"]),
]


@pytest.mark.parametrize(("profile", "severity", "codes"), PROFILES)
def test_a_profile_says_what_a_rule_weighs(profile: Profile, severity: str | None, codes: list[str]) -> None:
    entry = an_entry(title=InternationalString.of("x" * 200))
    verdict = judge([(entry, (RULES["D36"],))], profile=profile)
    assert [finding.severity for finding in verdict.findings] == ([] if severity is None else [severity])
    assert [error.errorCode for error in verdict.errors] == codes
    assert verdict.accepted is (severity != "error")


def test_who_is_refused_by_a_profile_is_told_why() -> None:
    entry = an_entry(uniqueId="urn:oid:1.2")
    pairs = [(entry, (RULES["D25"],))]
    assert (judge(pairs).accepted, judge(pairs).errors) == (True, ())
    (error,) = judge(pairs, profile={"D25": Severity.ERROR}).errors
    assert (error.errorCode, error.severity) == ("XDSRegistryMetadataError", SEVERITY_ERROR)


def test_a_note_has_no_code_and_warnings_are_adjustable() -> None:
    notes = [one for one in RULES.values() if one.severity is Severity.INFO]
    assert {one.code for one in notes} == {None}
    assert all(one.adjustable for one in RULES.values() if one.severity is Severity.WARNING)
    with pytest.raises(ValueError, match="no peer is told"):
        rule("Z99", severity=Severity.INFO)(lambda _subject: iter(()))


def test_verdicts_are_put_together() -> None:
    one = judge([(an_entry(creationTime="soon"), (RULES["D08"],))])
    assert (one + Verdict()) == one
    assert len((one + one).findings) == len((one + one).errors) == 2


def test_the_manual_has_the_rules_as_they_are_registered() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    _, _, after = page.partition("<!-- catalogue -->\n")
    assert after.partition("<!-- end of catalogue -->")[0].strip() == catalogue().strip()


def test_what_is_wrong_is_told_in_the_words_that_are_written_down() -> None:
    assert told().splitlines() == WRITTEN.read_text(encoding="utf-8").splitlines()
