from __future__ import annotations

import pytest
from hypothesis import given, settings
from registry_contents import Question, cases
from registry_model import answer
from submissions import a_folder, an_association, an_entry, uuid

from xdsi_sim.ebrim.model import Author, MetadataObject, Slot
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    GET_FOLDERS_FOR_DOCUMENT,
)
from xdsi_sim.rules.matching import matched, unkept
from xdsi_sim.rules.query import read_selection
from xdsi_sim.rules.selection import Selection
from xdsi_sim.vocab import APPROVED, DEPRECATED, ON_DEMAND

ON_DEMANDS = f"('{ON_DEMAND}')"


def selection(request: AdhocQueryRequest, transaction: str = "ITI-18") -> Selection:
    found = read_selection(request, transaction).selection
    assert found is not None
    return found


@settings(max_examples=400, deadline=None)
@given(cases())
def test_what_a_right_registry_answers_is_never_called_wrong(
    case: tuple[tuple[MetadataObject, ...], Question],
) -> None:
    objects, (query, parameters, request) = case
    expected = answer(query.name, objects, parameters)
    asked = selection(request, query.transaction)
    assert {one.entryUUID.lower() for one in expected} <= matched(asked, expected)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_what_a_query_of_one_step_does_not_give_is_called_wrong(
    case: tuple[tuple[MetadataObject, ...], Question],
) -> None:
    objects, (query, parameters, request) = case
    asked = selection(request, query.transaction)
    if len(query.steps) == 1 and parameters.get("$MetadataLevel") == [["2"]]:
        right = {one.entryUUID.lower() for one in answer(query.name, objects, parameters)}
        assert matched(asked, objects) == right


def find(**parameters: str) -> Selection:
    given_ = {"PatientId": "'P1^^^&2.999.1.1&ISO'", "Status": f"('{APPROVED}')", **parameters}
    slots = tuple(Slot(f"$XDSDocumentEntry{name}", (value,)) for name, value in given_.items())
    return selection(AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots))


@pytest.mark.parametrize(
    ("parameters", "changes", "unkept_"),
    [
        ({}, {}, []),
        ({}, {"availabilityStatus": DEPRECATED}, ["availabilityStatus"]),
        ({"AuthorPerson": "('%Roth%')"}, {"author": (Author(authorPerson="^Roth^M"),)}, []),
        ({"AuthorPerson": "('%Roth%')"}, {}, ["authorPerson"]),
        ({"CreationTimeFrom": "2025"}, {}, ["creationTime"]),
        ({"CreationTimeTo": "20240212083015"}, {}, ["creationTime"]),
        ({"ServiceStartTimeFrom": "2025"}, {}, []),
        ({"CreationTimeFrom": "2025", "Type": ON_DEMANDS}, {"objectType": ON_DEMAND}, []),
        ({"CreationTimeTo": "2023", "Type": ON_DEMANDS}, {"objectType": ON_DEMAND.upper()}, []),
        ({"Type": ON_DEMANDS}, {}, ["objectType"]),
        ({"ServiceStartTimeTo": "2024"}, {"serviceStartTime": "2024"}, ["serviceStartTime"]),
        ({"ServiceStartTimeFrom": "2024"}, {"serviceStartTime": "2024"}, []),
        ({"DocumentAvailability": "('urn:ihe:iti:2010:DocumentAvailability:Online')"}, {}, []),
    ],
)
def test_the_conditions_that_an_entry_does_not_keep_are_named(
    parameters: dict[str, str], changes: dict[str, object], unkept_: list[str]
) -> None:
    entry = an_entry(**{"availabilityStatus": APPROVED, **changes})
    asked = find(**parameters)
    assert [condition.attribute for condition in unkept(asked, entry)] == unkept_
    assert (matched(asked, [entry]) == {uuid(1)}) is (not unkept_)


def test_a_link_between_objects_of_the_answer_is_looked_at() -> None:
    slots = (Slot("$XDSDocumentEntryEntryUUID", (f"('{uuid(1)}')",)),)
    asked = selection(AdhocQueryRequest(id=GET_DOCUMENTS_AND_ASSOCIATIONS.id, parameters=slots))
    entry, own, other = an_entry(1), an_association(uuid(100), uuid(1)), an_association(uuid(100), uuid(2))
    assert matched(asked, [entry, own, other]) == {uuid(1), own.entryUUID.lower()}
    assert unkept(asked, other) == ()


def test_an_object_that_is_near_none_of_what_was_asked_breaks_no_condition() -> None:
    asked = find()
    assert matched(asked, [a_folder()]) == set()
    assert unkept(asked, a_folder(patientId="P9")) == ()


def test_a_link_through_what_is_not_in_the_answer_counts_as_kept() -> None:
    slots = (Slot("$XDSDocumentEntryEntryUUID", (f"'{uuid(1)}'",)),)
    asked = selection(AdhocQueryRequest(id=GET_FOLDERS_FOR_DOCUMENT.id, parameters=slots))
    assert matched(asked, [a_folder(), an_entry()]) == {uuid(200)}
