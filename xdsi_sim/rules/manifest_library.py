"""What must hold of the Image Library of a MADO manifest (RAD MADO; PS3.16: TID 1600).

What stands in it is judged by the tables by which it is written and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, LATERALITIES, OTHER_MODALITIES, TARGET_REGIONS
from xdsi_sim.dicom.kos_document import Item
from xdsi_sim.dicom.library_items import ENTRY, GROUP, LIBRARY, LIBRARY_GROUP, REFERENCES, Descriptor
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule

__all__ = ["LIBRARY_RULES"]

LIBRARY_RULES: Final = "M50 M51 M52 M53 M54 M55 M56 M57 M58 M59"


def groups_of(library: Item) -> tuple[Item, ...]:
    """The groups of a library, one a series."""
    return tuple(item for item in library.members("ContentSequence") if item.means(LIBRARY_GROUP))


def entries_of(group: Item) -> tuple[Item, ...]:
    """The entries of a group, one an instance."""
    return tuple(item for item in group.members("ContentSequence") if item.text("ValueType") in REFERENCES)


def described(holder: Item, descriptor: Descriptor) -> tuple[Item, ...]:
    """The content items that are this descriptor."""
    return tuple(item for item in holder.members("ContentSequence") if item.means(descriptor.concept))


def described_number(holder: Item, descriptor: Descriptor) -> int | None:
    """The number that a descriptor tells, in either form."""
    for item in described(holder, descriptor):
        measured = item.only("MeasuredValueSequence")
        return measured.number("NumericValue") if measured else item.number("TextValue")
    return None


def _table(table: Iterable[Descriptor]) -> dict[str, Descriptor]:
    return {descriptor.attribute: descriptor for descriptor in table}


_OF_LIBRARY, _OF_GROUP, _OF_ENTRY = _table(LIBRARY), _table(GROUP), _table(ENTRY)


def _groups(judged: Judged) -> Iterator[Item]:
    for library in judged.document.libraries:
        yield from groups_of(library)


def _entries(judged: Judged) -> Iterator[Item]:
    for group in _groups(judged):
        yield from entries_of(group)


def _tables(judged: Judged) -> Iterator[tuple[Item, tuple[Descriptor, ...]]]:
    """Whatever is described, with the table of its descriptors."""
    yield from ((library, LIBRARY) for library in judged.document.libraries)
    yield from ((group, GROUP) for group in _groups(judged))
    yield from ((entry, ENTRY) for entry in _entries(judged))


def _series_of(group: Item) -> str | None:
    for item in described(group, _OF_GROUP["series_instance_uid"]):
        return item.text("UID")
    return None


# --- what is there ---------------------------------------------------------------------------


@rule("M50", cites="RAD MADO", code=None)
def manifest_has_one_image_library(judged: Judged) -> Iterator[Violation]:
    """A manifest of MADO has one Image Library; no other document has any."""
    count = len(judged.document.libraries)
    if count != (1 if judged.kind == "mado" else 0):
        text = f"{count} image libraries in a document that is judged as {judged.kind}"
        yield Violation(text, judged.root.at("ContentSequence"))


@rule("M51", cites="RAD MADO", code=None)
def library_has_one_group_for_each_series(judged: Judged) -> Iterator[Violation]:
    """The library has one group for each series of the evidence, and no other."""
    series = {item.text("SeriesInstanceUID"): item for item in judged.document.series()}
    seen: set[str | None] = set()
    for group in _groups(judged):
        uid = _series_of(group)
        if uid is not None and uid not in series:
            yield Violation("the evidence has no such series", group.path, value=uid)
        if uid is not None and uid in seen:
            yield Violation("this is the second group of the series", group.path, value=uid)
        seen.add(uid)
    for uid, item in series.items() if judged.document.libraries else ():
        if uid not in seen:
            where = item.at("SeriesInstanceUID")
            yield Violation("the library has no group for this series", where, value=uid)


@rule("M52", cites="RAD MADO", code=None)
def required_descriptors_are_there(judged: Judged) -> Iterator[Violation]:
    """Library and groups have the descriptors that are required: modality, target region, UID, numbers."""
    for holder, table in _tables(judged):
        for descriptor in table:
            if descriptor.required and not described(holder, descriptor):
                concept = descriptor.concept
                text = f"there is no {concept.value} {concept.meaning}"
                yield Violation(text, holder.at("ContentSequence"))


_HOLDS: Final = {
    "CODE": "ConceptCodeSequence",
    "UIDREF": "UID",
    "DATE": "Date",
    "TIME": "Time",
    "TEXT": "TextValue",
    "NUM": "MeasuredValueSequence",
}


@rule("M53", cites="RAD MADO", code=None)
def descriptors_have_their_form(judged: Judged) -> Iterator[Violation]:
    """A descriptor has its value type, value and unit, and stands once unless it may repeat."""
    for holder, table in _tables(judged):
        for descriptor in table:
            found = described(holder, descriptor)
            for number, item in enumerate(found):
                if number and not descriptor.many:
                    yield Violation(f"a second {descriptor.concept.meaning}", item.path)
                yield from _form(item, descriptor)


def _form(item: Item, descriptor: Descriptor) -> Iterator[Violation]:
    kind, relation = item.text("ValueType") or "", item.text("RelationshipType")
    if relation != "HAS ACQ CONTEXT":
        yield Violation(
            "the relationship is not HAS ACQ CONTEXT", item.at("RelationshipType"), value=relation
        )
    if kind != descriptor.value_type:
        # the first trial edition had counts as TEXT; a region without a code may be one
        severity = Severity.WARNING if kind == "TEXT" else None
        text = f"{descriptor.concept.meaning} is not {descriptor.value_type}"
        yield Violation(text, item.at("ValueType"), value=kind, severity=severity)
    holder = _HOLDS.get(kind)
    if holder and not item.filled(holder) and not item.filled("MeasuredValueSequence"):
        yield Violation(f"{holder} has no value", item.at(holder))
    if kind == descriptor.value_type == "NUM":
        yield from _measured(item, descriptor)


def _measured(item: Item, descriptor: Descriptor) -> Iterator[Violation]:
    measured = item.only("MeasuredValueSequence")
    if measured is None:
        return
    if measured.number("NumericValue") is None:
        found = measured.text("NumericValue")
        yield Violation("this is no number", measured.at("NumericValue"), value=found)
    unit = measured.code("MeasurementUnitsCodeSequence")
    if unit is None or (unit.value, unit.scheme) != (descriptor.unit, "UCUM"):
        yield Violation(
            f"the unit is not {descriptor.unit} of UCUM",
            measured.at("MeasurementUnitsCodeSequence"),
            value=unit.value if unit else None,
            severity=Severity.WARNING,
        )


# --- what it says ----------------------------------------------------------------------------


@rule("M54", cites="RAD MADO", code=None)
def target_regions_are_of_the_value_set(judged: Judged) -> Iterator[Violation]:
    """The regions of the library are target regions of MADO, those of any level SNOMED CT codes (SCT)."""
    for library in judged.document.libraries:
        for code, where in _codes(library, _OF_LIBRARY["regions"]):
            if code.scheme == "SCT" and code.value not in TARGET_REGIONS:
                yield Violation(f"{code.meaning} is no target region of a study", where, value=code.value)
    for holder in (*judged.document.libraries, *_groups(judged)):
        for code, where in _codes(holder, _OF_GROUP["regions"]):
            if code.scheme != "SCT":
                text = f"region {code.value} is not of scheme SCT"
                yield Violation(text, where, value=code.scheme, severity=Severity.WARNING)


def _codes(holder: Item, descriptor: Descriptor) -> Iterator[tuple[CodedEntry, str]]:
    """The codes that a descriptor tells, and where."""
    for item in described(holder, descriptor):
        if code := item.code("ConceptCodeSequence"):
            yield code, f"{item.at('ConceptCodeSequence')}[1]"


@rule("M55", cites="PS3.16: CID 29; PS3.16: CID 33", code=None)
def modalities_are_those_of_the_series(judged: Judged) -> Iterator[Violation]:
    """Modalities are of CID 33; the library names those of CID 29 that its groups have, and no other."""
    for library in judged.document.libraries:
        own = _modalities(library)
        of_groups = [_modalities(group) for group in groups_of(library)]
        for found in (own, *of_groups):
            for code, where in found.items():
                if code not in ACQUISITION_MODALITIES and code not in OTHER_MODALITIES:
                    yield Violation("this is no modality", where, value=code)
        known = {code for found in of_groups for code in found}
        for code, where in own.items():
            if code not in known:
                yield Violation("no series has this modality", where, value=code)
        for code in sorted((known & set(ACQUISITION_MODALITIES)) - set(own)):
            where = library.at("ContentSequence")
            yield Violation("the library does not name the modality of a series", where, value=code)


def _modalities(holder: Item) -> dict[str, str]:
    """Modalities, and where they stand."""
    return {code.value: where for code, where in _codes(holder, _OF_LIBRARY["modalities"])}


@rule("M56", cites="RAD MADO", code=None)
def numbers_are_those_of_the_evidence(judged: Judged) -> Iterator[Violation]:
    """The numbers of series and of instances are those that the evidence lists."""
    series = judged.document.series()
    sizes = {item.text("SeriesInstanceUID"): len(item.members("ReferencedSOPSequence")) for item in series}
    expected = [(library, _OF_LIBRARY["count"], len(series)) for library in judged.document.libraries]
    expected += [
        (group, _OF_GROUP["count"], sizes[uid])
        for group in _groups(judged)
        if (uid := _series_of(group)) in sizes
    ]
    for holder, descriptor, count in expected:
        told = described_number(holder, descriptor)
        if told is not None and told != count:
            where = described(holder, descriptor)[0].path
            yield Violation(f"the evidence lists {count}", where, value=str(told))


@rule("M57", cites="RAD MADO", code=None)
def entries_are_the_instances_of_the_series(judged: Judged) -> Iterator[Violation]:
    """A group has one entry for each instance that the evidence lists in its series."""
    listed: dict[str, set[str]] = {}
    for one in judged.document.listed():
        listed.setdefault(one.series_instance_uid, set()).add(one.sop_instance_uid)
    for group in _groups(judged):
        wanted, seen = listed.get(_series_of(group) or "", set()), set[str]()
        for entry in entries_of(group):
            reference = entry.only("ReferencedSOPSequence") or Item({}, entry.path)
            uid = reference.text("ReferencedSOPInstanceUID") or ""
            if uid not in wanted or uid in seen:
                text = "the series lists no such instance" if uid not in wanted else "a second entry"
                yield Violation(text, reference.at("ReferencedSOPInstanceUID"), value=uid)
            seen.add(uid)
        for uid in sorted(wanted - seen):
            yield Violation("there is no entry for this instance", group.at("ContentSequence"), value=uid)


@rule("M58", cites="RAD MADO", code=None)
def listed_notes_tell_their_title(judged: Judged) -> Iterator[Violation]:
    """The entry of a Key Object Selection has its document title."""
    for entry in _entries(judged):
        reference = entry.only("ReferencedSOPSequence")
        is_note = reference and reference.text("ReferencedSOPClassUID") == KEY_OBJECT_SELECTION
        if is_note and not described(entry, _OF_ENTRY["title"]):
            yield Violation("there is no 121144 Document Title", entry.at("ContentSequence"))


_SIDES: Final = {code.value for code in LATERALITIES.values()}


@rule("M59", cites="PS3.16: CID 244", code=None)
def lateralities_are_of_the_value_set(judged: Judged) -> Iterator[Violation]:
    """The laterality of a series is a code of CID 244."""
    for group in _groups(judged):
        for code, where in _codes(group, _OF_GROUP["laterality"]):
            if code.value not in _SIDES or code.scheme != "SCT":
                text = "this is no laterality"
                yield Violation(text, where, value=f"{code.value}^^{code.scheme}")
