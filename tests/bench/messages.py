"""Messages that the benchmarks send: rendered once, made unique by replacing a mark."""

from __future__ import annotations

import uuid
from typing import Final

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Code,
    DocumentEntry,
    InternationalString,
    RegistryObjectList,
    Slot,
    SubmissionSet,
)
from xdsi_sim.messages.query import LEAF_CLASS, AdhocQueryRequest
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.vocab import APPROVED, STABLE, TRANSACTIONS
from xdsi_sim.vocab import Association as AssociationType

__all__ = [
    "DOCUMENT",
    "DOCUMENT_UUID",
    "LINK_UUID",
    "MARK",
    "SET_UUID",
    "find_documents",
    "fresh",
    "message_id",
    "request",
    "submission",
    "submissions",
    "template",
]

_MARK: Final = "0000000000000000"
_DOCUMENT_UUID: Final = "urn:uuid:11111111-1111-4111-8111-111111111111"
_SET_UUID: Final = "urn:uuid:22222222-2222-4222-8222-222222222222"
_MESSAGE_UUID: Final = "urn:uuid:44444444-4444-4444-8444-444444444444"
_LINK_UUID: Final = "urn:uuid:33333333-3333-4333-8333-333333333333"
MARK, DOCUMENT_UUID, SET_UUID, LINK_UUID = map(str.encode, (_MARK, _DOCUMENT_UUID, _SET_UUID, _LINK_UUID))
"""What stands in a message for what makes it one of its own; the mark is a number of sixteen digits."""


def _uid(tag: str, value: str) -> bytes:
    """A UID in Explicit VR Little Endian (PS3.5: 7.1.2)."""
    padded = value.encode() + b"\0" * (len(value) % 2)
    return bytes.fromhex(tag) + b"UI" + len(padded).to_bytes(2, "little") + padded


DOCUMENT: Final = b"".join(
    (
        bytes(128) + b"DICM",
        _uid("08001600", "1.2.840.10008.5.1.4.1.1.88.59"),
        _uid("08001800", f"2.999.2.1{_MARK}"),
        _uid("20000d00", f"2.999.5.1{_MARK}"),
        bytes(range(256)) * 15,
    )
)
"""Four kilobytes, about the size of a manifest, and begun like one."""


def request(url: str, transaction: str, message: object) -> bytes:
    """A whole HTTP request."""
    kind = TRANSACTIONS[transaction]
    attachments = Attachments(mtom=kind.mtom)
    body = CODECS[transaction].write_request(message, attachments.attach)
    header = write_addressing(action=kind.action, message_id=_MESSAGE_UUID, to=url)
    segments = attachments.body(write_envelope(header, body))
    data = b"".join(part if isinstance(part, bytes) else part.open().read() for part in segments)
    _, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    head = (
        f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {attachments.content_type}\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    return fresh(head.encode() + data)


def fresh(message: bytes) -> bytes:
    """The message under an id of its own, as a peer would send it again."""
    return message.replace(message_id(message), f"urn:uuid:{uuid.uuid4()}".encode())


def message_id(message: bytes) -> bytes:
    """The id under which a message goes."""
    return message.partition(b"<wsa:MessageID>")[2].partition(b"</wsa:MessageID>")[0]


def template(url: str, patient: str) -> tuple[bytes, tuple[bytes, ...]]:
    """An ITI-41 request, and what is to be replaced in it before it is sent: its id, too."""
    made = request(url, "ITI-41", submission(patient))
    return made, (MARK, DOCUMENT_UUID, SET_UUID, LINK_UUID, message_id(made))


def submissions(url: str, patient: str, count: int) -> list[bytes]:
    """ITI-41 requests, each with one entry of its own."""
    saved = request(url, "ITI-41", submission(patient))
    made = []
    for _ in range(count):
        text = saved.replace(MARK, f"{uuid.uuid4().int % 10**16:016d}".encode())
        for fixed in (DOCUMENT_UUID, SET_UUID, LINK_UUID):
            text = text.replace(fixed, f"urn:uuid:{uuid.uuid4()}".encode())
        made.append(fresh(text))
    return made


def find_documents(url: str, patient: str, return_type: str = LEAF_CLASS) -> bytes:
    """FindDocuments for one patient, full metadata or references."""
    parameters = (
        Slot("$XDSDocumentEntryPatientId", (f"'{patient}'",)),
        Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",)),
    )
    query = AdhocQueryRequest(
        id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", parameters=parameters, returnType=return_type
    )
    return request(url, "ITI-18", query)


def submission(patient: str) -> ProvideAndRegisterDocumentSetRequest:
    """One entry with a document, with marks that `submissions` replaces."""
    author = Author(
        authorPerson="7812^Rad^Ria^^^Dr^^^&2.999.1.5&ISO",
        authorInstitution=("General Hospital^^^^^&2.999.1.6&ISO^^^^45",),
        authorRole=("Attending",),
        authorSpecialty=("Radiology",),
    )
    objects = RegistryObjectList(
        submissionSets=(
            SubmissionSet(
                entryUUID=_SET_UUID,
                author=(author,),
                contentTypeCode=Code.of("Imaging", "2.999.1.7", "Imaging"),
                patientId=patient,
                sourceId="2.999.1.21",
                submissionTime="20260214101600",
                uniqueId=f"2.999.3.1{_MARK}",
            ),
        ),
        documentEntries=(_entry(patient, author),),
        associations=(
            Association(
                entryUUID=_LINK_UUID,
                associationType=AssociationType.HAS_MEMBER,
                sourceObject=_SET_UUID,
                targetObject=_DOCUMENT_UUID,
                submissionSetStatus="Original",
            ),
        ),
    )
    document = Document(id=_DOCUMENT_UUID, content=BytesContent(DOCUMENT))
    return ProvideAndRegisterDocumentSetRequest(
        submission=SubmitObjectsRequest(objects=objects), documents=(document,)
    )


def _entry(patient: str, author: Author) -> DocumentEntry:
    return DocumentEntry(
        entryUUID=_DOCUMENT_UUID,
        author=(author,),
        classCode=Code.of("IMAGES", "1.3.6.1.4.1.19376.1.2.6.1", "Images"),
        confidentialityCode=(Code.of("N", "2.16.840.1.113883.5.25", "normal"),),
        creationTime="20260214101500",
        eventCodeList=(
            Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography"),
            Code.of("816094009", "2.16.840.1.113883.6.96", "Chest"),
        ),
        formatCode=Code.of(
            "1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", "Key Object Selection Document"
        ),
        healthcareFacilityTypeCode=Code.of("HOSP", "2.16.840.1.113883.5.11", "Hospital"),
        languageCode="en-US",
        mimeType="application/dicom",
        objectType=STABLE,
        patientId=patient,
        practiceSettingCode=Code.of("394914008", "2.16.840.1.113883.6.96", "Radiology"),
        referenceIdList=(
            f"A{_MARK}^^^&2.999.1.4&ISO^urn:ihe:iti:xds:2013:accession",
            f"2.999.5.1{_MARK}^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
        ),
        serviceStartTime="20260214093000",
        sourcePatientId="L1^^^&2.999.1.8&ISO",
        sourcePatientInfo=("PID-3|L1^^^&2.999.1.8&ISO", "PID-5|Doe^Jo^^^", "PID-7|19560527", "PID-8|F"),
        title=InternationalString.of("CT Chest manifest", "en-US"),
        typeCode=Code.of("24627-2", "2.16.840.1.113883.6.1", "CT Chest"),
        uniqueId=f"2.999.2.1{_MARK}",
    )
