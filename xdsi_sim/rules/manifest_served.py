"""What must hold between a manifest and the instances that its source has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from xdsi_sim.dicom.image_library import LibraryEntry, LibraryGroup, compose_library
from xdsi_sim.dicom.library_items import read_library
from xdsi_sim.dicom.manifest import shared_part
from xdsi_sim.dicom.study import Instance, StudyHeader
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule

__all__ = ["SERVED"]

SERVED: Final = "M80 M81 M82 M83 M84 M85"


def _served(judged: Judged) -> dict[str, tuple[str, Instance]]:
    """By SOP Instance UID, the instances that the source has, with the UID of their series."""
    series = judged.served.series if judged.served else ()
    return {
        instance.sop_instance_uid: (each.series_instance_uid, instance)
        for each in series
        for instance in each.instances
    }


@rule("M80", cites="RAD TF: 4.68", code=None)
def listed_instances_can_be_had(judged: Judged) -> Iterator[Violation]:
    """The source has each instance that the manifest lists."""
    served = _served(judged)
    for one in judged.document.listed():
        if one.sop_instance_uid not in served:
            where = one.item.at("ReferencedSOPInstanceUID")
            yield Violation("the source does not have this instance", where, value=one.sop_instance_uid)


@rule("M81", cites="RAD TF: 4.68", code=None)
def instances_of_the_source_are_listed(judged: Judged) -> Iterator[Violation]:
    """The manifest lists each instance that the source has, but for manifests and rejected ones."""
    if judged.served is None or not judged.is_manifest:
        return
    listed = {one.sop_instance_uid for one in judged.document.listed()}
    for series in shared_part(judged.served).series:
        for instance in series.instances:
            if (uid := instance.sop_instance_uid) not in listed:
                text = f"the source has this instance in series {series.series_instance_uid}"
                yield Violation(f"{text}, the manifest has not", value=uid)


@rule("M82", cites="RAD TF: 4.68", code=None)
def listed_instances_are_what_the_source_has(judged: Judged) -> Iterator[Violation]:
    """SOP class and series of an instance are those that the source has."""
    served = _served(judged)
    for one in judged.document.listed():
        if one.sop_instance_uid not in served:
            continue
        series, instance = served[one.sop_instance_uid]
        if one.sop_class_uid != instance.sop_class_uid:
            text = f"the source has it as {instance.sop_class_uid}"
            yield Violation(text, one.item.at("ReferencedSOPClassUID"), value=one.sop_class_uid)
        if one.series_instance_uid != series:
            text = f"the source has instance {one.sop_instance_uid} in series {series}"
            yield Violation(text, one.series.at("SeriesInstanceUID"), value=one.series_instance_uid)


_SAME: Final[Mapping[str, Callable[[StudyHeader], str | None]]] = {
    "StudyInstanceUID": lambda header: header.study_instance_uid,
    "PatientName": lambda header: header.patient.name,
    "PatientBirthDate": lambda header: header.patient.birth_date,
    "PatientSex": lambda header: header.patient.sex,
    "StudyDate": lambda header: header.date,
    "StudyDescription": lambda header: header.description,
}
"""Attributes of a manifest, and where the study has them."""


@rule("M83", cites="RAD TF: 4.68", code=None)
def header_is_that_of_the_images(judged: Judged) -> Iterator[Violation]:
    """Patient and study are those of the images; a patient id may be another one of the same patient."""
    if judged.served is None:
        return
    for keyword, told in _SAME.items():
        value, found = told(judged.served.header), judged.root.text(keyword)
        if value is not None and found != value:
            severity = None if keyword == "StudyInstanceUID" else Severity.WARNING
            where = judged.root.at(keyword)
            yield Violation(f"{keyword} of the images is {value}", where, value=found, severity=severity)


_GROUP: Final = ("modality", "date", "time", "description", "number", "laterality")
_ENTRY: Final = ("frames", "number", "title", "description")


@rule("M84", cites="RAD MADO", code=None)
def library_tells_what_the_images_do(judged: Judged) -> Iterator[Violation]:
    """What the library says of series and instances is what the images say."""
    library = read_library(judged.root.attributes)
    if library is None or judged.served is None:
        return
    real = {group.series_instance_uid: group for group in compose_library(judged.served).groups}
    for group in library.groups:
        expected = real.get(group.series_instance_uid)
        if expected is None:
            continue
        yield from _different(group, expected, _GROUP, f"series {group.series_instance_uid}")
        entries = {entry.sop_instance_uid: entry for entry in expected.entries}
        for entry in group.entries:
            if entry.sop_instance_uid in entries:
                one = entries[entry.sop_instance_uid]
                yield from _different(entry, one, _ENTRY, f"instance {entry.sop_instance_uid}")


def _different(
    told: LibraryGroup | LibraryEntry,
    real: LibraryGroup | LibraryEntry,
    attributes: tuple[str, ...],
    what: str,
) -> Iterator[Violation]:
    for attribute in attributes:
        mine, theirs = _plain(getattr(told, attribute)), _plain(getattr(real, attribute))
        if theirs is not None and mine != theirs:
            yield Violation(f"{attribute} of {what} is {theirs}", value=mine)


def _plain(value: Any) -> str | None:
    return getattr(value, "value", None) or (None if value is None else str(value))


@rule("M85", cites="RAD TF: 4.68", code=None)
def rejected_instances_are_not_listed(judged: Judged) -> Iterator[Violation]:
    """The manifest lists no instance that a rejection note of the study has taken out of use."""
    if judged.served is None or not judged.is_manifest:
        return
    rejected = {uid for instance in judged.served.instances for uid in instance.rejects}
    for one in judged.document.listed():
        if one.sop_instance_uid in rejected:
            where = one.item.at("ReferencedSOPInstanceUID")
            yield Violation("a note rejects this instance", where, value=one.sop_instance_uid)
