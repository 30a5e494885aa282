"""Each stored query over a socket, with both return types, against what it must give by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_domain import QUERIES, ask, domain, root_of
from feeds import added, merged, tell
from submissions import PATIENT, a_folder, a_set, a_submission, an_association, an_entry, uuid
from wire import message, post, send

from xdsi_sim.ebrim.model import Author, Code
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.query import (
    LEAF_CLASS,
    OBJECT_REF,
    AdhocQueryRequest,
    AdhocQueryResponse,
)
from xdsi_sim.messages.stored_queries import encode
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import APPROVED, FAILURE
from xdsi_sim.vocab import Association as AssociationType

REFERENCE = "A1^^^&2.999.9&ISO^urn:ihe:iti:xds:2013:accession"
RESTRICTED = Code.of("R", "2.16.840.1.113883.5.25", "Restricted")
FIRST = a_submission(
    entries=(an_entry(1, referenceIdList=(REFERENCE,)), an_entry(2, confidentialityCode=(RESTRICTED,))),
    folders=(a_folder(200),),
    associations=(
        an_association(uuid(100), uuid(1), entryUUID=uuid(301), submissionSetStatus="Original"),
        an_association(uuid(100), uuid(2), entryUUID=uuid(302), submissionSetStatus="Original"),
        an_association(uuid(100), uuid(200), entryUUID=uuid(303)),
        an_association(uuid(200), uuid(1), entryUUID=uuid(304)),
        an_association(uuid(100), uuid(304), entryUUID=uuid(305)),
    ),
)
SECOND = a_submission(
    entries=(an_entry(3, author=(Author(authorPerson="^Roth^Miriam"),)),),
    set_=a_set(101),
    associations=(
        an_association(uuid(101), uuid(3), entryUUID=uuid(306), submissionSetStatus="Original"),
        an_association(uuid(3), uuid(1), AssociationType.APND, entryUUID=uuid(307)),
    ),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        url = started.url_of("registry")
        for submission in (FIRST, SECOND):
            assert (
                b"ResponseStatusType:Success"
                in send(url, post(url, *message(url, "ITI-42", submission))).body
            )
        yield started


ENTRY = {"XDSDocumentEntryStatus": APPROVED}
OF_PATIENT = {"XDSDocumentEntryPatientId": PATIENT, **ENTRY}
ALL = {"patientId": PATIENT, "XDSSubmissionSetStatus": APPROVED, "XDSFolderStatus": APPROVED, **ENTRY}
SET_100 = {"XDSSubmissionSetEntryUUID": uuid(100)}
RESTRICTED_ONES = {"XDSDocumentEntryConfidentialityCode": f"R^^{RESTRICTED.codingScheme}"}
FACILITY = {"XDSDocumentEntryHealthcareFacilityTypeCode": "HOSP^^2.16.840.1.113883.5.11"}
APPENDED = {"AssociationTypes": AssociationType.APND}
SETS = {"XDSSubmissionSetPatientId": PATIENT, "XDSSubmissionSetStatus": APPROVED}
CODED_FOLDERS = {"XDSFolderStatus": APPROVED, "XDSFolderCodeList": "F^^2.999.1.8"}
CASES = [
    ("FindDocuments", OF_PATIENT, {1, 2, 3}),
    ("FindSubmissionSets", SETS, {100, 101}),
    ("FindFolders", {"XDSFolderPatientId": PATIENT, "XDSFolderStatus": APPROVED}, {200}),
    ("GetAll", ALL, {1, 2, 3, 100, 101, 200, *range(301, 308)}),
    ("GetDocuments", {"XDSDocumentEntryEntryUUID": uuid(1)}, {1}),
    ("GetDocuments", {"XDSDocumentEntryLogicalID": uuid(1), "MetadataLevel": "2"}, {1}),
    ("GetFolders", {"XDSFolderUniqueId": "2.999.4.200"}, {200}),
    ("GetAssociations", {"uuid": uuid(1)}, {301, 304, 307}),
    ("GetDocumentsAndAssociations", {"XDSDocumentEntryUniqueId": "2.999.2.1"}, {1, 301, 304, 307}),
    ("GetSubmissionSets", {"uuid": uuid(1)}, {100, 301}),  # not the folder that holds it, too
    ("GetSubmissionSets", {"uuid": uuid(200)}, {100, 303}),
    ("GetSubmissionSetAndContents", SET_100, {100, 1, 2, 200, *range(301, 306)}),
    # the folder's own HasMember leads to what was filtered out
    ("GetSubmissionSetAndContents", SET_100 | RESTRICTED_ONES, {100, 2, 200, 302, 303}),
    ("GetFolderAndContents", {"XDSFolderEntryUUID": uuid(200)}, {200, 1, 304}),
    ("GetFolderAndContents", {"XDSFolderEntryUUID": uuid(200), **RESTRICTED_ONES}, {200}),
    ("GetFoldersForDocument", {"XDSDocumentEntryUniqueId": "2.999.2.1"}, {200}),
    ("GetFoldersForDocument", {"XDSDocumentEntryEntryUUID": uuid(2)}, set()),
    ("GetRelatedDocuments", {"XDSDocumentEntryEntryUUID": uuid(1), **APPENDED}, {1, 3, 307}),
    ("GetRelatedDocuments", {"XDSDocumentEntryEntryUUID": uuid(2), **APPENDED}, set()),
    ("FindDocumentsByReferenceId", {**OF_PATIENT, "XDSDocumentEntryReferenceIdList": "A1^^^%"}, {1}),
    ("FindDocumentsForMultiplePatients", OF_PATIENT, {1, 2, 3}),
    ("FindDocumentsForMultiplePatients", ENTRY | FACILITY, {1, 2, 3}),
    ("FindFoldersForMultiplePatients", CODED_FOLDERS, {200}),
    (
        "FindDocumentsByReferenceIdForMultiplePatients",
        {**ENTRY, "XDSDocumentEntryReferenceIdList": REFERENCE},
        {1},
    ),
]


def test_every_query_of_the_catalogue_is_asked() -> None:
    assert {name for name, _, _ in CASES} == QUERIES.keys()


@pytest.mark.parametrize(("query", "parameters", "expected"), CASES)
def test_a_query_gives_objects_and_references_to_the_same(
    running: RunningTopology, query: str, parameters: dict[str, str], expected: set[int]
) -> None:
    url = running.url_of("registry")
    full = ask(url, query, LEAF_CLASS, **parameters)
    references = ask(url, query, OBJECT_REF, **parameters)
    assert (full.errors, references.errors) == ((), ())
    ids = [value.entryUUID for value in full.objects.objects()]
    assert {*ids} == set(map(uuid, expected))
    assert sorted(ids) == sorted(references.objects.objectRefs)
    assert all(value.availabilityStatus == APPROVED for value in full.objects.objects())


@pytest.mark.parametrize(
    ("query", "transaction"),
    [("FindDocuments", "ITI-51"), ("FindDocumentsForMultiplePatients", "ITI-18")],
)
def test_a_query_of_another_transaction_is_unknown(
    running: RunningTopology, query: str, transaction: str
) -> None:
    answer = ask(running.url_of("registry"), query, LEAF_CLASS, transaction, **OF_PATIENT)
    ((code, context),) = [(error.errorCode, error.codeContext) for error in answer.errors]
    assert code == "XDSUnknownStoredQuery"
    assert (
        f"{query} is one of {QUERIES[query].transaction}; attribute=id; value={QUERIES[query].id}" in context
    )


@pytest.mark.parametrize("type_", ["LeafClassWithRepositoryItem", "RegistryObject", "RepositoryItem"])
def test_other_return_types_of_ebrs_are_refused_by_name(running: RunningTopology, type_: str) -> None:
    (error,) = ask(running.url_of("registry"), "FindDocuments", type_, **OF_PATIENT).errors
    assert error.errorCode == "XDSRegistryError"
    assert f"attribute=returnType; value={type_}" in error.codeContext


def test_a_parameter_of_an_old_edition_is_ignored_and_noted(running: RunningTopology) -> None:
    url, find = running.url_of("registry"), QUERIES["FindDocuments"]
    slots = [encode(find.by_name[f"${name}"], value) for name, value in OF_PATIENT.items()]
    scheme = encode(find.by_name["$XDSDocumentEntryClassCode"], "1.2.3")
    old = AdhocQueryRequest(
        id=find.id, parameters=(*slots, type(scheme)("$XDSDocumentEntryClassCodeScheme", scheme.values))
    )
    answer = send(url, post(url, *message(url, "ITI-18", old)))
    assert parse(root_of(answer)) is not None
    assert answer.body.count(b"<rim:ExtrinsicObject") == 3
    found = {finding.rule: finding.severity.value for finding in running.exchanges()[-1].findings}
    assert found["I34"] == "warning"


def test_more_than_the_setting_allows_is_refused_with_its_name(tmp_path: Path) -> None:
    with domain(tmp_path, mostResults=1) as small:  # type: ignore[arg-type]  # a number
        url = small.url_of("registry")
        send(url, post(url, *message(url, "ITI-42", FIRST)))
        (error,) = ask(url, "FindDocuments", LEAF_CLASS, **OF_PATIENT).errors
    assert error.errorCode == "XDSTooManyResults"
    assert "more than 1 objects match; setting=mostResults" in error.codeContext


def test_a_patient_who_is_not_known_is_refused_where_the_registry_says_so(tmp_path: Path) -> None:
    with domain(tmp_path, unknownPatients="refuse") as careful:
        url = careful.url_of("registry")
        assert asked_for(url, "ITI-18", PATIENT).status == FAILURE
        send(url, post(url, *message(url, "ITI-42", FIRST)))
        assert len(asked_for(url, "ITI-18", PATIENT).objects.documentEntries) == 2
        (error,) = asked_for(url, "ITI-51", PATIENT, "P9^^^&2.999.1.1&ISO").errors
        assert (error.errorCode, error.codeContext.partition("value=")[2]) == (
            "XDSUnknownPatientId",
            "P9^^^&2.999.1.1&ISO; rule=I35",
        )
        assert [tell(url, feed).code for feed in (added("P9"), merged("P1", "P9"))] == ["CA", "CA"]
        assert len(asked_for(url, "ITI-18", "P9^^^&2.999.1.1&ISO").objects.documentEntries) == 2
        assert [one.errorCode for one in asked_for(url, "ITI-18", PATIENT).errors] == ["XDSUnknownPatientId"]


def asked_for(url: str, transaction: str, *patients: str) -> AdhocQueryResponse:
    """The Approved entries of the patients."""
    query = "FindDocuments" if transaction == "ITI-18" else "FindDocumentsForMultiplePatients"
    return ask(url, query, XDSDocumentEntryPatientId=patients, XDSDocumentEntryStatus=APPROVED)


LONG_LISTS = [
    ("GetDocuments", "XDSDocumentEntryEntryUUID", [uuid(n) for n in range(3, 40_003)]),
    ("FindDocuments", "XDSDocumentEntryAuthorPerson", [*(f"%nobody {n}%" for n in range(1_500)), "%Roth%"]),
]


@pytest.mark.parametrize(("query", "name", "values"), LONG_LISTS, ids=["ids", "authors"])
def test_any_number_of_values_is_looked_for(
    running: RunningTopology, query: str, name: str, values: list[str]
) -> None:
    stored = QUERIES[query]
    needed = OF_PATIENT if query == "FindDocuments" else {}
    slots = [encode(stored.by_name[f"${key}"], value) for key, value in needed.items()]
    slots.append(encode(stored.by_name[f"${name}"], *values))
    request = AdhocQueryRequest(id=stored.id, parameters=tuple(slots), returnType=OBJECT_REF)
    url = running.url_of("registry")
    answer = send(url, post(url, *message(url, "ITI-18", request)))
    assert answer.status == 200, answer.body
    assert uuid(3).encode() in answer.body
