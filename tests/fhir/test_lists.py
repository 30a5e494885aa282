from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B.list import List
from submissions import a_folder, a_set

from xdsi_sim.ebrim.model import Author, InternationalString
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import subject_of
from xdsi_sim.fhir.lists import folder, list_kind, list_of, submission_set
from xdsi_sim.fhir.references import resolving
from xdsi_sim.fhir.rows import Reading, Unmapped, Writing
from xdsi_sim.vocab import APPROVED

SET = a_set(
    availabilityStatus=APPROVED,
    title=InternationalString.of("A submission"),
    comments=InternationalString.of("with a note"),
    author=(Author(authorPerson="^Roth^Miriam"),),
    intendedRecipient=("North", "|^Frei^Otto"),
    homeCommunityId="urn:oid:2.999.1",
)
FOLDER = a_folder(availabilityStatus=APPROVED, lastUpdateTime="20240212090000")


def written(object: Any) -> dict[str, Any]:
    return list_of(object, Writing(systems=Systems(), url=lambda _entry: ""), ["DocumentReference/1"])


def known(resource: dict[str, Any]) -> Reading:
    resolve = resolving(resource, {}, "2.999.1.1")
    return Reading(systems=Systems(), resolve=resolve, patient=subject_of("2.999.1.1", resolve))


def test_a_submission_set_comes_back() -> None:
    resource = written(SET)
    assert list_kind(resource) == "submissionset"
    assert submission_set(resource, known(resource), entryUUID=SET.entryUUID) == SET


def test_an_author_that_is_a_house_stands_beside_the_source() -> None:
    house = a_set(availabilityStatus=APPROVED, author=(Author(authorInstitution=("North",)),))
    resource = written(house)
    assert resource["source"]["extension"][0]["url"].endswith("ihe-authorOrg")
    assert submission_set(resource, known(resource), entryUUID=house.entryUUID) == house


def test_a_folder_comes_back() -> None:
    resource = written(FOLDER)
    assert list_kind(resource) == "folder"
    assert folder(resource, known(resource), entryUUID=FOLDER.entryUUID) == FOLDER


def test_what_is_written_fits_the_model_of_fhir() -> None:
    for object in (SET, FOLDER):
        List.model_validate(written(object))


def test_identifiers_without_type_and_other_lists_are_understood() -> None:
    resource = written(SET)
    for identifier in resource["identifier"]:
        del identifier["type"]
    assert submission_set(resource, known(resource), entryUUID=SET.entryUUID).uniqueId == SET.uniqueId
    assert list_kind({"code": {"coding": [{"code": "submissionset"}]}}) is None


def test_a_date_that_is_none_is_told() -> None:
    with pytest.raises(Unmapped) as caught:
        submission_set({"date": "soon"}, known({}), entryUUID="x")
    assert caught.value.path == "date"
