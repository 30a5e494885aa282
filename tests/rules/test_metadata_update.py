from __future__ import annotations

from dataclasses import replace

import pytest
from submissions import PATIENT, uuid
from update_examples import BROKEN, ENTRY, KNOWN, OTHER, cases_of, found_by, told_as
from update_requests import an_update, newer

from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.vocab import ON_DEMAND


@pytest.mark.parametrize(("rule", "number"), cases_of("metadata_update"))
def test_what_breaks_the_rule_is_told_by_its_code(rule: str, number: int) -> None:
    assert told_as(rule, number)


def test_a_missing_logical_id_is_told_as_that_alone() -> None:
    assert found_by(("ITI-57", an_update(newer(ENTRY, 10, logicalID=None)))) == [
        ("L02", "XDSMetadataUpdateError")
    ]


def test_a_patient_who_was_merged_is_the_one_who_survived() -> None:
    merged = replace(KNOWN, patients={OTHER: PATIENT, PATIENT: PATIENT})
    (case, _), _ = BROKEN["L21"]
    assert "L21" in {rule for rule, _ in found_by(case)}
    assert "L21" not in {rule for rule, _ in found_by(case, merged)}


def test_what_is_wrong_is_told_with_the_id_of_the_object() -> None:
    request = an_update(newer(ENTRY, 10, uniqueId="2.999.2.99", objectType=ON_DEMAND), previous="7")
    errors = check_registration(request, KNOWN, "ITI-57").errors
    told = {error.codeContext.rpartition("rule=")[2]: error.codeContext for error in errors}
    assert {"L06", "L08", "L09"} <= told.keys()
    assert all(f"; object={uuid(10)}; " in told[rule] for rule in ("L06", "L08", "L09"))
