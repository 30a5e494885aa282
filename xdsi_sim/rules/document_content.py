"""What a repository sees in the first octets of a document: whether it is what its entry says.

The subject is the submission with the heads of its documents. What no head is asked for is not judged:
no document is ever read whole for this.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Final

from xdsi_sim.dicom.errors import NotDicom
from xdsi_sim.ebrim.datatypes import Cxi
from xdsi_sim.ebrim.described import Described
from xdsi_sim.ebrim.xml import BOMS16, Opening, opening
from xdsi_sim.errors import Severity
from xdsi_sim.rules.imaging import DICOM, KEY_OBJECT_SELECTION
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.repository import provided
from xdsi_sim.rules.subjects import Provision
from xdsi_sim.vocab import NS, ReferenceIdType

__all__ = ["head_size"]

_INVALID: Final = "InvalidDocumentContent"
_CDA: Final = f"{{{NS.HL7}}}ClinicalDocument"
_CDA_ID: Final = f"{{{NS.HL7}}}id"
_CDA_FORMATS: Final = (
    "urn:ihe:iti:xds-sd:",
    "urn:ihe:lab:xd-lab:",
    "urn:ihe:pcc:",
    "urn:ihe:rad:CDA:",
    "urn:ihe:rad:TEXT",
)
"""What the formatCodes of CDA documents begin with."""
_XML: Final = ("text/xml", "application/xml", "application/hl7-cda+xml")
_HEADER: Final = 64 * 1024
"""Octets in which the header of a CDA document, and the study of a manifest, are looked for."""


def _begins_with(magic: bytes, what: str, *, at: int = 0) -> Callable[[bytes], str | None]:
    def wrong(head: bytes) -> str | None:
        """What is wrong with the first octets of a document; None where nothing is."""
        return None if head[at : at + len(magic)] == magic else f"no {what} at octet {at}"

    return wrong


def _is_no_pdf(head: bytes) -> str | None:
    return None if b"%PDF-" in head else "no %PDF- near its start"


def _is_no_xml(head: bytes) -> str | None:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return None if text.startswith(b"<") or head[:2] in BOMS16 else "it does not begin with <"


def _is_no_text(head: bytes) -> str | None:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the head may end inside a character
    except UnicodeDecodeError as error:
        return f"no UTF-8 at octet {error.start}"
    return None


_Wrong = Callable[[bytes], str | None]
_HEADS: Final[dict[str, tuple[int, _Wrong]]] = {
    DICOM: (132, _begins_with(b"DICM", "'DICM'", at=128)),
    "application/pdf": (1024, _is_no_pdf),
    "text/plain": (4096, _is_no_text),
    **dict.fromkeys(_XML, (_HEADER, _is_no_xml)),
    "image/jpeg": (3, _begins_with(b"\xff\xd8\xff", "JPEG marker")),
    "image/png": (8, _begins_with(b"\x89PNG\r\n\x1a\n", "PNG signature")),
    "application/zip": (2, _begins_with(b"PK", "'PK'")),
}
"""By media type: how many octets are looked at, and what is wrong with them."""


def _media(entry: Described) -> str:
    return (entry.mimeType or "").partition(";")[0].strip().lower()


def head_size(entry: Described) -> int:
    """How many octets of the entry's document the rules here look at."""
    media = _media(entry)
    if media == DICOM and entry.formatCode == KEY_OBJECT_SELECTION:
        return _HEADER
    return _HEADS[media][0] if media in _HEADS else 0


def _heads(provision: Provision) -> Iterator[tuple[Described, bytes]]:
    """Each entry with the head of its document, if that is looked at and not empty."""
    for entry, document in provided(provision):
        if document.head and _media(entry) in _HEADS:
            yield entry, document.head


def _is_cda(entry: Described) -> bool:
    return (entry.formatCode or "").startswith(_CDA_FORMATS)


def _opening(head: bytes) -> Opening | None:
    return opening(head, _CDA_ID)


@rule("G09", severity=Severity.WARNING, ground="choice")
def document_is_not_empty(provision: Provision) -> Iterator[Violation]:
    """A document has at least one octet."""
    for entry, document in provided(provision):
        if document.size == 0:
            yield Violation("document has no octets", location=entry.entryUUID, attribute="size", value="0")


@rule("G10", cites="ITI TF-3: Table 4.2.4.1-2", code=_INVALID, severity=Severity.WARNING)
def document_is_of_its_type(provision: Provision) -> Iterator[Violation]:
    """A document begins as its mimeType and formatCode say: DICOM, PDF, XML, CDA, UTF-8 text."""
    for entry, head in _heads(provision):
        wrong = _HEADS[_media(entry)][1](head)
        if wrong is not None:
            yield _not(entry, f"is no {_media(entry)}: {wrong}", "mimeType", entry.mimeType)
        elif _media(entry) in _XML and _is_cda(entry):
            found = _opening(head)
            if found is not None and found.root != _CDA:
                yield _not(entry, f"is no CDA: its root is {found.root}", "formatCode", entry.formatCode)


@rule("G11", cites="ITI TF-3: 4.1.1.3.1", code=_INVALID, severity=Severity.WARNING)
def clinical_document_has_the_unique_id(provision: Provision) -> Iterator[Violation]:
    """The id of a CDA document is its uniqueId: root, or root^extension."""
    for entry, head in _heads(provision):
        found = _opening(head) if _media(entry) in _XML and b"ClinicalDocument" in head else None
        if found is not None and found.root == _CDA and found.child is not None:
            id = "^".join(filter(None, map(found.child.get, ("root", "extension"))))
            if id != entry.uniqueId:
                yield _not(entry, f"has the ClinicalDocument/id {id}", "uniqueId", entry.uniqueId)


@rule("G12", cites="RAD TF: 4.68", code=_INVALID, severity=Severity.WARNING)
def manifest_is_the_one_described(provision: Provision) -> Iterator[Violation]:
    """A manifest has its SOP Instance UID as uniqueId, and its study in referenceIdList."""
    for entry, head in _heads(provision):
        if entry.formatCode == KEY_OBJECT_SELECTION and _media(entry) == DICOM and not _is_right(entry, head):
            yield from _wrong_with_manifest(entry, head)


def _is_right(entry: Described, head: bytes) -> bool:
    """Whether the octets have what is expected: most manifests are right, and reading one takes longer."""
    return (
        _first(head, b"\x08\x00\x16\x00UI") == KEY_OBJECT_SELECTION
        and _first(head, b"\x08\x00\x18\x00UI") == entry.uniqueId
        and _study_reference(_first(head, b"\x20\x00\x0d\x00UI")) in entry.referenceIdList
    )


def _first(head: bytes, tag: bytes) -> str:
    """The first value of a tag in Explicit VR Little Endian (PS3.5: 7.1.2)."""
    at = head.find(tag) + len(tag)
    length = int.from_bytes(head[at : at + 2], "little")
    return head[at + 2 : at + 2 + length].rstrip(b"\0 ").decode("latin-1")


def _study_reference(uid: str) -> str:
    return str(Cxi(uid, ReferenceIdType.STUDY_INSTANCE_UID))


def _wrong_with_manifest(entry: Described, head: bytes) -> Iterator[Violation]:
    from xdsi_sim.dicom.part10 import read_identity  # noqa: PLC0415  costs start-up time

    try:
        found = read_identity(head)
    except NotDicom:
        return  # G10 has that
    if found is None:
        return
    if found.sop_class != KEY_OBJECT_SELECTION:
        yield _not(entry, f"is of SOP class {found.sop_class}", "formatCode", entry.formatCode)
    if found.sop_instance != entry.uniqueId:
        yield _not(entry, f"has the SOP Instance UID {found.sop_instance}", "uniqueId", entry.uniqueId)
    if _study_reference(found.study) not in entry.referenceIdList:
        given = ", ".join(entry.referenceIdList) or None
        yield _not(entry, f"is of study {found.study}", "referenceIdList", given)


def _not(entry: Described, text: str, attribute: str, value: str | None) -> Violation:
    return Violation(
        f"document {entry.uniqueId} {text}", location=entry.entryUUID, attribute=attribute, value=value
    )
