from __future__ import annotations

from dataclasses import replace

import pytest
from submissions import PATIENT, a_folder, an_entry

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.fhir.outcome import Rejected
from xdsi_sim.fhir.search import DOCUMENTS, FOLDERS, SETS, Search, read_document_search, read_list_search
from xdsi_sim.fhir.search_terms import Known
from xdsi_sim.messages.stored_queries import (
    FIND_DOCUMENTS,
    FIND_DOCUMENTS_BY_REFERENCE_ID,
    FIND_SUBMISSION_SETS,
    GET_DOCUMENTS,
    GET_SUBMISSION_SET_AND_CONTENTS,
)

OF_PATIENT = (("patient.identifier", "urn:oid:2.999.1.1|P1"), ("status", "current"))


def read(*pairs: tuple[str, str], strict: bool = False) -> Search:
    return read_document_search((*OF_PATIENT, *pairs), authority="2.999.1.1", strict=strict)


def queries(search: Search, number: int = 0) -> list[tuple[str, dict[str, tuple[str, ...]], bool]]:
    target = search.targets[number]
    found = list(search.queries(target, Known()))
    return [(f.request.id, {s.name: s.values for s in f.request.parameters}, f.by_id) for f in found]


@pytest.mark.parametrize(
    "pair",
    [
        ("patient.identifier", "urn:oid:2.999.1.1|P1"),
        ("patient:identifier", "urn:oid:2.999.1.1|P1"),
        ("patient.identifier", "P1"),
        ("patient", "Patient/2.999.1.1-P1"),
        ("patient", "http://host/fhir/Patient/2.999.1.1-P1"),
        ("subject", "P1"),
    ],
)
def test_a_patient_is_named_in_many_ways(pair: tuple[str, str]) -> None:
    search = read_document_search((pair, ("status", "current")), authority="2.999.1.1")
    assert search.patientId == PATIENT


def test_a_search_becomes_find_documents_for_all_types_of_entries() -> None:
    ((id, slots, by_id),) = queries(read(("type", "http://loinc.org|1")))
    assert (id, by_id) == (FIND_DOCUMENTS.id, False)
    assert slots["$XDSDocumentEntryPatientId"] == (f"'{PATIENT}'",)
    assert slots["$XDSDocumentEntryTypeCode"] == ("('1^^2.16.840.1.113883.6.1')",)
    assert "34268e47" in slots["$XDSDocumentEntryType"][0]


def test_reference_ids_and_ids_choose_other_queries() -> None:
    assert queries(read(("accession-number", "urn:oid:2.9|A")))[0][0] == FIND_DOCUMENTS_BY_REFERENCE_ID.id
    ((id, slots, by_id),) = queries(read(("identifier", "urn:ietf:rfc:3986|urn:oid:2.999.2.1")))
    assert (id, by_id) == (GET_DOCUMENTS.id, True)
    assert slots == {"$XDSDocumentEntryUniqueId": ("('2.999.2.1')",)}
    both = queries(read(("identifier", "urn:oid:2.9,urn:uuid:00000000-0000-4000-8000-000000000001")))
    assert [next(iter(slots)) for _, slots, _ in both] == [  # a UUID may be the uniqueId, or have become one
        "$XDSDocumentEntryEntryUUID",
        *["$XDSDocumentEntryUniqueId"] * 3,
    ]


def test_ids_need_no_patient_but_one_that_is_named_counts() -> None:
    search = read_document_search((("_id", "00000000-0000-4000-8000-000000000001"),), authority=None)
    assert search.patientId is None
    assert search.fits(an_entry(), DOCUMENTS, Known())
    other = read(("_id", "00000000-0000-4000-8000-000000000001"))
    entry = an_entry(availabilityStatus="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved")
    assert other.fits(entry, DOCUMENTS, Known())
    assert not other.fits(replace(entry, patientId="P2^^^&2.999.1.1&ISO"), DOCUMENTS, Known())
    elsewhere = replace(entry, patientId="P2^^^&2.999.2.1&ISO", homeCommunityId="urn:oid:2.999.2")
    assert other.fits(elsewhere, DOCUMENTS, Known(home="urn:oid:2.999.1"))  # where the patient has another id


def test_communities_are_handed_to_the_gateway() -> None:
    search = read(("targetCommunityIdList", "urn:oid:2.999.1,2.999.2"))
    assert search.communities == ("urn:oid:2.999.1", "urn:oid:2.999.2")
    ((_, slots, _),) = queries(search)
    assert slots["$targetCommunityIdList"] == ("('urn:oid:2.999.1')", "('urn:oid:2.999.2')")


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ((("status", "current"),), "names a patient"),
        ((("patient.identifier", "urn:oid:2.9|P1"),), "says which status"),
        ((("patient.identifier", "http://x|P1"), ("status", "current")), "urn:oid:"),
        ((*OF_PATIENT, ("patient.identifier", "urn:oid:2.9|P2")), "about one patient"),
        ((*OF_PATIENT, ("creation", "soon")), "creation: 'soon' is not a date"),
        ((*OF_PATIENT, ("type", "")), "type has no value"),
        ((*OF_PATIENT, ("_count", "many")), "_count is a number"),
        ((*OF_PATIENT, ("_offset", "-1")), "_offset is a number"),
        ((*OF_PATIENT, ("targetCommunityIdList", "home")), "no homeCommunityId"),
        ((("patient.identifier", "|"), ("status", "current")), "names no patient"),
    ],
)
def test_what_is_wrong_with_a_search_is_told(pairs: tuple[tuple[str, str], ...], text: str) -> None:
    with pytest.raises(Rejected, match=text) as caught:
        list(read_document_search(pairs, authority="2.999.1.1").queries(DOCUMENTS, Known()))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "pair",
    [
        ("colour", "red"),
        ("type:missing", "true"),
        ("_sort", "colour"),
        ("_include", "Colour:red"),
        ("_revinclude", "List:colour"),
        ("_summary", "text"),
    ],
)
def test_what_is_not_understood_is_told_or_refused(pair: tuple[str, str]) -> None:
    assert [issue.severity for issue in read(pair).issues] == ["warning"]
    with pytest.raises(Rejected, match=pair[0]):
        read(pair, strict=True)


def test_paging_sorting_and_including() -> None:
    search = read(
        ("_count", "5"),
        ("_offset", "10"),
        ("_sort", "-period,type"),
        ("_revinclude", "List:item"),
        ("_count", "9999"),
    )
    assert (search.paging.count, search.paging.offset, search.paging.sort) == (1000, 10, ("-period", "type"))
    assert search.includes == {"<List:item"}
    assert ("_offset", "10") not in search.used
    assert read(("_summary", "count")).paging.only_count
    assert read(("_count", "0")).paging.only_count


def test_lists_are_of_one_kind_or_of_both() -> None:
    def of(code: str, *more: tuple[str, str]) -> Search:
        return read_list_search((*OF_PATIENT, ("code", code), *more), authority=None)

    system = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
    assert of("submissionset").targets == of(f"{system}|submissionset").targets == (SETS,)
    assert of("folder").targets == (FOLDERS,)
    assert of("submissionset,folder").targets == (SETS, FOLDERS)
    assert of("submissionset,folder", ("sourceId", "urn:oid:2.9")).targets == (SETS,)  # folders have none
    ((id, slots, _),) = queries(of("submissionset", ("date", "ge2024")))
    assert id == FIND_SUBMISSION_SETS.id
    assert slots["$XDSSubmissionSetSubmissionTimeFrom"] == ("20240101000000",)
    found = queries(of("submissionset", ("identifier", "urn:oid:2.9,urn:oid:2.8")))
    assert [id for id, _, _ in found] == [GET_SUBMISSION_SET_AND_CONTENTS.id] * 2
    with pytest.raises(Rejected, match="by code"):
        read_list_search(OF_PATIENT, authority=None)


def test_a_folder_fits_by_its_codes() -> None:
    search = read_list_search(
        (*OF_PATIENT, ("code", "folder"), ("designationType", "urn:oid:2.999.1.8|F")), authority=None
    )
    fitting = a_folder(availabilityStatus="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved")
    assert search.fits(fitting, FOLDERS, Known())
    assert not search.fits(a_folder(codeList=()), FOLDERS, Known())


def test_slots_are_those_of_the_search_alone() -> None:
    assert all(
        isinstance(slot, Slot) for f in read().queries(DOCUMENTS, Known()) for slot in f.request.parameters
    )
