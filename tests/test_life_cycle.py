"""What becomes of submissions, over real sockets: each action of the catalogue is seen to happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from a_domain import domain, provide, response_of
from feeds import added, merged, patient, tell
from submissions import (
    PATIENT,
    a_folder,
    a_provision,
    a_set,
    a_submission,
    an_association,
    an_entry,
    uuid,
)
from wire import Answer, message, post, send

from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Code,
    Folder,
    InternationalString,
    RegistryObjectList,
    Slot,
)
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.query import AdhocQueryRequest, read_query_response
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.stored_queries import GET_ALL, encode
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.actions import ACTIONS
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import APPROVED, DEPRECATED, NS, OFFLINE
from xdsi_sim.vocab import Association as Type

T = TypeVar("T", bound=Callable[..., None])
SHOWN: set[str] = set()


def shows(*actions: str) -> Callable[[T], T]:
    """The test that follows sees these actions happen."""
    SHOWN.update(actions)
    return lambda test: test


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path) as started:
        yield started


@pytest.fixture
def registry(running: RunningTopology) -> str:
    return running.url_of("registry")


def register(url: str, request: SubmitObjectsRequest) -> RegistryResponse:
    return response_of(send(url, post(url, *message(url, "ITI-42", request))))


def accept(url: str, request: SubmitObjectsRequest) -> None:
    response = register(url, request)
    assert (status_name(response.status), response.errors) == ("Success", ())


def as_sent(request: SubmitObjectsRequest, *changes: tuple[str, str]) -> SubmitObjectsRequest:
    """The request with other texts in its XML."""
    text = request.written().decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return SubmitObjectsRequest(element=parse(text.encode()))


def asked(url: str, patientId: str = PATIENT) -> Answer:
    """All that the registry has of a patient, whatever its status."""
    known = GET_ALL.by_name
    statuses = [name for name in known if name.endswith("Status")]
    slots = (
        encode(known["$patientId"], patientId),
        encode(known["$MetadataLevel"], "2"),
        *(encode(known[name], APPROVED, DEPRECATED) for name in statuses),
    )
    return send(url, post(url, *message(url, "ITI-18", AdhocQueryRequest(id=GET_ALL.id, parameters=slots))))


def held(url: str, patientId: str = PATIENT) -> RegistryObjectList:
    element = next(parse(asked(url, patientId).body).iter(f"{{{NS.QUERY}}}AdhocQueryResponse"))
    return read_query_response(element).objects


def statuses(objects: RegistryObjectList) -> dict[str, str]:
    """By the number of the entry the last part of its status."""
    return {
        str(value.uniqueId).rpartition(".")[2]: str(value.availabilityStatus).rpartition(":")[2]
        for value in objects.documentEntries
    }


def related(number: int, target: int, type_: str, **changes: object) -> SubmitObjectsRequest:
    """A submission of one entry with a relationship."""
    link = an_association(uuid(number), uuid(target), type_)
    entry, set_ = an_entry(number, **changes), a_set(100 + number)
    if "patientId" in changes:
        set_ = replace(set_, patientId=entry.patientId)
    return a_submission(entries=(entry,), set_=set_, more=(link,))


def into(folder: int, entry: int, set_: int) -> tuple[Association, Association]:
    """What makes an entry a member of a folder."""
    member = an_association(uuid(folder), uuid(entry))
    return member, an_association(uuid(set_), member.entryUUID)


def members(objects: RegistryObjectList, folder: int) -> dict[str, Association]:
    """HasMember of a folder by target."""
    return {
        str(item.targetObject): item
        for item in objects.associations
        if item.sourceObject == uuid(folder) and item.associationType == Type.HAS_MEMBER
    }


def folder_of(objects: RegistryObjectList, number: int) -> Folder:
    return next(folder for folder in objects.folders if folder.entryUUID == uuid(number))


# --- relationships ---------------------------------------------------------------------------


@pytest.mark.parametrize("type_", [Type.APND, Type.XFRM, Type.SIGNS])
@shows("F28")
def test_what_adds_to_an_entry_leaves_its_status(registry: str, type_: str) -> None:
    accept(registry, a_submission())
    accept(registry, related(2, 1, type_))
    objects = held(registry)
    assert statuses(objects) == {"1": "Approved", "2": "Approved"}
    (link,) = (item for item in objects.associations if item.associationType == type_)
    assert (link.sourceObject, link.targetObject) == (uuid(2), uuid(1))
    assert link.availabilityStatus == APPROVED


@pytest.mark.parametrize("type_", [Type.RPLC, Type.XFRM_RPLC])
@shows("F23", "F24", "F25", "F27")
def test_a_replacement_deprecates_what_derives_and_joins_the_folders(registry: str, type_: str) -> None:
    folder = a_folder(lastUpdateTime="20000101000000")
    accept(registry, a_submission(folders=(folder, a_folder(201)), more=into(200, 1, 100)))
    for number, target, kind in ((2, 1, Type.APND), (3, 2, Type.XFRM), (5, 1, Type.SIGNS)):
        accept(registry, related(number, target, kind))
    first = folder_of(held(registry), 200).lastUpdateTime
    assert first is not None
    assert first > "20000101000000"
    accept(registry, related(9, 1, type_))
    objects = held(registry)
    assert statuses(objects) == {
        "1": "Deprecated",
        "2": "Deprecated",
        "3": "Deprecated",
        "5": "Approved",
        "9": "Approved",
    }
    joined = members(objects, 200)
    assert joined.keys() == {uuid(1), uuid(9)}
    assert members(objects, 201) == {}
    beside = [item for item in objects.associations if item.targetObject == joined[uuid(9)].entryUUID]
    assert [(item.sourceObject, item.associationType) for item in beside] == [(uuid(109), Type.HAS_MEMBER)]
    assert (folder_of(objects, 200).lastUpdateTime or "") >= first


def test_a_chain_of_replacements_leaves_the_last_and_its_folder_has_all(registry: str) -> None:
    accept(registry, a_submission(folders=(a_folder(),), more=into(200, 1, 100)))
    accept(registry, related(2, 1, Type.RPLC))
    accept(registry, related(3, 2, Type.RPLC))
    objects = held(registry)
    assert statuses(objects) == {"1": "Deprecated", "2": "Deprecated", "3": "Approved"}
    assert members(objects, 200).keys() == {uuid(1), uuid(2), uuid(3)}


def test_what_is_deprecated_is_not_replaced_again(registry: str) -> None:
    accept(registry, a_submission())
    accept(registry, related(2, 1, Type.RPLC))
    (error,) = register(registry, related(3, 1, Type.RPLC)).errors
    assert error.errorCode == "XDSRegistryDeprecatedDocumentError"
    assert error.codeContext.endswith(f"attribute=targetObject; value={uuid(1)}; rule=E22")


def test_two_entries_of_one_submission_do_not_replace_one(registry: str) -> None:
    accept(registry, a_submission())
    links = tuple(an_association(uuid(number), uuid(1), Type.RPLC) for number in (2, 3))
    request = a_submission(entries=(an_entry(2), an_entry(3)), set_=a_set(101), more=links)
    assert [error.codeContext[-3:] for error in register(registry, request).errors] == ["E27"]


def test_nothing_is_appended_to_a_transformation(registry: str) -> None:
    accept(registry, a_submission())
    accept(registry, related(2, 1, Type.XFRM))
    (error,) = register(registry, related(3, 2, Type.APND)).errors
    assert (error.errorCode, error.codeContext[-3:]) == ("XDSRegistryMetadataError", "E23")


def test_a_replacement_of_another_patient_joins_no_folder(registry: str) -> None:
    accept(registry, a_submission(folders=(a_folder(),), more=into(200, 1, 100)))
    before = held(registry)
    response = register(registry, related(2, 1, Type.RPLC, patientId=patient("P2")))
    assert {error.errorCode for error in response.errors} == {"XDSPatientIdDoesNotMatch"}
    assert [error.codeContext[-3:] for error in response.errors] == ["F15", "F26"]
    assert held(registry) == before


def test_a_merge_makes_two_patients_one_for_folders_and_relationships(registry: str) -> None:
    tell(registry, added("P1"))
    tell(registry, added("P2"))
    old = a_submission(
        entries=(an_entry(patientId=patient("P2")),),
        set_=a_set(patientId=patient("P2")),
        folders=(a_folder(patientId=patient("P2")),),
        more=into(200, 1, 100),
    )
    accept(registry, old)
    tell(registry, merged("P2", "P1"))
    accept(registry, related(2, 1, Type.RPLC))
    accept(registry, a_submission(entries=(an_entry(3),), set_=a_set(103), more=into(200, 3, 103)))
    objects = held(registry)
    assert members(objects, 200).keys() == {uuid(1), uuid(2), uuid(3)}
    assert {value.patientId for value in (*objects.documentEntries, *objects.folders)} == {PATIENT}


# --- folders and members ---------------------------------------------------------------------


def test_what_is_deprecated_gets_into_no_folder(registry: str) -> None:
    accept(registry, a_submission(folders=(a_folder(),)))
    accept(registry, related(2, 1, Type.RPLC))
    request = a_submission(entries=(), set_=a_set(103), associations=into(200, 1, 103))
    (error,) = register(registry, request).errors
    assert error.errorCode == "XDSRegistryDeprecatedDocumentError"
    assert error.codeContext.endswith("rule=F16")


WITH_OBJECTS_OF_THE_REGISTRY = {
    "E13": (an_association(uuid(200), uuid(2)),),
    "E14": (an_association(uuid(1), uuid(2)),),
    "E15": (an_association(uuid(200), uuid(201), entryUUID="in"), an_association(uuid(101), "in")),
    "E16": (an_association(uuid(2), uuid(100), Type.APND),),
    "E17": (an_association(uuid(100), uuid(2), submissionSetStatus="Original"),),
    "E18": (an_association(uuid(2), uuid(200), Type.RPLC),),
}
"""By rule, what is wrong because of the kind of something registered: entry 1, set 100, folder 200."""


@pytest.mark.parametrize("status", [None, "Original", "Reference"])
@pytest.mark.parametrize("target", [200, 300])
def test_no_folder_or_association_becomes_a_member_again(
    registry: str, target: int, status: str | None
) -> None:
    inside = an_association(uuid(200), uuid(1), entryUUID=uuid(300))
    first = a_submission(
        entries=(an_entry(1),), folders=(a_folder(200),), more=(inside, an_association(uuid(100), uuid(300)))
    )
    accept(registry, first)
    before = held(registry)
    again = an_association(uuid(101), uuid(target), submissionSetStatus=status)
    response = register(registry, a_submission(entries=(), set_=a_set(101), more=(again,)))
    assert status_name(response.status) == "Failure"
    assert "E14" in {error.codeContext.rpartition("=")[2] for error in response.errors}
    assert held(registry) == before


def test_the_kinds_of_registered_objects_are_looked_at(registry: str) -> None:
    accept(registry, a_submission(entries=(an_entry(1),), folders=(a_folder(200),)))
    for rule, associations in WITH_OBJECTS_OF_THE_REGISTRY.items():
        folders = (a_folder(201),) if rule == "E15" else ()
        request = a_submission(entries=(an_entry(2),), set_=a_set(101), folders=folders, more=associations)
        told = [error.codeContext.rpartition("=")[2] for error in register(registry, request).errors]
        assert told.count(rule) == 1, (rule, told)
    joined = (an_association(uuid(200), uuid(2), entryUUID="in"), an_association(uuid(101), "in"))
    accept(registry, a_submission(entries=(an_entry(2),), set_=a_set(101), more=joined))


@shows("F13")
def test_an_entry_by_reference_may_be_of_another_patient(registry: str) -> None:
    accept(registry, a_submission())
    child = patient("P2")
    reference = an_association(uuid(102), uuid(1), submissionSetStatus="Reference")
    request = a_submission(
        entries=(an_entry(2, patientId=child),), set_=a_set(102, patientId=child), more=(reference,)
    )
    accept(registry, request)
    assert len(held(registry, child).documentEntries) == 1


# --- what is taken and given back ------------------------------------------------------------


@shows("F21", "F22")
def test_symbolic_ids_are_nowhere_in_an_answer(registry: str) -> None:
    code = Code("IMAGES", "1.3.6.1.4.1.19376.1.2.6.1", InternationalString.of("Images"), "Code01")
    entry = an_entry(entryUUID="Document01", classCode=code)
    folder = a_folder()
    member = an_association(folder.entryUUID, "Document01", entryUUID="Member01")
    request = a_submission(
        entries=(entry,),
        set_=a_set(entryUUID="Set01"),
        folders=(folder,),
        more=(member, an_association("Set01", "Member01", entryUUID="Member02")),
    )
    accept(registry, request)
    body = asked(registry).body
    assert [name for name in (b"Document01", b"Set01", b"Member0", b"Code01", b"link ") if name in body] == []
    objects = held(registry)
    (found,) = objects.documentEntries
    assert members(objects, 200).keys() == {found.entryUUID}
    assert folder_of(objects, 200).entryUUID == folder.entryUUID
    root = next(element for element in parse(body).iter(f"{{{NS.RIM}}}ExtrinsicObject"))
    owners = {child.get("classifiedObject") or child.get("registryObject") for child in root} - {None}
    assert owners == {found.entryUUID}


@shows("F20", "F29", "C27", "C28", "D29", "D41", "C30")
def test_metadata_come_back_as_they_were_sent(registry: str) -> None:
    extra = Slot("urn:example:ward", ("3", "4"))
    entry = an_entry(
        author=(Author(authorPerson="D1^Doe", extra=(Slot("urn:example:badge", ("7",)),)),),
        availabilityStatus=DEPRECATED,
        comments=InternationalString.of("two < three"),
        documentAvailability=OFFLINE,
        extra=(extra,),
        serviceStartTime="202402",
        sourcePatientInfo=("PID-3|L1^^^&2.999.20.1&ISO", "PID-5|Doe^Jo", "PID-7|1956", "PID-8|M"),
        typeCode=Code.of("24725-4", "2.16.840.1.113883.6.1", "another name of it"),
        URI="report.pdf",
    )
    accept(registry, a_submission(entries=(entry,), objectRefs=(uuid(77),)))
    objects = held(registry)
    (found,) = objects.documentEntries
    assert found.availabilityStatus == APPROVED
    assert (found.logicalID, found.version) == (found.entryUUID, "1")
    assert found.extra == (extra,)
    assert found.author[0].extra == entry.author[0].extra
    assert str(found.typeCode and found.typeCode.displayName) == "another name of it"
    same = (
        "comments",
        "documentAvailability",
        "serviceStartTime",
        "sourcePatientInfo",
        "URI",
        "hash",
        "size",
    )
    assert [name for name in same if getattr(found, name) != getattr(entry, name)] == []
    assert {value.availabilityStatus for value in objects.objects()} == {APPROVED}
    assert {value.logicalID == value.entryUUID for value in objects.objects()} == {True}
    assert objects.objectRefs == ()


@shows("C06")
def test_a_label_may_stand_beside_its_package(registry: str) -> None:
    sent = as_sent(a_submission()).element
    package = next(sent.iter(f"{{{NS.RIM}}}RegistryPackage"))
    label = next(child for child in package if child.get("classificationNode"))
    parent = package.getparent()
    assert parent is not None
    parent.append(label)  # and so no longer inside
    accept(registry, SubmitObjectsRequest(element=sent))
    assert len(held(registry).submissionSets) == 1


@shows("F06")
def test_the_same_document_is_registered_again_and_another_is_not(registry: str) -> None:
    accept(registry, a_submission())
    accept(registry, a_submission(entries=(an_entry(2, uniqueId="2.999.2.1"),), set_=a_set(102)))
    assert len(held(registry).documentEntries) == 2
    for changes, code in (
        ({"hash": "0" * 40}, "XDSNonIdenticalHash"),
        ({"size": "5"}, "XDSNonIdenticalSize"),
    ):
        other = an_entry(3, uniqueId="2.999.2.1", **changes)
        (error,) = register(registry, a_submission(entries=(other,), set_=a_set(103))).errors
        assert error.errorCode == code


@shows("F19", "F31")
def test_one_answer_lists_everything_and_nothing_of_it_is_registered(registry: str) -> None:
    accept(registry, a_submission())
    before = held(registry)
    wrong = related(3, 7, Type.RPLC, creationTime="soon", hash="x")
    objects = wrong.objects
    both = replace(objects, documentEntries=(*objects.documentEntries, an_entry(4)))
    rules = {
        error.codeContext[-3:] for error in register(registry, SubmitObjectsRequest(objects=both)).errors
    }
    assert rules == {"D08", "D12", "E06", "E20"}
    assert held(registry) == before


@shows("F30")
def test_what_is_warned_of_is_registered(running: RunningTopology, registry: str) -> None:
    request = as_sent(
        a_submission(entries=(an_entry(sourcePatientInfo=("PID-19|123",)),)),
        ("XDSDocumentEntry.uniqueId", "XDSDocument.uniqueId"),
    )
    response = register(registry, request)
    (error,) = response.errors
    assert (status_name(response.status), error.errorCode) == ("Success", "XDSRegistryMetadataError")
    assert error.severity.endswith(":Warning")
    assert error.codeContext.endswith("rule=C15")
    (exchange,) = running.exchanges()
    assert {finding.rule for finding in exchange.findings} == {"C15", "D32", "D33"}
    assert len(held(registry).documentEntries) == 1


# --- repository ------------------------------------------------------------------------------


def retrieved(running: RunningTopology, uniqueId: str) -> Answer:
    url = running.url_of("repository")
    item = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=uniqueId)
    return send(url, post(url, *message(url, "ITI-43", RetrieveDocumentSetRequest(requests=(item,)))))


def numbered(
    number: int, content: bytes = b"text", **changes: object
) -> ProvideAndRegisterDocumentSetRequest:
    """One of many submissions with a document."""
    entry = an_entry(number, **{"hash": None, "size": None} | changes)
    request = a_submission(entries=(entry,), set_=a_set(100 + number))
    return replace(a_provision(entries=(entry,), content=content), submission=request)


@shows("G08", "G13", "G14", "G16", "G18", "G20")
def test_a_repository_completes_what_it_registers(running: RunningTopology, registry: str) -> None:
    url, extra = running.url_of("repository"), Slot("urn:example:ward", ("3",))
    answer = provide(url, numbered(1, repositoryUniqueId="1.2.3", extra=(extra,)))
    assert answer.headers["content-type"].startswith("multipart/related")
    assert response_of(answer) == RegistryResponse()
    (entry,) = held(registry).documentEntries
    assert (entry.repositoryUniqueId, entry.size) == ("2.999.1.3", "4")
    assert (entry.hash, entry.extra) == (sha1_of(BytesContent(b"text")), (extra,))
    assert response_of(provide(url, numbered(2, uniqueId="2.999.2.1"))).errors == ()
    (error,) = response_of(provide(url, numbered(3, title=InternationalString.of("x" * 200)))).errors
    assert (error.errorCode, error.codeContext[-3:]) == ("XDSRegistryMetadataError", "D36")


@shows("G15", "G19")
def test_documents_of_what_is_refused_are_gone(running: RunningTopology) -> None:
    url = running.url_of("repository")
    assert status_name(response_of(provide(url, numbered(1, patientId="P"))).status) == "Failure"
    assert b"XDSDocumentUniqueIdError" in retrieved(running, "2.999.2.1").body
    sent = [exchange.transaction for exchange in running.exchanges()]
    assert sent == ["ITI-41", "ITI-42", "ITI-43"]  # it had the document when it registered it


def test_a_repository_warns_of_what_a_document_is_not(running: RunningTopology) -> None:
    response = response_of(provide(running.url_of("repository"), numbered(1, mimeType="application/pdf")))
    (error,) = response.errors
    assert (status_name(response.status), error.errorCode) == ("Success", "InvalidDocumentContent")
    assert error.codeContext == (
        "document 2.999.2.1 is no application/pdf: no %PDF- near its start; "
        f"object={uuid(1)}; attribute=mimeType; value=application/pdf; rule=G10"
    )
    assert status_name(response_of(retrieved(running, "2.999.2.1")).status) == "Success"


ELSEWHERE = {"F08", "I", "K", "L", "N"}
"""Actions, and groups of them, whose tests are those of their transactions."""


def test_every_action_of_a_submission_is_seen_to_happen() -> None:
    assert {id for id in ACTIONS if not {id, id[0]} & ELSEWHERE} == SHOWN
