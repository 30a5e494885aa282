"""The Image Library of a MADO manifest: what series and instances are, for readers who have no images yet.

Values, and how they follow from a study; `library_items` converts them to and from content items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, LATERALITIES, modality_code, target_regions
from xdsi_sim.dicom.study import Instance, Series, Study, once

__all__ = ["ImageLibrary", "LibraryEntry", "LibraryGroup", "compose_library", "content_type"]

_WAVEFORMS: Final = "1.2.840.10008.5.1.4.1.1.9."


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEntry:
    """One instance (PS3.16: TID 1601)."""

    value_type: str
    sop_class_uid: str
    sop_instance_uid: str
    frames: int | None = None
    """None for a single image and for what has no frames."""
    number: str | None = None
    title: CodedEntry | None = None
    """Of a Key Object Selection."""
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryGroup:
    """One series."""

    series_instance_uid: str | None
    modality: CodedEntry | None = None
    date: str | None = None
    time: str | None = None
    description: str | None = None
    number: str | None = None
    regions: tuple[CodedEntry, ...] = ()
    count: int | None = None
    """Instances in it."""
    laterality: CodedEntry | None = None
    entries: tuple[LibraryEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLibrary:
    """The whole study (PS3.16: TID 1600)."""

    modalities: tuple[CodedEntry, ...] = ()
    regions: tuple[CodedEntry, ...] = ()
    """Target regions (RAD MADO)."""
    count: int | None = None
    """Series in it."""
    groups: tuple[LibraryGroup, ...] = ()


def compose_library(study: Study, regions: tuple[CodedEntry, ...] = ()) -> ImageLibrary:
    """The library of a study: it names the modalities that acquire, or all where none of them does.

    `regions` stand for the study as a whole in place of those that follow from its images.
    """
    acquiring = [modality for modality in study.modalities if modality in ACQUISITION_MODALITIES]
    return ImageLibrary(
        modalities=tuple(map(modality_code, acquiring or study.modalities)),
        regions=regions or once(each for region in study.regions for each in target_regions(region)),
        count=len(study.series),
        groups=tuple(map(_group, study.series)),
    )


def _group(series: Series) -> LibraryGroup:
    return LibraryGroup(
        series_instance_uid=series.series_instance_uid,
        modality=modality_code(series.modality) if series.modality else None,
        date=series.date,
        time=series.time,
        description=series.description,
        number=None if series.number is None else str(series.number),
        regions=series.regions,
        count=len(series.instances),
        laterality=_side(series.lateralities),
        entries=tuple(map(_entry, series.instances)),
    )


def _side(sides: tuple[CodedEntry, ...]) -> CodedEntry | None:
    """One code for a series: both sides are bilateral."""
    if len(sides) > 1:
        return LATERALITIES["B"]
    return sides[0] if sides else None


def _entry(instance: Instance) -> LibraryEntry:
    return LibraryEntry(
        value_type=content_type(instance),
        sop_class_uid=instance.sop_class_uid,
        sop_instance_uid=instance.sop_instance_uid,
        frames=instance.frames if (instance.frames or 1) > 1 else None,
        number=None if instance.number is None else str(instance.number),
        title=instance.title,
        description=instance.description,
    )


def content_type(instance: Instance) -> str:
    """Value type of a reference: what has rows of pixels is an image, so private classes come out right."""
    if instance.rows:
        return "IMAGE"
    return "WAVEFORM" if instance.sop_class_uid.startswith(_WAVEFORMS) else "COMPOSITE"
