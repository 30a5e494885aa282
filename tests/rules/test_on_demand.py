from __future__ import annotations

from dataclasses import replace

import pytest
from rule_examples import KNOWN, broken_by, in_module
from submissions import a_submission, an_association, an_entry, an_on_demand_entry, uuid

from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import Association

SNAPSHOT = an_association(uuid(1), uuid(10), Association.IS_SNAPSHOT_OF)


@pytest.mark.parametrize("rule", in_module("on_demand"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


def test_a_snapshot_of_an_on_demand_entry_is_sound() -> None:
    assert check_registration(a_submission(more=(SNAPSHOT,)), KNOWN).findings == ()


def test_an_on_demand_entry_is_sound_beside_another_of_its_unique_id() -> None:
    request = a_submission(entries=(an_on_demand_entry(uniqueId="2.999.2.10"),))
    assert check_registration(request, KNOWN, "ITI-61").findings == ()


def test_the_unique_id_of_a_stable_entry_is_refused_by_its_code() -> None:
    request = a_submission(entries=(an_on_demand_entry(uniqueId="2.999.2.9"),))
    (error,) = check_registration(request, KNOWN, "ITI-61").errors
    assert (error.errorCode, error.codeContext.endswith("value=2.999.2.9; rule=F07")) == (
        "XDSRegistryMetadataError",
        True,
    )


def test_each_attribute_of_a_document_is_told_once() -> None:
    request = a_submission(entries=(an_on_demand_entry(creationTime="2024", hash="0" * 40, size="4"),))
    verdict = check_registration(request, transaction="ITI-61")
    assert [finding.rule for finding in verdict.findings] == ["E32"] * 3
    assert {error.errorCode for error in verdict.errors} == {"XDSRegistryMetadataError"}
    assert ["attribute=creationTime" in error.codeContext for error in verdict.errors] == [True, False, False]


def test_on_demand_entries_alone_are_registered_on_demand() -> None:
    mixed = a_submission(entries=(an_on_demand_entry(1), an_entry(2)))
    verdict = check_registration(mixed, transaction="ITI-61")
    assert [(finding.rule, finding.location) for finding in verdict.findings] == [("E31", uuid(2))]
    nothing = check_registration(a_submission(entries=()), transaction="ITI-61").findings
    assert "E31" in [finding.rule for finding in nothing]


def test_a_snapshot_is_no_on_demand_entry_itself() -> None:
    request = a_submission(entries=(an_on_demand_entry(),), more=(SNAPSHOT,))
    found = check_registration(request, KNOWN, "ITI-61").findings
    assert [(finding.rule, finding.text) for finding in found] == [
        ("E24", f"sourceObject of IsSnapshotOf is not Stable: {uuid(1)!r}")
    ]


def test_a_stable_entry_agrees_with_the_stable_one_of_its_unique_id_whatever_came_on_demand() -> None:
    stable, on_demand = (KNOWN.uniqueIds[f"2.999.2.{number}"][0] for number in (9, 10))
    known = replace(KNOWN, uniqueIds={"2.999.2.1": (on_demand, stable)})
    found = check_registration(a_submission(), known).findings
    assert [finding.rule for finding in found] == ["F04"]
