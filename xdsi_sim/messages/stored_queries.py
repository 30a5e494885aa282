"""The stored queries as declarations, and the coding of their parameters (ITI TF-2: 3.18.4.1.2.3).

A query is its list of parameters: checks, the selection, its SQL and the manual follow from it. A new
query is a new row of `STORED_QUERIES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, FOLDER, SUBMISSION_SET, Kind
from xdsi_sim.vocab import STABLE

__all__ = [
    "FIND_DOCUMENTS",
    "FIND_DOCUMENTS_BY_REFERENCE_ID",
    "FIND_FOLDERS",
    "FIND_SUBMISSION_SETS",
    "GET_ALL",
    "GET_ASSOCIATIONS",
    "GET_DOCUMENTS",
    "GET_DOCUMENTS_AND_ASSOCIATIONS",
    "GET_FOLDERS",
    "LONGEST_VALUE",
    "STORED_QUERIES",
    "Coded",
    "Coding",
    "Param",
    "StoredQuery",
    "Test",
    "decode",
    "encode",
]

LONGEST_VALUE: Final = 256
"""Characters of one `rim:Value`; longer lists are spread over several (ITI TF-2: 3.18.4.1.2.3.5)."""


class Test(Enum):
    """How an attribute is held against the values of a parameter."""

    __test__ = False  # no test case, whatever pytest thinks of the name

    IN = auto()
    """Equal to one of them, case-sensitive."""
    LIKE = auto()
    """As IN; `%` stands for any run of characters, `_` for one, and nothing escapes them."""
    AT_LEAST = auto()
    """A time not before; an absent time passes (ITI TF-2: 3.18.4.1.2.3.3.1)."""
    BELOW = auto()
    """A time before; an absent time passes."""


class Coding(Enum):
    """What stands in the values of a parameter (ITI TF-2: 3.18.4.1.2.3.5)."""

    TEXT = auto()
    CODE = auto()
    """`code^^codingScheme`."""
    PATIENT = auto()
    """CX."""
    UUID = auto()
    STATUS = auto()
    TIME = auto()
    """DTM, a number and therefore without quotes."""
    LEVEL = auto()
    """1 or 2, without quotes."""

    @property
    def is_number(self) -> bool:
        """Written without quotes."""
        return self in (Coding.TIME, Coding.LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter of a query: which attribute it tests, and how it may be given."""

    name: str
    attribute: str | None
    """Of the metadata objects; None: checked, but selects nothing here."""
    or_attribute: str | None = None
    """A second attribute that may match instead."""
    test: Test = Test.IN
    coding: Coding = Coding.TEXT
    required: bool = False
    many: bool = False
    """A list in parentheses; any value may match."""
    every: bool = False
    """The slot may be repeated; each repetition must match (ITI TF-2: 3.18.4.1.2.3.5)."""
    one_of: bool = False
    """Exactly one of the parameters so marked must be given."""
    level: int = 1
    """MetadataLevel from which on it may be given."""
    default: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    """The kinds that it restricts; empty stands for all that the query returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuery:
    """One query of the catalogue (ITI TF-2: 3.18.4.1.2.3.7)."""

    id: str
    name: str
    kinds: tuple[Kind, ...]
    """What it returns, in the order of the answer."""
    params: tuple[Param, ...]
    with_associations: bool = False
    """Also every Association that has one of the objects found at an end."""
    single_patient: bool = False
    """A LeafClass answer must be of one patient (ITI TF-2: 3.18.4.1.2.3.7.5)."""
    by_name: dict[str, Param] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {param.name: param for param in self.params})

    def __hash__(self) -> int:
        return hash(self.id)


# --- parameters that several queries share ---------------------------------------------------


def _code(name: str, attribute: str, *, every: bool = False, kinds: tuple[Kind, ...] = ()) -> Param:
    return Param(name=name, attribute=attribute, coding=Coding.CODE, many=True, every=every, kinds=kinds)


def _status(name: str, *, required: bool = True, kinds: tuple[Kind, ...] = ()) -> Param:
    return Param(
        name=name,
        attribute="availabilityStatus",
        coding=Coding.STATUS,
        required=required,
        many=True,
        kinds=kinds,
    )


def _period(name: str, attribute: str) -> tuple[Param, Param]:
    return (
        Param(name=f"{name}From", attribute=attribute, test=Test.AT_LEAST, coding=Coding.TIME),
        Param(name=f"{name}To", attribute=attribute, test=Test.BELOW, coding=Coding.TIME),
    )


def _patient(name: str) -> Param:
    return Param(name=name, attribute="patientId", coding=Coding.PATIENT, required=True)


def _ids(prefix: str, *, logical: bool = True) -> Iterator[Param]:
    """The ways to name the objects asked for, of which exactly one is taken."""
    ways = (
        (f"{prefix}EntryUUID", "entryUUID", Coding.UUID, 1),
        (f"{prefix}UniqueId", "uniqueId", Coding.TEXT, 1),
        (f"{prefix}LogicalID", "logicalID", Coding.UUID, 2),
    )
    for name, attribute, coding, level in ways[: 3 if logical else 2]:
        yield Param(name=name, attribute=attribute, coding=coding, many=True, one_of=True, level=level)


def _entry_type(*kinds: Kind) -> Param:
    """Absent it asks for Stable entries alone (ITI TF-2: 3.18.4.1.2.3.6.2)."""
    return Param(
        name="$XDSDocumentEntryType",
        attribute="objectType",
        coding=Coding.UUID,
        many=True,
        default=(STABLE,),
        kinds=kinds,
    )


_METADATA_LEVEL: Final = Param(name="$MetadataLevel", attribute=None, coding=Coding.LEVEL)
_ASSOCIATION_STATUS: Final = _status("$XDSAssociationStatus", required=False, kinds=(ASSOCIATION,))
_DOCUMENT_ENTRY: Final = (
    _patient("$XDSDocumentEntryPatientId"),
    _status("$XDSDocumentEntryStatus"),
    _code("$XDSDocumentEntryClassCode", "classCode"),
    _code("$XDSDocumentEntryTypeCode", "typeCode"),
    _code("$XDSDocumentEntryPracticeSettingCode", "practiceSettingCode"),
    _code("$XDSDocumentEntryHealthcareFacilityTypeCode", "healthcareFacilityTypeCode"),
    _code("$XDSDocumentEntryFormatCode", "formatCode"),
    _code("$XDSDocumentEntryEventCodeList", "eventCodeList", every=True),
    _code("$XDSDocumentEntryConfidentialityCode", "confidentialityCode", every=True),
    Param(name="$XDSDocumentEntryAuthorPerson", attribute="authorPerson", test=Test.LIKE, many=True),
    *_period("$XDSDocumentEntryCreationTime", "creationTime"),
    *_period("$XDSDocumentEntryServiceStartTime", "serviceStartTime"),
    *_period("$XDSDocumentEntryServiceStopTime", "serviceStopTime"),
    _entry_type(),
    Param(name="$XDSDocumentEntryDocumentAvailability", attribute="documentAvailability", many=True),
    _METADATA_LEVEL,
)
_REFERENCE_IDS: Final = Param(
    name="$XDSDocumentEntryReferenceIdList",
    attribute="referenceIdList",
    test=Test.LIKE,
    required=True,
    many=True,
    every=True,
)

# --- the queries -----------------------------------------------------------------------------

FIND_DOCUMENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.1
    id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
    name="FindDocuments",
    kinds=(DOCUMENT_ENTRY,),
    params=_DOCUMENT_ENTRY,
)
FIND_SUBMISSION_SETS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.2
    id="urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9",
    name="FindSubmissionSets",
    kinds=(SUBMISSION_SET,),
    params=(
        _patient("$XDSSubmissionSetPatientId"),
        _status("$XDSSubmissionSetStatus"),
        Param(name="$XDSSubmissionSetSourceId", attribute="sourceId", many=True),
        *_period("$XDSSubmissionSetSubmissionTime", "submissionTime"),
        Param(name="$XDSSubmissionSetAuthorPerson", attribute="authorPerson", test=Test.LIKE),
        _code("$XDSSubmissionSetContentType", "contentTypeCode"),
    ),
)
FIND_FOLDERS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.3
    id="urn:uuid:958f3006-baad-4929-a4de-ff1114824431",
    name="FindFolders",
    kinds=(FOLDER,),
    params=(
        _patient("$XDSFolderPatientId"),
        _status("$XDSFolderStatus"),
        *_period("$XDSFolderLastUpdateTime", "lastUpdateTime"),
        _code("$XDSFolderCodeList", "codeList", every=True),
        _METADATA_LEVEL,
    ),
)
GET_ALL: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.4
    id="urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3",
    name="GetAll",
    kinds=(SUBMISSION_SET, DOCUMENT_ENTRY, FOLDER),
    params=(
        _patient("$patientId"),
        _status("$XDSDocumentEntryStatus", kinds=(DOCUMENT_ENTRY,)),
        _status("$XDSSubmissionSetStatus", kinds=(SUBMISSION_SET,)),
        _status("$XDSFolderStatus", kinds=(FOLDER,)),
        _code("$XDSDocumentEntryFormatCode", "formatCode", kinds=(DOCUMENT_ENTRY,)),
        _code(
            "$XDSDocumentEntryConfidentialityCode",
            "confidentialityCode",
            every=True,
            kinds=(DOCUMENT_ENTRY,),
        ),
        _entry_type(DOCUMENT_ENTRY),
        _METADATA_LEVEL,
    ),
    with_associations=True,
)
GET_DOCUMENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.5
    id="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
    name="GetDocuments",
    kinds=(DOCUMENT_ENTRY,),
    params=(*_ids("$XDSDocumentEntry"), _METADATA_LEVEL),
    single_patient=True,
)
GET_FOLDERS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.6
    id="urn:uuid:5737b14c-8a1a-4539-b659-e03a34a5e1e4",
    name="GetFolders",
    kinds=(FOLDER,),
    params=(*_ids("$XDSFolder"), _METADATA_LEVEL),
    single_patient=True,
)
GET_ASSOCIATIONS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.7
    id="urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155",
    name="GetAssociations",
    kinds=(ASSOCIATION,),
    params=(
        Param(
            name="$uuid",
            attribute="sourceObject",
            or_attribute="targetObject",
            coding=Coding.UUID,
            required=True,
            many=True,
        ),
        _ASSOCIATION_STATUS,
        _METADATA_LEVEL,
    ),
)
GET_DOCUMENTS_AND_ASSOCIATIONS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.8
    id="urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a",
    name="GetDocumentsAndAssociations",
    kinds=(DOCUMENT_ENTRY,),
    params=(*_ids("$XDSDocumentEntry", logical=False), _ASSOCIATION_STATUS, _METADATA_LEVEL),
    with_associations=True,
    single_patient=True,
)
FIND_DOCUMENTS_BY_REFERENCE_ID: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.14
    id="urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492",
    name="FindDocumentsByReferenceId",
    kinds=(DOCUMENT_ENTRY,),
    params=(*_DOCUMENT_ENTRY, _REFERENCE_IDS),
)

STORED_QUERIES: Final = {
    query.id: query
    for query in (
        FIND_DOCUMENTS,
        FIND_SUBMISSION_SETS,
        FIND_FOLDERS,
        GET_ALL,
        GET_DOCUMENTS,
        GET_FOLDERS,
        GET_ASSOCIATIONS,
        GET_DOCUMENTS_AND_ASSOCIATIONS,
        FIND_DOCUMENTS_BY_REFERENCE_ID,
    )
}
"""The queries of ITI-18 by id."""

# --- coding of values ------------------------------------------------------------------------

_ITEM: Final = r"'(?:[^']|'')*'|[^'(),\s]+"
_ITEMS: Final = re.compile(_ITEM)
_SINGLE: Final = re.compile(r"'(?:[^']|'')*'|[^'(),]+")
_LIST: Final = re.compile(rf"\(\s*(?:{_ITEM})(?:\s*,\s*(?:{_ITEM}))*\s*\)")


@dataclass(frozen=True, slots=True)
class Coded:
    """What one `rim:Value` says, and in which form it says it."""

    values: tuple[str, ...]
    in_parentheses: bool
    quotes: tuple[bool, ...]
    """For each value whether it stood in quotes."""


def decode(text: str) -> Coded:
    """Read one `rim:Value`; blanks round commas and parentheses do not count.

    Raises ValueError where quotes or parentheses do not close, or a list is empty.
    """
    text = text.strip()
    if text.startswith("("):
        if not _LIST.fullmatch(text):
            raise ValueError("is not ('value', ...): quotes, commas or parentheses do not fit")
        items = _ITEMS.findall(text)
    elif _SINGLE.fullmatch(text):
        items = [text]
    else:
        raise ValueError("is empty, or its quotes do not fit: a quote in a text is doubled")
    quotes = tuple(item.startswith("'") for item in items)
    values = tuple(
        item[1:-1].replace("''", "'") if quoted else item for item, quoted in zip(items, quotes, strict=True)
    )
    return Coded(values, text.startswith("("), quotes)


def encode(param: Param, *values: str) -> Slot:
    """The slot that gives `values` to the parameter; a long list is split between values."""
    items = values if param.coding.is_number else tuple(_quoted(value) for value in values)
    if not param.many:
        return Slot(param.name, items)
    return Slot(param.name, tuple(f"({','.join(part)})" for part in _portions(items)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _portions(items: Iterable[str]) -> Iterator[list[str]]:
    """Neighbouring items together as far as LONGEST_VALUE allows."""
    portion: list[str] = []
    length = 1  # the opening parenthesis; each item then brings a comma or the closing one
    for item in items:
        if portion and length + len(item) + 1 > LONGEST_VALUE:
            yield portion
            portion, length = [], 1
        portion.append(item)
        length += len(item) + 1
    if portion:
        yield portion
