"""Complete valid metadata, built from the tables, and documents that travel without MIME."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from lxml import etree

from xdsi_sim.content import Content, read_all
from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    ExternalIdentifier,
    InternationalString,
    MetadataObject,
    RegistryObjectList,
    Slot,
)
from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, FOLDER, SUBMISSION_SET, Attr, Form, Kind
from xdsi_sim.vocab import APPROVED, STABLE

__all__ = ["Parts", "a_full", "a_full_list", "an_entry"]

AN_AUTHOR = Author(
    authorPerson="D1^Gänger^Dora",
    authorInstitution=("Radiology", "Clinic <North>"),
    authorRole=("author",),
    authorSpecialty=("radiology",),
    authorTelecommunication=("^NET^Internet^d@example.org",),
    extra=(Slot("urn:example:badge", ("17",)),),
)
A_CODE = Code("121181", "1.2.840.10008.2.16.4", InternationalString.of("DICOM & more", "de-CH"))
EXTRA = (
    Slot("urn:example:unknown", ("a", "", " b\n"), "urn:example:type"),
    Classification(classificationScheme="urn:example:scheme", nodeRepresentation="", slots=(Slot("s", ()),)),
    ExternalIdentifier(identificationScheme="urn:example:ids", value="17"),
)
BY_NAME = {
    "availabilityStatus": APPROVED,
    "objectType": STABLE,
    "mimeType": "application/dicom",
    "homeCommunityId": "urn:oid:2.999.1",
    "logicalID": "urn:uuid:00000000-0000-4000-8000-000000000001",
    "associationType": "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember",
}


def a_full(kind: Kind, **given: Any) -> Any:
    """An object with every attribute of its kind, and something in each place that takes extra metadata."""
    values = {attr.name: _sample(attr) for attr in kind.attrs}
    identifiers = [attr.name for attr in kind.attrs if attr.form is Form.EXTERNAL_IDENTIFIER]
    ids = tuple((name, f"urn:uuid:of-{name}") for name in sorted(identifiers))
    return kind.type(**{**values, "extra": EXTRA, "externalIdentifierIds": ids, **given})


def a_full_list() -> RegistryObjectList:
    """One object of each kind, full."""
    return RegistryObjectList(
        submissionSets=(a_full(SUBMISSION_SET),),
        documentEntries=(a_full(DOCUMENT_ENTRY),),
        folders=(a_full(FOLDER),),
        associations=(a_full(ASSOCIATION),),
        objectRefs=("urn:uuid:elsewhere",),
    )


def an_entry(**given: Any) -> MetadataObject:
    """A DocumentEntry of which only its id is sure."""
    return DOCUMENT_ENTRY.type(**{"entryUUID": "urn:uuid:00000000-0000-4000-8000-000000000001", **given})


def _sample(attr: Attr) -> Any:
    if attr.form is Form.LABEL:
        return True
    if attr.form in (Form.NAME, Form.DESCRIPTION):
        return InternationalString.of(f'the "{attr.name}"', "en")
    if attr.form in (Form.CODE, Form.AUTHOR):
        value: Any = A_CODE if attr.form is Form.CODE else AN_AUTHOR
    elif attr.form in (Form.VERSION, Form.CONTENT_VERSION):
        return "2"
    else:
        value = BY_NAME.get(attr.name, f"urn:example:{attr.name}")
    return (value, value) if attr.many else value


class Parts:
    """Contents as parts of a message, with a reference in the XML: what MTOM does, without MIME."""

    def __init__(self) -> None:
        self.contents: list[Content] = []

    def attach(self, content: Content) -> bytes:
        """Take `content` along; gives the element that stands for it."""
        self.contents.append(content)
        return f'<part number="{len(self.contents) - 1}"/>'.encode()

    def content_of(self, element: etree._Element) -> Content:
        """The content that `element` stands for."""
        return self.contents[int(element[0].get("number", ""))]

    def as_base64(self, content: Content) -> bytes:
        """Instead of `attach`: the content in the XML itself, as the schema has it."""
        self.contents.append(content)
        return b64encode(read_all(content))
