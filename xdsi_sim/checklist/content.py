"""Set K, content: what a manifest says of series, instances and notes, and whether it is all of the study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from xdsi_sim.checklist.checking import check, manifests
from xdsi_sim.checklist.described import DescribedInstance, DescribedSeries
from xdsi_sim.checklist.observed import Observed, SeenManifest
from xdsi_sim.checklist.results import NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.telling import by_rules
from xdsi_sim.dicom.codes import REGIONS
from xdsi_sim.dicom.kos_document import tag_text
from xdsi_sim.dicom.study import Instance, Series

__all__ = ["images_of", "notes_are_described", "series_of"]

_MOST: Final = 0.8
"""Part of a manifest that is to come from the images."""
_HEADER_FIELDS: Final = 14
_SERIES_FIELDS: Final = 3
_GROUP_FIELDS: Final = 8
"""Fields that are compared of the whole, of each series, and of each series that a library describes."""


def series_of(manifest: SeenManifest) -> Iterator[tuple[DescribedSeries, Series | None]]:
    """Each series of the manifest, and what the source has of it."""
    served = {each.series_instance_uid: each for each in manifest.served.series} if manifest.served else {}
    return ((each, served.get(each.seriesInstanceUID)) for each in manifest.described.series)


def images_of(manifest: SeenManifest) -> Iterator[tuple[DescribedInstance, Instance | None]]:
    """The same of instances."""
    served = {each.sop_instance_uid: each for each in manifest.served.instances} if manifest.served else {}
    return ((each, served.get(each.sopInstanceUID)) for each in manifest.described.instances)


_TOLD: Final[Mapping[str, tuple[Callable[[DescribedSeries], str | None], Callable[[Series], str | None]]]] = {
    "description": (lambda told: told.description, lambda image: image.description),
    "number": (lambda told: told.number, lambda image: _text(image.number)),
    "date": (lambda told: told.date, lambda image: image.date),
    "time": (lambda told: told.time, lambda image: image.time),
}
"""What is told of a series beside its modality: by the manifest, and by the images."""


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


@check("K-09", "modality of each series, the others where the images have them", of=manifests)
def series_are_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """In the Image Library or in the evidence."""
    if not any(told.modality for told, _ in series_of(manifest)):
        yield lack("no series has a modality", manifest.at(tag_text("ReferencedSeriesSequence")))
        return
    for told, image in series_of(manifest):
        at, uid = manifest.at(told.path), told.seriesInstanceUID
        if not told.modality:
            yield lack(f"series {uid} has no modality", at)
        elif image is not None and image.modality and told.modality != image.modality:
            yield lack(f"series {uid} is {image.modality}, the manifest says {told.modality}", at)
        for name, (of_manifest, of_images) in _TOLD.items():
            said, is_ = of_manifest(told), of_images(image) if image is not None else None
            if is_ and not said:
                yield doubt(f"series {uid} has no {name}, its images do", at)
            elif is_ and said != is_:
                yield lack(f"{name} of series {uid} is '{is_}', the manifest says '{said}'", at)


@check("K-10", "regions of study and series, of the value set", of=manifests)
def regions_are_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Images that name none leave a manifest without."""
    at, named = manifest.at(tag_text("ContentSequence")), manifest.described.regions
    of_images = manifest.served.regions if manifest.served is not None else ()
    if not named:
        says = doubt if manifest.served is not None and not of_images else lack
        yield says("no region of the study is told", at)
    for told, image in series_of(manifest) if named else ():
        if image is not None and image.regions and not told.regions:
            yield lack(
                f"series {told.seriesInstanceUID} has no region, its images do", manifest.at(told.path)
            )
    every = [*named, *(region for told in manifest.described.series for region in told.regions)]
    for region in every:
        if region.scheme != "SCT" or region.value not in REGIONS:
            yield doubt(f"region {region.value} {region.scheme} is not of the value set", at)


@check("K-11", "instance numbers and numbers of frames are those of the images", of=manifests)
def instances_are_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Frames where there are several."""
    at = manifest.at(tag_text("ContentSequence"))
    numbered = any(told.number for told, _ in images_of(manifest))
    if not numbered:
        yield lack("no instance number is told", at)
    for told, image in images_of(manifest):
        if image is None:
            continue
        uid, number = told.sopInstanceUID, _text(image.number)
        if numbered and number and told.number != number:
            yield lack(f"instance {uid} has number {number}, the manifest says {told.number or 'none'}", at)
        if (image.frames or 1) > 1 and told.frames != image.frames:
            frames = told.frames or "none"
            yield lack(f"instance {uid} has {image.frames} frames, the manifest says {frames}", at)


@check("K-12", "numbers of series and instances are those of the references", of=manifests)
def counts_are_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Of the study and of each series."""
    at, listed = manifest.at(tag_text("ContentSequence")), manifest.described.series
    if manifest.described.series_count is None and all(each.count is None for each in listed):
        yield lack("neither the number of series nor those of instances are told", at)
        return
    if manifest.described.series_count != len(listed):
        told = _told(manifest.described.series_count)
        yield lack(f"number of series is {told}, {len(listed)} are listed", at)
    for series in listed:
        if series.count != len(series.instances):
            text = f"number of instances of series {series.seriesInstanceUID} is {_told(series.count)}"
            yield lack(f"{text}, {len(series.instances)} are listed", manifest.at(series.path))


def _told(count: int | None) -> str:
    return "not told" if count is None else str(count)


@check(
    "K-13",
    "evidence, content and what the source has are the same instances",
    of=manifests,
    cites="PS3.3: C.17.6.2; RAD TF: 4.68",
)
def all_is_listed(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """But for manifests and for what is rejected."""
    if manifest.served is None:
        yield doubt(f"nobody tells what the source has of {manifest.study}", manifest.evidence)
    yield from by_rules(manifest, "M25", "M26", "M31", "M32", "M80", "M81", "M82", "M85")


def notes_are_described(manifest: SeenManifest) -> Iterator[Point]:
    """Title and description of the notes that are listed (RAD MADO)."""
    told = {each.sopInstanceUID: each for each in manifest.described.instances}
    for note in manifest.notes:
        said = told.get(note.sopInstanceUID)
        if said is not None and (said.title, said.description) != (note.title, note.description):
            text = f"note {note.sopInstanceUID} is {note.title} '{note.description or ''}'"
            told_as = f"{said.title} '{said.description or ''}'" if said.title else "nothing of it"
            yield lack(f"{text}, the manifest tells {told_as}", manifest.at(tag_text("ContentSequence")))


@check("K-19", "notes are listed with title and description, and name images of their study")
def notes_are_shared(seen: Observed, _: Observed) -> Iterator[Point]:
    """A note that is listed, but not described, is a part of it."""
    if not any(manifest.notes for manifest in seen.manifests):
        raise NotTested("no study has a key image note")
    for manifest in seen.manifests:
        listed = {item.sop_instance_uid for item in manifest.document.listed()}
        for note in manifest.notes:
            if note.sopInstanceUID not in listed:
                yield lack(f"note {note.sopInstanceUID} is not listed", manifest.evidence)
            if not note.references or note.references - listed:
                text = f"note {note.sopInstanceUID} names what is not listed"
                yield lack(text, manifest.evidence)
        for point in notes_are_described(manifest):
            yield doubt(point.text, *point.evidence)


@check("K-21", "a manifest made anew from the images says the same, to eight fields of ten")
def it_comes_from_the_images(seen: Observed, _: Observed) -> Iterator[Point]:
    """Of all fields that are compared."""
    made = [manifest for manifest in seen.manifests if manifest.remade is not None]
    if not made:
        raise NotTested("no source tells what its images are")
    for manifest in made:
        other = manifest.remade or ()
        share = max(0.0, 1 - len(other) / _fields(manifest))
        text = f"{share:.0%} of {manifest.study}" + (f", but for {', '.join(other[:3])}" if other else "")
        yield (good if share >= _MOST else lack)(text, manifest.evidence)


def _fields(manifest: SeenManifest) -> int:
    """How many there are."""
    per_series = _SERIES_FIELDS
    if manifest.manifest is not None and manifest.manifest.library is not None:
        per_series += _GROUP_FIELDS
    return _HEADER_FIELDS + per_series * len(manifest.described.series) + len(manifest.document.listed())
