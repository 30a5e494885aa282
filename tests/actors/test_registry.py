from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from submissions import (
    AUTHORITY,
    PATIENT,
    a_folder,
    a_set,
    a_submission,
    an_association,
    an_entry,
    an_on_demand_entry,
    uuid,
)

from xdsi_sim.actors.flow import run
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.registry_port import PatientChange, RegistryChange
from xdsi_sim.ebrim.model import Folder, InternationalString, MetadataObject, RegistryObjectList, Slot
from xdsi_sim.errors import Severity
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, STORED_QUERIES, encode
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.code_sets import AllowedCode, CodeSets
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import APPROVED, DEPRECATED, FAILURE, ON_DEMAND, STABLE, SUCCESS
from xdsi_sim.vocab import Association as AssociationType

NOW = datetime(2026, 2, 14, 10, 15, tzinfo=UTC)
NAMES = {query.name: query for query in STORED_QUERIES.values()}


@pytest.fixture
def registry(store: SqliteRegistryStore) -> DocumentRegistry:
    return DocumentRegistry(store=store, patientAuthority=AUTHORITY, clock=lambda: NOW)


def register(registry: DocumentRegistry, request: SubmitObjectsRequest) -> RegistryResponse:
    return run(registry.register(request), lambda _call: None)


def codes(response: RegistryResponse | AdhocQueryResponse) -> list[str]:
    return [error.errorCode for error in response.errors]


def ask(
    registry: DocumentRegistry, query: str, returnType: str = LEAF_CLASS, **parameters: tuple[str, ...]
) -> AdhocQueryResponse:
    known = NAMES[query].by_name
    slots = tuple(encode(known[f"${name}"], *values) for name, values in parameters.items())
    return registry.query(AdhocQueryRequest(id=NAMES[query].id, parameters=slots, returnType=returnType))


def everything(registry: DocumentRegistry) -> RegistryObjectList:
    both = (APPROVED, DEPRECATED)
    answer = ask(
        registry,
        "GetAll",
        patientId=(PATIENT,),
        XDSDocumentEntryStatus=both,
        XDSSubmissionSetStatus=both,
        XDSFolderStatus=both,
    )
    assert answer.errors == ()
    return answer.objects


def by_id(objects: RegistryObjectList, entry_uuid: str) -> MetadataObject:
    return next(value for value in objects.objects() if value.entryUUID == entry_uuid)


def test_what_was_submitted_is_found_as_it_was_with_what_the_registry_adds(
    registry: DocumentRegistry,
) -> None:
    extra = Slot("urn:example:extra", ("1", "2"))
    entry = an_entry(extra=(extra,), homeCommunityId="urn:oid:2.999.1")
    assert register(registry, a_submission(entries=(entry,))) == RegistryResponse()
    (found,) = everything(registry).documentEntries
    added = {"availabilityStatus": APPROVED, "logicalID": entry.entryUUID, "version": "1"}
    ids = {name: getattr(found, name) for name in ("author", "externalIdentifierIds")}
    plain = {
        attr: replace(getattr(found, attr), id=None)
        for attr in (
            "classCode",
            "formatCode",
            "healthcareFacilityTypeCode",
            "practiceSettingCode",
            "typeCode",
        )
    }
    confidentiality = tuple(replace(code, id=None) for code in found.confidentialityCode)
    assert replace(found, **plain, confidentialityCode=confidentiality) == replace(entry, **added, **ids)


def test_a_replacement_that_names_the_folder_itself_joins_it_once(registry: DocumentRegistry) -> None:
    old, new, folder = an_entry(1), an_entry(9), a_folder()
    inside = an_association(folder.entryUUID, old.entryUUID)
    linked = an_association(uuid(100), inside.entryUUID)
    register(registry, a_submission(entries=(old,), folders=(folder,), more=(inside, linked)))
    member = an_association(folder.entryUUID, new.entryUUID)
    replaces = an_association(new.entryUUID, old.entryUUID, AssociationType.RPLC)
    more = (replaces, member, an_association(uuid(109), member.entryUUID))
    assert codes(register(registry, a_submission(entries=(new,), set_=a_set(109), more=more))) == []
    members = [item for item in everything(registry).associations if item.sourceObject == folder.entryUUID]
    assert [item.targetObject for item in members].count(new.entryUUID) == 1


def test_an_entry_that_replaces_two_of_a_folder_joins_it_once(registry: DocumentRegistry) -> None:
    inside = [an_association(uuid(200), uuid(number), entryUUID=uuid(30 + number)) for number in (1, 2)]
    linked = [an_association(uuid(100), each.entryUUID) for each in inside]
    two = a_submission(entries=(an_entry(1), an_entry(2)), folders=(a_folder(),), more=(*inside, *linked))
    assert codes(register(registry, two)) == []
    replaces = tuple(an_association(uuid(3), uuid(number), AssociationType.RPLC) for number in (1, 2))
    assert (
        codes(register(registry, a_submission(entries=(an_entry(3),), set_=a_set(103), more=replaces))) == []
    )
    members = [item for item in everything(registry).associations if item.sourceObject == uuid(200)]
    assert [item.targetObject for item in members].count(uuid(3)) == 1
    brought = {
        item.targetObject for item in everything(registry).associations if item.sourceObject == uuid(103)
    }
    assert brought == {uuid(3), *(item.entryUUID for item in members if item.targetObject == uuid(3))}


def hold(store: SqliteRegistryStore, *objects: MetadataObject) -> None:
    """Put objects into the registry that no submission of ours could leave there."""
    store.apply(RegistryChange(added=objects), lambda _view: RegistryChange()).result()


def related(number: int, target: int, type_: str) -> SubmitObjectsRequest:
    link = an_association(uuid(number), uuid(target), type_)
    return a_submission(entries=(an_entry(number),), set_=a_set(100 + number), more=(link,))


def test_a_snapshot_leaves_what_it_was_taken_of(
    registry: DocumentRegistry, store: SqliteRegistryStore
) -> None:
    on_demand = an_entry(1, objectType=ON_DEMAND, hash=None, size=None, creationTime=None)
    hold(store, replace(on_demand, availabilityStatus=APPROVED))
    assert codes(register(registry, related(2, 1, AssociationType.IS_SNAPSHOT_OF))) == []
    found = store.view().objects([uuid(1), uuid(2)])
    assert {value.availabilityStatus for value in found} == {APPROVED}


def test_a_deprecated_folder_gets_no_member(registry: DocumentRegistry, store: SqliteRegistryStore) -> None:
    member = an_association(uuid(200), uuid(1), entryUUID=uuid(31), availabilityStatus=APPROVED)
    entry = an_entry(1, availabilityStatus=APPROVED)
    hold(store, entry, a_folder(200, availabilityStatus=DEPRECATED), member)
    assert codes(register(registry, related(2, 1, AssociationType.RPLC))) == []
    (folder,) = store.view().objects([uuid(200)])
    assert isinstance(folder, Folder)
    assert folder.lastUpdateTime is None
    inside = an_association(uuid(200), uuid(3))
    more = (inside, an_association(uuid(103), inside.entryUUID))
    (error,) = register(registry, a_submission(entries=(an_entry(3),), set_=a_set(103), more=more)).errors
    assert (error.errorCode, error.codeContext[-3:]) == ("XDSRegistryMetadataError", "F16")


def test_a_folder_that_a_replacement_joins_has_the_time_of_that(registry: DocumentRegistry) -> None:
    inside = an_association(uuid(200), uuid(1))
    more = (inside, an_association(uuid(100), inside.entryUUID))
    register(registry, a_submission(folders=(a_folder(), a_folder(201)), more=more))
    later = replace(registry, clock=lambda: NOW + timedelta(hours=1))
    register(later, related(2, 1, AssociationType.RPLC))
    times = {folder.entryUUID: folder.lastUpdateTime for folder in everything(registry).folders}
    assert times == {uuid(200): "20260214111500", uuid(201): "20260214101500"}


def test_what_is_found_at_the_commit_is_told_though_it_is_accepted(registry: DocumentRegistry) -> None:
    register(registry, a_submission())
    register(registry, related(2, 1, AssociationType.RPLC))
    reference = an_association(uuid(103), uuid(1), submissionSetStatus="Reference")
    request = a_submission(entries=(an_entry(3, creationTime="2999"),), set_=a_set(103), more=(reference,))
    assert codes(register(registry, request)) == ["XDSRegistryDeprecatedDocumentError"]
    lenient = replace(registry, profile={"E12": Severity.WARNING})
    response = register(lenient, request)
    assert (status_name(response.status), codes(response)) == (
        "Success",
        ["XDSRegistryDeprecatedDocumentError"],
    )
    assert {finding.rule for finding in response.findings} == {"D09", "E12"}


def test_what_the_rules_weigh_here_decides_before_the_commit_and_at_it(registry: DocumentRegistry) -> None:
    long = a_submission(entries=(an_entry(title=InternationalString.of("x" * 128)),))
    assert codes(register(registry, long)) == ["XDSRegistryMetadataError"]
    response = register(replace(registry, profile={"D36": Severity.WARNING}), long)
    assert (response.status, codes(response)) == (SUCCESS, ["XDSRegistryMetadataError"])
    odd = a_submission(entries=(an_entry(2, uniqueId="urn:oid:2.999.2.2"),), set_=a_set(102))
    strict = replace(registry, profile={"D25": Severity.ERROR})
    response = register(strict, odd)
    assert (response.status, codes(response)) == (FAILURE, ["XDSRegistryMetadataError"])
    assert register(registry, odd).status == SUCCESS


def in_registry(registry: DocumentRegistry) -> None:
    register(registry, a_submission(folders=(a_folder(),)))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (a_submission(entries=(an_entry(2),)), "XDSRegistryMetadataError"),  # the set's own id is taken
        (
            a_submission(entries=(an_entry(2),), set_=a_set(101, uniqueId="2.999.3.100")),
            "XDSDuplicateUniqueIdInRegistry",
        ),
        (
            a_submission(entries=(), set_=a_set(101), folders=(a_folder(201, uniqueId="2.999.4.200"),)),
            "XDSDuplicateUniqueIdInRegistry",
        ),
        (
            a_submission(entries=(an_entry(2, uniqueId="2.999.2.1", hash="0" * 40),), set_=a_set(101)),
            "XDSNonIdenticalHash",
        ),
        (
            a_submission(entries=(an_entry(2, uniqueId="2.999.2.1", size="5"),), set_=a_set(101)),
            "XDSNonIdenticalSize",
        ),
        (
            a_submission(
                entries=(an_entry(2),),
                set_=a_set(101),
                more=(an_association(uuid(2), uuid(77), AssociationType.RPLC),),
            ),
            "UnresolvedReferenceException",
        ),
        (
            a_submission(
                entries=(an_entry(2, patientId=f"P2^^^&{AUTHORITY}&ISO"),),
                set_=a_set(101, patientId=f"P2^^^&{AUTHORITY}&ISO"),
                more=(an_association(uuid(2), uuid(1), AssociationType.APND),),
            ),
            "XDSPatientIdDoesNotMatch",
        ),
        (
            a_submission(
                entries=(an_entry(2, patientId="P1^^^&1.2&ISO"),), set_=a_set(101, patientId="P1^^^&1.2&ISO")
            ),
            "XDSUnknownPatientId",
        ),
    ],
)
def test_what_does_not_fit_the_registry_is_refused_whole(
    registry: DocumentRegistry, request_: SubmitObjectsRequest, code: str
) -> None:
    in_registry(registry)
    before = everything(registry)
    response = register(registry, request_)
    assert code in codes(response)
    assert status_name(response.status) == "Failure"
    assert everything(registry) == before


def test_the_same_document_may_be_registered_twice(registry: DocumentRegistry) -> None:
    in_registry(registry)
    again = a_submission(entries=(an_entry(2, uniqueId="2.999.2.1"),), set_=a_set(101))
    assert codes(register(registry, again)) == []
    found = ask(registry, "GetDocuments", XDSDocumentEntryUniqueId=("2.999.2.1",))
    assert len(found.objects.documentEntries) == 2


def test_a_submission_of_nobody_is_refused(registry: DocumentRegistry) -> None:
    nobody = a_submission(entries=(an_entry(patientId=""),), set_=a_set(patientId=""))
    response = register(registry, nobody)
    assert codes(response) == ["XDSRegistryMetadataError"] * 2
    assert all("patientId is empty" in error.codeContext for error in response.errors)


def test_patients_may_have_to_be_fed(store: SqliteRegistryStore) -> None:
    registry = DocumentRegistry(store=store, any_patient=False)
    assert codes(register(registry, a_submission())) == ["XDSUnknownPatientId"]
    store.feed((PATIENT,), lambda _known: PatientChange(announced=(PATIENT,))).result()
    assert codes(register(registry, a_submission())) == []


def test_a_message_is_held_against_the_codes_of_one_moment(store: SqliteRegistryStore) -> None:
    table = CodeSets.of((AllowedCode(attribute="mimeType", code="text/plain"),))
    tables = iter((table, None, table))  # somebody changes them at each look
    registry = DocumentRegistry(store=store, clock=lambda: NOW, codes=lambda: next(tables))
    refused = register(registry, a_submission())
    assert (status_name(refused.status), "rule=D27" in refused.errors[0].codeContext) == ("Failure", True)
    assert status_name(register(registry, a_submission()).status) == "Success"


def at_once(work: Callable[[int], RegistryResponse], count: int) -> list[RegistryResponse]:
    answers: list[RegistryResponse] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(work(n))) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_many_that_replace_one_entry_at_once_one_wins(registry: DocumentRegistry) -> None:
    register(registry, a_submission())

    def work(number: int) -> RegistryResponse:
        new = an_entry(10 + number)
        link = an_association(new.entryUUID, uuid(1), AssociationType.RPLC)
        return register(registry, a_submission(entries=(new,), set_=a_set(110 + number), more=(link,)))

    outcomes = sorted(codes(answer) for answer in at_once(work, 6))
    assert outcomes == [[], *[["XDSRegistryDeprecatedDocumentError"]] * 5]
    assert len(everything(registry).documentEntries) == 2


def test_of_two_sets_of_one_unique_id_at_once_one_wins(registry: DocumentRegistry) -> None:
    def work(number: int) -> RegistryResponse:
        set_ = a_set(110 + number, uniqueId="2.999.3.1")
        return register(registry, a_submission(entries=(an_entry(10 + number),), set_=set_))

    outcomes = sorted(codes(answer) for answer in at_once(work, 4))
    assert outcomes == [[], *[["XDSDuplicateUniqueIdInRegistry"]] * 3]


def test_what_was_acknowledged_survives(
    registry: DocumentRegistry, store: SqliteRegistryStore, tmp_path: Path
) -> None:
    register(registry, a_submission())
    before = everything(registry)
    store.close()
    reopened = SqliteRegistryStore(tmp_path)
    assert everything(replace(registry, store=reopened)) == before
    reopened.close()


# --- queries ---------------------------------------------------------------------------------


def test_references_alone_are_given_where_asked(registry: DocumentRegistry) -> None:
    register(registry, a_submission())
    answer = ask(registry, "GetDocuments", OBJECT_REF, XDSDocumentEntryUniqueId=("2.999.2.1",))
    assert answer.objects == RegistryObjectList(objectRefs=(uuid(1),))


def test_an_unknown_patient_has_nothing(registry: DocumentRegistry) -> None:
    answer = ask(
        registry,
        "FindDocuments",
        XDSDocumentEntryPatientId=(f"nobody^^^&{AUTHORITY}&ISO",),
        XDSDocumentEntryStatus=(APPROVED,),
    )
    assert (answer.errors, answer.fragments) == ((), ())


def test_ids_of_several_patients_give_references_and_no_metadata(registry: DocumentRegistry) -> None:
    other = f"P2^^^&{AUTHORITY}&ISO"
    register(registry, a_submission())
    register(
        registry, a_submission(entries=(an_entry(2, patientId=other),), set_=a_set(101, patientId=other))
    )
    both = (uuid(1), uuid(2))
    assert codes(ask(registry, "GetDocuments", XDSDocumentEntryEntryUUID=both)) == [
        "XDSResultNotSinglePatient"
    ]
    references = ask(registry, "GetDocuments", OBJECT_REF, XDSDocumentEntryEntryUUID=both)
    assert references.objects.objectRefs == both


def test_more_than_the_ceiling_is_an_error_that_names_it(registry: DocumentRegistry) -> None:
    register(registry, a_submission(entries=tuple(map(an_entry, range(1, 5)))))
    asked = {"XDSDocumentEntryPatientId": (PATIENT,), "XDSDocumentEntryStatus": (APPROVED,)}
    assert len(ask(replace(registry, most_results=4), "FindDocuments", **asked).fragments) == 4
    (error,) = ask(replace(registry, most_results=3), "FindDocuments", **asked).errors
    assert (error.errorCode, "mostResults" in error.codeContext) == ("XDSTooManyResults", True)


def test_a_wrong_query_is_answered_with_its_errors(registry: DocumentRegistry) -> None:
    answer = registry.query(AdhocQueryRequest(id=FIND_DOCUMENTS.id))
    assert codes(answer) == ["XDSStoredQueryMissingParam"] * 2


# --- On-Demand entries (ITI TF-2: 3.61) -------------------------------------------------------

STABLE_ONE, OFFERED, SNAPSHOT = uuid(1), uuid(2), uuid(3)


@pytest.fixture
def mixed(registry: DocumentRegistry) -> DocumentRegistry:
    """A Stable entry, an On-Demand one in a folder, and a snapshot of it."""
    folder = a_folder()
    inside = an_association(folder.entryUUID, OFFERED)
    on_demand = a_submission(
        entries=(an_on_demand_entry(2),),
        set_=a_set(102),
        folders=(folder,),
        more=(inside, an_association(uuid(102), inside.entryUUID)),
    )
    snapshot = a_submission(
        entries=(an_entry(3),),
        set_=a_set(103),
        more=(an_association(SNAPSHOT, OFFERED, AssociationType.IS_SNAPSHOT_OF),),
    )
    assert codes(register(registry, a_submission())) == []
    assert codes(run(registry.register(on_demand, "ITI-61"), lambda _call: None)) == []
    assert codes(register(registry, snapshot)) == []
    return registry


BOTH = (STABLE, ON_DEMAND)
FOUND = {"XDSDocumentEntryPatientId": (PATIENT,), "XDSDocumentEntryStatus": (APPROVED,)}
BEFORE_ALL = {"XDSDocumentEntryCreationTimeTo": ("1900",)}
SNAPSHOTS = {
    "XDSDocumentEntryEntryUUID": (OFFERED,),
    "AssociationTypes": (AssociationType.IS_SNAPSHOT_OF,),
}
APPROVED_ONES = {"patientId": (PATIENT,)} | {
    f"XDS{kind}Status": (APPROVED,) for kind in ("DocumentEntry", "SubmissionSet", "Folder")
}


@pytest.mark.parametrize(
    ("query", "parameters", "types", "found"),
    [
        ("FindDocuments", FOUND, (), [STABLE_ONE, SNAPSHOT]),
        ("FindDocuments", FOUND, (ON_DEMAND,), [OFFERED]),
        ("FindDocuments", FOUND, BOTH, [STABLE_ONE, OFFERED, SNAPSHOT]),
        ("FindDocuments", FOUND | BEFORE_ALL, BOTH, [OFFERED]),
        ("GetAll", APPROVED_ONES, (), [STABLE_ONE, SNAPSHOT]),
        ("GetAll", APPROVED_ONES, BOTH, [STABLE_ONE, OFFERED, SNAPSHOT]),
        ("GetFolderAndContents", {"XDSFolderEntryUUID": (uuid(200),)}, (), []),
        ("GetFolderAndContents", {"XDSFolderEntryUUID": (uuid(200),)}, (ON_DEMAND,), [OFFERED]),
        ("GetSubmissionSetAndContents", {"XDSSubmissionSetEntryUUID": (uuid(102),)}, (), []),
        ("GetSubmissionSetAndContents", {"XDSSubmissionSetEntryUUID": (uuid(102),)}, BOTH, [OFFERED]),
        ("GetRelatedDocuments", SNAPSHOTS, (), []),
        ("GetRelatedDocuments", SNAPSHOTS, BOTH, [OFFERED, SNAPSHOT]),
    ],
)
def test_on_demand_entries_are_found_by_those_who_ask_for_them(
    mixed: DocumentRegistry,
    query: str,
    parameters: dict[str, tuple[str, ...]],
    types: tuple[str, ...],
    found: list[str],
) -> None:
    asked = parameters | ({"XDSDocumentEntryType": types} if types else {})
    answer = ask(mixed, query, **asked)
    assert answer.errors == ()
    assert [entry.entryUUID for entry in answer.objects.documentEntries] == found


def test_an_on_demand_entry_may_share_its_unique_id_with_on_demand_ones_alone(
    mixed: DocumentRegistry,
) -> None:
    def offer(number: int, uniqueId: str | None) -> RegistryResponse:
        entry = an_on_demand_entry(number, uniqueId=uniqueId)
        request = a_submission(entries=(entry,), set_=a_set(100 + number))
        return run(mixed.register(request, "ITI-61"), lambda _call: None)

    assert codes(offer(4, an_on_demand_entry(2).uniqueId)) == []
    refused = offer(5, an_entry(1).uniqueId)
    assert codes(refused) == ["XDSRegistryMetadataError"]
    assert "rule=F07" in refused.errors[0].codeContext


def test_an_on_demand_entry_may_replace_a_stable_one(mixed: DocumentRegistry) -> None:
    request = a_submission(
        entries=(an_on_demand_entry(4),),
        set_=a_set(104),
        more=(an_association(uuid(4), STABLE_ONE, AssociationType.RPLC),),
    )
    assert codes(run(mixed.register(request, "ITI-61"), lambda _call: None)) == []
    (former,) = ask(mixed, "GetDocuments", XDSDocumentEntryEntryUUID=(STABLE_ONE,)).objects.documentEntries
    assert former.availabilityStatus == DEPRECATED
