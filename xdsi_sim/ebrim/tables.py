"""Where ebRIM keeps each metadata attribute, and who must give it (ITI TF-3: 4.2.3, 4.3.1).

Every user walks these tables: reader, writer, rules, the registry's columns, the inspector's labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, MetadataObject, SubmissionSet
from xdsi_sim.vocab import NS

__all__ = [
    "ASSOCIATION",
    "AUTHOR_SLOTS",
    "DOCUMENT_ENTRY",
    "FOLDER",
    "IDENTIFIER_NAMES",
    "KINDS",
    "KINDS_BY_NAME",
    "LABELS",
    "OBJECT_TYPE",
    "SUBMISSION_SET",
    "Attr",
    "Form",
    "Kind",
]

OBJECT_TYPE: Final = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:"


class Form(Enum):
    """The ways in which ebRIM keeps an attribute."""

    XML_ATTRIBUTE = auto()
    SLOT = auto()
    NAME = auto()
    DESCRIPTION = auto()
    VERSION = auto()
    CONTENT_VERSION = auto()
    CODE = auto()
    AUTHOR = auto()
    LABEL = auto()
    """A Classification by node, without value: limitedMetadata."""
    EXTERNAL_IDENTIFIER = auto()

    __hash__ = object.__hash__  # members are keys on every path here, and Enum hashes a name each time


@dataclass(frozen=True, slots=True)
class Attr:
    """One row: attribute, form, key (slot name, scheme, XML attribute) and who must give it.

    `need` is R, R2 or O (X prohibited) for, in this order, a source in ITI-41, a repository in ITI-42,
    a metadata-limited source, ITI-61, and a query answer (ITI TF-3: Table 4.3.1-3).
    """

    name: str
    form: Form
    key: str = ""
    many: bool = False
    need: str = "O O O O O"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind of object: its element, its table, and the table seen by key."""

    name: str
    type: type[MetadataObject]
    element: str
    attrs: tuple[Attr, ...]
    objectType: str | None
    """Fixed objectType; None where it is an attribute of the object."""
    label: str | None = None
    """classificationNode that tells a RegistryPackage's kind."""
    by_key: dict[tuple[Form, str], Attr] = field(init=False, repr=False)
    by_name: dict[str, Attr] = field(init=False, repr=False)
    slots: dict[str, Attr] = field(init=False, repr=False)
    """By slot name; like the three below for the reader, who looks up two hundred keys in an entry."""
    classified: dict[str, Attr] = field(init=False, repr=False)
    """Codes and authors by classificationScheme."""
    identifiers: dict[str, Attr] = field(init=False, repr=False)
    """By identificationScheme."""
    xml_attributes: dict[str, Attr] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {(attr.form, attr.key): attr for attr in self.attrs})
        object.__setattr__(self, "by_name", {attr.name: attr for attr in self.attrs})
        object.__setattr__(self, "slots", self._of(Form.SLOT))
        object.__setattr__(self, "classified", self._of(Form.CODE, Form.AUTHOR))
        object.__setattr__(self, "identifiers", self._of(Form.EXTERNAL_IDENTIFIER))
        object.__setattr__(self, "xml_attributes", self._of(Form.XML_ATTRIBUTE))

    def _of(self, *forms: Form) -> dict[str, Attr]:
        return {attr.key: attr for attr in self.attrs if attr.form in forms}


AUTHOR_SLOTS: Final = (  # ITI TF-3: 4.2.3.1.4
    Attr("authorPerson", Form.SLOT, "authorPerson"),
    Attr("authorInstitution", Form.SLOT, "authorInstitution", many=True),
    Attr("authorRole", Form.SLOT, "authorRole", many=True),
    Attr("authorSpecialty", Form.SLOT, "authorSpecialty", many=True),
    Attr("authorTelecommunication", Form.SLOT, "authorTelecommunication", many=True),
)

_COMMON: Final = (
    Attr("entryUUID", Form.XML_ATTRIBUTE, "id", need="R R R R R"),
    Attr("logicalID", Form.XML_ATTRIBUTE, "lid"),
    Attr("homeCommunityId", Form.XML_ATTRIBUTE, "home"),
    Attr("availabilityStatus", Form.XML_ATTRIBUTE, "status", need="O O O O R"),
    Attr("version", Form.VERSION),
)

DOCUMENT_ENTRY: Final = Kind(  # ITI TF-3: 4.2.3.2
    "DocumentEntry",
    DocumentEntry,
    f"{{{NS.RIM}}}ExtrinsicObject",
    (
        *_COMMON,
        Attr("mimeType", Form.XML_ATTRIBUTE, "mimeType", need="R R R R R"),
        Attr("objectType", Form.XML_ATTRIBUTE, "objectType", need="R R R R R"),
        Attr("creationTime", Form.SLOT, "creationTime", need="R R R2 X R"),
        Attr("documentAvailability", Form.SLOT, "documentAvailability"),
        Attr("hash", Form.SLOT, "hash", need="O R O X R"),
        Attr("languageCode", Form.SLOT, "languageCode", need="R R R2 R R"),
        Attr("legalAuthenticator", Form.SLOT, "legalAuthenticator"),
        Attr("referenceIdList", Form.SLOT, "urn:ihe:iti:xds:2013:referenceIdList", many=True),
        Attr("repositoryUniqueId", Form.SLOT, "repositoryUniqueId", need="O R O R R"),
        Attr("serviceStartTime", Form.SLOT, "serviceStartTime", need="R2 R2 R2 O R2"),
        Attr("serviceStopTime", Form.SLOT, "serviceStopTime", need="R2 R2 R2 O R2"),
        Attr("size", Form.SLOT, "size", need="O R O X R"),
        Attr("sourcePatientId", Form.SLOT, "sourcePatientId", need="R R R2 R R"),
        Attr("sourcePatientInfo", Form.SLOT, "sourcePatientInfo", many=True, need="O O R2 O O"),
        Attr("URI", Form.SLOT, "URI"),
        Attr("title", Form.NAME),
        Attr("comments", Form.DESCRIPTION),
        Attr("contentVersion", Form.CONTENT_VERSION),
        Attr(
            "author",
            Form.AUTHOR,
            "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d",
            many=True,
            need="R2 R2 R2 R2 R2",
        ),
        Attr("classCode", Form.CODE, "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a", need="R R R2 R R"),
        Attr(
            "confidentialityCode",
            Form.CODE,
            "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
            many=True,
            need="R R R2 R R",
        ),
        Attr("eventCodeList", Form.CODE, "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", many=True),
        Attr("formatCode", Form.CODE, "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d", need="R R R2 R R"),
        Attr(
            "healthcareFacilityTypeCode",
            Form.CODE,
            "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
            need="R R R2 R R",
        ),
        Attr(
            "practiceSettingCode",
            Form.CODE,
            "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
            need="R R R2 R R",
        ),
        Attr("typeCode", Form.CODE, "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983", need="R R R2 R R"),
        Attr(
            "limitedMetadata", Form.LABEL, "urn:uuid:ab9b591b-83ab-4d03-8f5d-f93b1fb92e85", need="X X R X X"
        ),
        Attr(
            "patientId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
            need="R R R2 R R",
        ),
        Attr(
            "uniqueId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
            need="R R R R R",
        ),
    ),
    objectType=None,
)

SUBMISSION_SET: Final = Kind(  # ITI TF-3: 4.2.3.3
    "SubmissionSet",
    SubmissionSet,
    f"{{{NS.RIM}}}RegistryPackage",
    (
        *_COMMON,
        Attr("intendedRecipient", Form.SLOT, "intendedRecipient", many=True, need="O O R2 O O"),
        Attr("submissionTime", Form.SLOT, "submissionTime", need="R R R R R"),
        Attr("title", Form.NAME),
        Attr("comments", Form.DESCRIPTION),
        Attr(
            "author",
            Form.AUTHOR,
            "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d",
            many=True,
            need="R2 R2 R2 R2 R2",
        ),
        Attr(
            "contentTypeCode", Form.CODE, "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500", need="R R R2 R R"
        ),
        Attr(
            "limitedMetadata", Form.LABEL, "urn:uuid:5003a9db-8d8d-49e6-bf0c-990e34ac7707", need="X X R X X"
        ),
        Attr(
            "patientId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
            need="R R R2 R R",
        ),
        Attr(
            "sourceId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832",
            need="R R R R R",
        ),
        Attr(
            "uniqueId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
            need="R R R R R",
        ),
    ),
    objectType=OBJECT_TYPE + "RegistryPackage",
    label="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd",
)

FOLDER: Final = Kind(  # ITI TF-3: 4.2.3.4
    "Folder",
    Folder,
    f"{{{NS.RIM}}}RegistryPackage",
    (
        *_COMMON,
        Attr("lastUpdateTime", Form.SLOT, "lastUpdateTime"),
        Attr("title", Form.NAME, need="R R O R R"),
        Attr("comments", Form.DESCRIPTION),
        Attr(
            "codeList",
            Form.CODE,
            "urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5",
            many=True,
            need="R R R2 R R",
        ),
        Attr(
            "limitedMetadata", Form.LABEL, "urn:uuid:2c144a76-29a9-4b7c-af54-b25409fe7d03", need="X X R X X"
        ),
        Attr(
            "patientId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a",
            need="R R R2 R R",
        ),
        Attr(
            "uniqueId",
            Form.EXTERNAL_IDENTIFIER,
            "urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a",
            need="R R R R R",
        ),
    ),
    objectType=OBJECT_TYPE + "RegistryPackage",
    label="urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2",
)

ASSOCIATION: Final = Kind(  # ITI TF-3: 4.2.2
    "Association",
    Association,
    f"{{{NS.RIM}}}Association",
    (
        *_COMMON,
        Attr("associationType", Form.XML_ATTRIBUTE, "associationType", need="R R R R R"),
        Attr("sourceObject", Form.XML_ATTRIBUTE, "sourceObject", need="R R R R R"),
        Attr("targetObject", Form.XML_ATTRIBUTE, "targetObject", need="R R R R R"),
        Attr("submissionSetStatus", Form.SLOT, "SubmissionSetStatus"),
        Attr("previousVersion", Form.SLOT, "PreviousVersion"),
        Attr("associationPropagation", Form.SLOT, "AssociationPropagation"),
        Attr("originalStatus", Form.SLOT, "OriginalStatus"),
        Attr("newStatus", Form.SLOT, "NewStatus"),
        Attr("title", Form.NAME),
        Attr("comments", Form.DESCRIPTION),
        Attr("documentation", Form.CODE, "urn:uuid:abd807a3-4432-4053-87b4-fd82c643d1f3"),
    ),
    objectType=OBJECT_TYPE + "Association",
)

KINDS: Final[dict[type[MetadataObject], Kind]] = {
    kind.type: kind for kind in (DOCUMENT_ENTRY, SUBMISSION_SET, FOLDER, ASSOCIATION)
}
"""The kinds by the class of their values."""

KINDS_BY_NAME: Final = {kind.name: kind for kind in KINDS.values()}

IDENTIFIER_NAMES: Final = {
    attr.key: f"XDS{kind.name}.{attr.name}" for kind in KINDS.values() for attr in kind.identifiers.values()
}
"""The fixed Name of an ExternalIdentifier by its identificationScheme (ITI TF-3: 4.2.3.1.3)."""

UNIQUE_ID_SCHEMES: Final = frozenset(
    kind.by_name["uniqueId"].key for kind in (DOCUMENT_ENTRY, SUBMISSION_SET, FOLDER)
)
"""The identificationSchemes of uniqueIds."""

LABELS: Final = {kind.label: kind for kind in (SUBMISSION_SET, FOLDER)}
"""The kinds of RegistryPackage by classificationNode (ITI TF-3: 4.2.1.2.1, 4.2.1.3.1)."""
