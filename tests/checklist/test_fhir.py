from __future__ import annotations

from dataclasses import replace

import pytest
from a_survey import complete, surveyed

from xdsi_sim.checklist.checking import judge
from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import ROWS

BY_FHIR = ("S-11", "S-14", "K-20", "D-19")


def results(seen: Observed) -> dict[str, Result]:
    return {id_: judge(ROWS[id_], seen).result for id_ in BY_FHIR}


@pytest.mark.parametrize("name", ["central", "federated-2", "central-vna", "mixed"])
def test_the_same_is_found_by_fhir_in_every_architecture(name: str) -> None:
    assert results(surveyed(name).observed) == dict.fromkeys(BY_FHIR, Result.PASS)


def test_without_a_face_the_rows_are_not_tested() -> None:
    assert results(replace(complete(), fhir=None)) == dict.fromkeys(BY_FHIR, Result.NOT_TESTED)


def test_who_could_not_publish_by_fhir_is_in_part() -> None:
    seen = complete()
    assert seen.fhir is not None
    silent = replace(seen, fhir=replace(seen.fhir, published=None))
    assert judge(ROWS["S-11"], silent).result is Result.WARN
    refused = replace(seen, fhir=replace(seen.fhir, published="HTTP 422"))
    assert judge(ROWS["S-11"], refused).observed == "ITI-65: HTTP 422"


def test_what_is_found_by_one_way_alone_is_told() -> None:
    seen = complete()
    assert seen.fhir is not None
    fewer = replace(seen, fhir=replace(seen.fhir, entries=seen.fhir.entries[1:]))
    assert "is found by XDS alone" in judge(ROWS["S-11"], fewer).observed
