"""The Image Library as content items, by the tables that the supplement prints (RAD MADO).

Writing and reading walk the same table; so do the rules that judge a manifest. Reading takes the codes and
the value types of the first trial edition as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.dicom.attributes import DicomJson, integer, items, text
from xdsi_sim.dicom.coded import CodedEntry, coded_entries
from xdsi_sim.dicom.codes import KEY_OBJECT_DESCRIPTION
from xdsi_sim.dicom.image_library import ImageLibrary, LibraryEntry, LibraryGroup

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = [
    "ENTRY",
    "GROUP",
    "IMAGE_LIBRARY",
    "LIBRARY",
    "LIBRARY_GROUP",
    "REFERENCES",
    "Descriptor",
    "concept_of",
    "is_reference",
    "library_item",
    "means",
    "read_library",
]


def _dcm(value: str, meaning: str) -> CodedEntry:
    return CodedEntry(value, "DCM", meaning)


IMAGE_LIBRARY: Final = _dcm("111028", "Image Library")
LIBRARY_GROUP: Final = _dcm("126200", "Image Library Group")
_MODALITY: Final = _dcm("121139", "Modality")
_REGION: Final = _dcm("123014", "Target Region")

REFERENCES: Final = frozenset({"IMAGE", "WAVEFORM", "COMPOSITE"})
"""Value types of content items that refer to an instance."""

_TRIAL: Final = {  # codes of the first trial edition, scheme 99IHE
    "MADOTEMP002": "131563",
    "MADOTEMP003": "131561",
    "MADOTEMP004": "131562",
    "MADOTEMP007": "131564",
    "MADOTEMP009": "131565",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """One acquisition context item: what it says, under which concept, as what."""

    attribute: str
    """Of the value that it describes."""
    concept: CodedEntry
    value_type: str
    required: bool = False
    many: bool = False
    unit: str | None = None
    """UCUM unit of a number."""


LIBRARY: Final[tuple[Descriptor, ...]] = (
    Descriptor(attribute="modalities", concept=_MODALITY, value_type="CODE", required=True, many=True),
    Descriptor(attribute="regions", concept=_REGION, value_type="CODE", required=True, many=True),
    Descriptor(
        attribute="count",
        concept=_dcm("131565", "Number of Study Related Series"),
        value_type="NUM",
        required=True,
        unit="{series}",
    ),
)
GROUP: Final[tuple[Descriptor, ...]] = (
    Descriptor(attribute="modality", concept=_MODALITY, value_type="CODE", required=True),
    Descriptor(
        attribute="series_instance_uid",
        concept=_dcm("112002", "Series Instance UID"),
        value_type="UIDREF",
        required=True,
    ),
    Descriptor(attribute="date", concept=_dcm("131561", "Series Date"), value_type="DATE"),
    Descriptor(attribute="time", concept=_dcm("131562", "Series Time"), value_type="TIME"),
    Descriptor(attribute="description", concept=_dcm("131563", "Series Description"), value_type="TEXT"),
    Descriptor(attribute="number", concept=_dcm("113607", "Series Number"), value_type="TEXT"),
    Descriptor(attribute="regions", concept=_REGION, value_type="CODE", many=True),
    Descriptor(
        attribute="count",
        concept=_dcm("131564", "Number of Series Related Instances"),
        value_type="NUM",
        required=True,
        unit="{instances}",
    ),
    Descriptor(attribute="laterality", concept=_dcm("111027", "Image Laterality"), value_type="CODE"),
)
ENTRY: Final[tuple[Descriptor, ...]] = (
    Descriptor(
        attribute="frames", concept=_dcm("121140", "Number of Frames"), value_type="NUM", unit="{frames}"
    ),
    Descriptor(attribute="number", concept=_dcm("113609", "Instance Number"), value_type="TEXT"),
    Descriptor(attribute="title", concept=_dcm("121144", "Document Title"), value_type="CODE"),
    Descriptor(attribute="description", concept=KEY_OBJECT_DESCRIPTION, value_type="TEXT"),
)


# --- writing ---------------------------------------------------------------------------------


def library_item(library: ImageLibrary) -> Dataset:
    """The content item below the root."""
    groups = [_group_item(group) for group in library.groups]
    return _container(IMAGE_LIBRARY, [*_described(library, LIBRARY), *groups])


def _group_item(group: LibraryGroup) -> Dataset:
    entries = [_entry_item(entry) for entry in group.entries]
    return _container(LIBRARY_GROUP, [*_described(group, GROUP), *entries])


def _entry_item(entry: LibraryEntry) -> Dataset:
    from xdsi_sim.dicom.modules import item, reference_item, set_present  # noqa: PLC0415  brings pydicom

    written = item(
        RelationshipType="CONTAINS",
        ValueType=entry.value_type,
        ReferencedSOPSequence=[reference_item(entry.sop_class_uid, entry.sop_instance_uid)],
    )
    set_present(written, ContentSequence=list(_described(entry, ENTRY)))
    return written


def _container(concept: CodedEntry, members: list[Dataset]) -> Dataset:
    from xdsi_sim.dicom.modules import code_items, item  # noqa: PLC0415

    return item(
        RelationshipType="CONTAINS",
        ValueType="CONTAINER",
        ConceptNameCodeSequence=code_items(concept),
        ContinuityOfContent="SEPARATE",
        ContentSequence=members,
    )


def _described(value: Any, table: Iterable[Descriptor]) -> Iterator[Dataset]:
    for descriptor in table:
        held = getattr(value, descriptor.attribute)
        for one in held if descriptor.many else (held,):
            if one is not None:
                yield _descriptor_item(descriptor, one)


def _descriptor_item(descriptor: Descriptor, value: Any) -> Dataset:
    from xdsi_sim.dicom.modules import code_items, item  # noqa: PLC0415

    unit = CodedEntry(descriptor.unit or "", "UCUM", (descriptor.unit or "").strip("{}"))
    held: Mapping[str, Callable[[], dict[str, object]]] = {
        "CODE": lambda: {"ConceptCodeSequence": code_items(value)},
        "UIDREF": lambda: {"UID": value},
        "DATE": lambda: {"Date": value},
        "TIME": lambda: {"Time": value},
        "TEXT": lambda: {"TextValue": value},
        "NUM": lambda: {
            "MeasuredValueSequence": [
                item(NumericValue=str(value), MeasurementUnitsCodeSequence=code_items(unit))
            ]
        },
    }
    return item(
        RelationshipType="HAS ACQ CONTEXT",
        ValueType=descriptor.value_type,
        ConceptNameCodeSequence=code_items(descriptor.concept),
        **held[descriptor.value_type](),
    )


# --- reading ---------------------------------------------------------------------------------


def concept_of(member: DicomJson) -> CodedEntry | None:
    """The concept of a content item."""
    return next(iter(coded_entries(member, "ConceptNameCodeSequence")), None)


def is_reference(member: DicomJson) -> bool:
    """Whether a content item refers to an instance."""
    return text(member, "ValueType") in REFERENCES


def means(member: DicomJson, concept: CodedEntry) -> bool:
    """Whether a content item has this concept, in its final or its trial code."""
    found = concept_of(member)
    return found is not None and _TRIAL.get(found.value, found.value) == concept.value


def read_library(root: DicomJson) -> ImageLibrary | None:
    """The library below the root of a document; None where there is none."""
    for library in items(root, "ContentSequence"):
        if not is_reference(library) and means(library, IMAGE_LIBRARY):
            groups = [each for each in items(library, "ContentSequence") if means(each, LIBRARY_GROUP)]
            return ImageLibrary(**_read(library, LIBRARY), groups=tuple(map(_read_group, groups)))
    return None


def _read_group(group: DicomJson) -> LibraryGroup:
    members = items(group, "ContentSequence")
    entries = filter(is_reference, members)
    return LibraryGroup(**_read(group, GROUP), entries=tuple(map(_read_entry, entries)))


def _read_entry(member: DicomJson) -> LibraryEntry:
    reference: DicomJson = next(iter(items(member, "ReferencedSOPSequence")), {})
    return LibraryEntry(
        value_type=text(member, "ValueType") or "",
        sop_class_uid=text(reference, "ReferencedSOPClassUID") or "",
        sop_instance_uid=text(reference, "ReferencedSOPInstanceUID") or "",
        **_read(member, ENTRY),
    )


def _read(parent: DicomJson, table: Iterable[Descriptor]) -> dict[str, Any]:
    return {descriptor.attribute: _held(parent, descriptor) for descriptor in table}


def _held(parent: DicomJson, descriptor: Descriptor) -> Any:
    members = [each for each in items(parent, "ContentSequence") if means(each, descriptor.concept)]
    values = [value for each in members if (value := _READ[descriptor.value_type](each)) is not None]
    return tuple(values) if descriptor.many else next(iter(values), None)


def _code(member: DicomJson) -> CodedEntry | None:
    return next(iter(coded_entries(member, "ConceptCodeSequence")), None)


def _number(member: DicomJson) -> int | None:
    measured = items(member, "MeasuredValueSequence")
    return integer(measured[0], "NumericValue") if measured else integer(member, "TextValue")


_READ: Final[Mapping[str, Callable[[DicomJson], Any]]] = {
    "CODE": _code,
    "UIDREF": lambda member: text(member, "UID"),
    "DATE": lambda member: text(member, "Date"),
    "TIME": lambda member: text(member, "Time"),
    "TEXT": lambda member: text(member, "TextValue"),
    "NUM": _number,
}
