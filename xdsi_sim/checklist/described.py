"""What a manifest says of series and instances, in whichever of the two forms it says so.

MADO describes them in an Image Library of the content tree; the recommendations as they were first written
put the same attributes into the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xdsi_sim.dicom.coded import CodedEntry, coded_entries
from xdsi_sim.dicom.image_library import ImageLibrary, LibraryGroup
from xdsi_sim.dicom.kos_document import Item, KosDocument

__all__ = ["Described", "DescribedInstance", "DescribedSeries", "describe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedInstance:
    """One instance; what is not told is None."""

    sopInstanceUID: str
    number: str | None = None
    frames: int | None = None
    title: str | None = None
    """Code of the document title of a note."""
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedSeries:
    """One series; what is not told is None or empty."""

    seriesInstanceUID: str
    modality: str | None = None
    description: str | None = None
    number: str | None = None
    date: str | None = None
    time: str | None = None
    regions: tuple[CodedEntry, ...] = ()
    lateralities: tuple[CodedEntry, ...] = ()
    count: int | None = None
    instances: tuple[DescribedInstance, ...] = ()
    path: str = ""
    """Where it stands in the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A study."""

    modalities: tuple[str, ...] = ()
    regions: tuple[CodedEntry, ...] = ()
    series_count: int | None = None
    series: tuple[DescribedSeries, ...] = ()

    @property
    def instances(self) -> Iterator[DescribedInstance]:
        """Those of all series."""
        return (instance for series in self.series for instance in series.instances)


def describe(document: KosDocument, library: ImageLibrary | None) -> Described:
    """The library, and what the evidence says where that is silent."""
    groups = {group.series_instance_uid: group for group in library.groups} if library else {}
    return Described(
        modalities=tuple(code.value for code in library.modalities) if library else (),
        regions=library.regions if library else (),
        series_count=_series_count(document, library),
        series=tuple(_series(item, groups) for item in document.series()),
    )


def _series_count(document: KosDocument, library: ImageLibrary | None) -> int | None:
    if library is not None:
        return library.count
    return document.root.number("NumberOfStudyRelatedSeries") if document.root else None


def _series(item: Item, groups: Mapping[str | None, LibraryGroup]) -> DescribedSeries:
    uid = item.text("SeriesInstanceUID") or ""
    group = groups.get(uid)
    entries = {entry.sop_instance_uid: entry for entry in group.entries} if group else {}
    evidence = tuple(_in_evidence(each) for each in item.members("ReferencedSOPSequence"))
    if group is None:
        return _series_in_evidence(item, uid, evidence)
    return DescribedSeries(
        seriesInstanceUID=uid,
        modality=group.modality.value if group.modality else None,
        description=group.description,
        number=group.number,
        date=group.date,
        time=group.time,
        regions=group.regions,
        lateralities=(group.laterality,) if group.laterality else (),
        count=group.count,
        instances=tuple(
            DescribedInstance(
                sopInstanceUID=each.sopInstanceUID,
                number=entry.number,
                frames=entry.frames,
                title=entry.title.value if entry.title else None,
                description=entry.description,
            )
            if (entry := entries.get(each.sopInstanceUID))
            else each
            for each in evidence
        ),
        path=item.path,
    )


def _series_in_evidence(item: Item, uid: str, instances: tuple[DescribedInstance, ...]) -> DescribedSeries:
    return DescribedSeries(
        seriesInstanceUID=uid,
        modality=item.text("Modality"),
        description=item.text("SeriesDescription"),
        number=item.text("SeriesNumber"),
        date=item.text("SeriesDate"),
        time=item.text("SeriesTime"),
        regions=coded_entries(item.attributes, "AnatomicRegionSequence"),
        count=item.number("NumberOfSeriesRelatedInstances"),
        instances=instances,
        path=item.path,
    )


def _in_evidence(item: Item) -> DescribedInstance:
    return DescribedInstance(
        sopInstanceUID=item.text("ReferencedSOPInstanceUID") or "",
        number=item.text("InstanceNumber"),
        frames=item.number("NumberOfFrames"),
    )
