"""`locate`: a consumer reads manifests and finds out where each series can be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.manifest import Manifest, ManifestSeries
from xdsi_sim.scenario.kind import ConsumerId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, details_of, listed, plural
from xdsi_sim.scenario.steps.retrieve import RetrievedDocument
from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.model import Source

__all__ = ["LOCATE", "LocatedSeries"]


class Locate(Checked):
    """Which manifests, and by which of the two ways that they offer."""

    consumer: ConsumerId
    manifests: Any
    """Documents that a retrieve has saved: `${fetched.manifests}`."""
    mode: Literal["retrieve-url", "location-uid"]
    """`retrieve-url` takes the base that the manifest gives, `location-uid` looks its OID up."""
    complete: bool = True
    """Whether each series must be located; if not, `unresolved` tells which are not, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A series of a manifest that leads nowhere."""

    studyInstanceUID: str
    seriesInstanceUID: str
    location: str
    """The Retrieve Location UID; empty where there is none."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedSeries:
    """A series of a manifest and where its images are."""

    studyInstanceUID: str
    seriesInstanceUID: str
    source: str
    """Id of the imaging source that the Retrieve Location UID names; empty where nobody has that."""
    location: str
    """The Retrieve Location UID."""
    base: str
    """Base URI of WADO-RS."""
    retrieveURL: str | None
    """The same where the manifest gives it and the consumer goes by that."""
    sopInstanceUIDs: tuple[str, ...]
    homeCommunityId: str | None = None
    """Of the manifest's entry, where a gateway has given it: the manifest itself has none."""


def play(step: Locate, stage: Stage) -> Outcome:
    """Read each manifest; raises StepFailed where one cannot be read or a series not be located."""
    documents = step.manifests if isinstance(step.manifests, tuple) else (step.manifests,)
    found = [
        _locate(stage, series, step.mode, document.entry.homeCommunityId)
        for document in documents
        for series in _read(document).series
    ]
    unresolved = tuple(item for item in found if isinstance(item, Unresolved))
    if unresolved and step.complete:
        raise StepFailed(unresolved[0].reason)
    located = tuple(item for item in found if isinstance(item, LocatedSeries))
    images = sum(len(series.sopInstanceUIDs) for series in located)
    return Outcome(
        text=f"{plural(len(located), 'series', 'series')} with {plural(images, 'instance')}",
        value={"series": located, "unresolved": unresolved},
        count=len(located),
        details=details_of(
            {
                "Found at": listed([f"{series.source} {series.base}" for series in located]),
                "Not resolved": listed([series.reason for series in unresolved]),
            }
        ),
    )


def _read(document: RetrievedDocument) -> Manifest:
    from xdsi_sim.dicom.kos import read_manifest  # noqa: PLC0415  brings pydicom

    try:
        return read_manifest(document.content)
    except DicomError as error:
        raise StepFailed(f"document {document.entry.uniqueId} is no manifest: {error}") from error


def _locate(stage: Stage, series: ManifestSeries, mode: str, home: str | None) -> LocatedSeries | Unresolved:
    """An address that is in the manifest needs no directory, an OID does."""
    location = series.retrieve_location_uid or ""
    source = stage.actor_of(location)
    known = source is not None and isinstance(stage.running.topology.find(source).actor, Source)
    by_oid = stage.running.dicomweb_of(source or "") if known and mode == "location-uid" else None
    base = series.wado_rs_base if mode == "retrieve-url" else by_oid
    if not base:
        uid = series.series_instance_uid
        return Unresolved(
            studyInstanceUID=series.study_instance_uid,
            seriesInstanceUID=uid,
            location=location,
            reason=f"series {uid} has no Retrieve URL (0008,1190)"
            if mode == "retrieve-url"
            else f"the location of series {uid} cannot be resolved: '{location}'",
        )
    return LocatedSeries(
        studyInstanceUID=series.study_instance_uid,
        seriesInstanceUID=series.series_instance_uid,
        source=source if known and source is not None else "",
        location=location,
        base=base,
        retrieveURL=base if mode == "retrieve-url" else None,
        sopInstanceUIDs=tuple(reference.sop_instance_uid for reference in series.references),
        homeCommunityId=home,
    )


LOCATE: Final = StepKind(key="locate", parameters=Locate, play=play, counts="series")
