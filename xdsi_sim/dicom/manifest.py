"""The imaging manifest as a value: every instance of a study, and where the study is.

`compose_manifest` makes it from a study; `kos` converts it to and from a DICOM file. Nothing here
asks a clock, makes a UID by itself or needs a DICOM library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.study import Instance, Series, Study, StudyHeader
from xdsi_sim.dicom.times import zone_of

__all__ = [
    "KEY_OBJECT_SELECTION",
    "MANIFEST_TITLES",
    "ContentReference",
    "Manifest",
    "ManifestSeries",
    "Reference",
    "RetrieveLocation",
    "compose_manifest",
]

KEY_OBJECT_SELECTION: Final = "1.2.840.10008.5.1.4.1.1.88.59"

MANIFEST_TITLES: Final = {  # PS3.16: CID 7010
    "113030": CodedEntry("113030", "DCM", "Manifest"),
    "131560": CodedEntry("131560", "DCM", "Manifest with Description"),
    "MADOTEMP001": CodedEntry("MADOTEMP001", "99IHE", "Manifest with Description"),
}
"""Titles that make a Key Object Selection a manifest; the last is the trial form of the second."""

_WAVEFORMS: Final = "1.2.840.10008.5.1.4.1.1.9."


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveLocation:
    """Where the instances of a series can be had."""

    oid: str
    """Of the imaging source: RepositoryUniqueId in RAD-69."""
    ae_title: str
    retrieve_url: str | None = None
    """Base of its WADO-RS service."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An instance that the evidence names."""

    sop_class_uid: str
    sop_instance_uid: str


@dataclass(frozen=True, slots=True)
class ContentReference:
    """An instance that the content tree names, and as what."""

    value_type: str
    reference: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSeries:
    """One series of the evidence (PS3.3: Table C.17.6-2)."""

    study_instance_uid: str
    series_instance_uid: str
    retrieve_location_uid: str | None = None
    retrieve_ae_title: str | None = None
    retrieve_url: str | None = None
    """As written: the base of a WADO-RS service, or with the path of study and series behind it."""
    references: tuple[Reference, ...] = ()

    @property
    def wado_rs_base(self) -> str | None:
        """Base of the WADO-RS service: the Retrieve URL up to `/studies/`, without a closing slash."""
        return self.retrieve_url and self.retrieve_url.partition("/studies/")[0].rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An imaging manifest (RAD TF: 4.68)."""

    sop_instance_uid: str
    """Also the uniqueId of its DocumentEntry."""
    series_instance_uid: str
    title: CodedEntry
    header: StudyHeader
    content_date: str | None = None
    content_time: str | None = None
    manufacturer: str | None = None
    series_number: int | None = None
    series: tuple[ManifestSeries, ...] = ()
    """The evidence."""
    content: tuple[ContentReference, ...] = ()
    """The content tree; names the same instances as the evidence if the manifest is sound."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every instance of the evidence."""
        return tuple(reference for series in self.series for reference in series.references)


# --- study to manifest -----------------------------------------------------------------------


def compose_manifest(
    study: Study,
    location: RetrieveLocation,
    *,
    now: datetime,
    new_uid: Callable[[], str],
    manufacturer: str = "XDS-I simulator",
) -> Manifest:
    """The manifest of a study whose every series is at `location`.

    `now` must be aware of its zone. The manifest's dates are in the zone of the study, because its
    one time zone offset holds for them all; a study without one gets that of `now`.
    """
    zone = zone_of(study.header.timezone_offset) or now.tzinfo
    written = now.astimezone(zone)
    return Manifest(
        sop_instance_uid=new_uid(),
        series_instance_uid=new_uid(),
        title=MANIFEST_TITLES["113030"],
        header=_manifest_header(study.header, written),
        content_date=f"{written:%Y%m%d}",
        content_time=f"{written:%H%M%S}",
        manufacturer=manufacturer,
        series_number=_free_number(study),
        series=tuple(_located(series, study, location) for series in study.series),
        content=tuple(
            ContentReference(_value_type(instance), _reference(instance)) for instance in study.instances
        ),
    )


def _manifest_header(header: StudyHeader, written: datetime) -> StudyHeader:
    accessions = {request.accession for request in header.requests if request.accession}
    return replace(
        header,
        timezone_offset=header.timezone_offset or f"{written:%z}"[:5],
        # several requests answered by one study: no single number may stand for it
        accession=header.accession if len(accessions) < 2 else None,
    )


def _free_number(study: Study) -> int:
    """59, the number several guides ask for, unless an image series has it."""
    taken = {series.number for series in study.series}
    return 59 if 59 not in taken else max(number for number in taken if number is not None) + 1


def _located(series: Series, study: Study, location: RetrieveLocation) -> ManifestSeries:
    return ManifestSeries(
        study_instance_uid=study.header.study_instance_uid,
        series_instance_uid=series.series_instance_uid,
        retrieve_location_uid=location.oid,
        retrieve_ae_title=location.ae_title,
        retrieve_url=location.retrieve_url,
        references=tuple(_reference(instance) for instance in series.instances),
    )


def _reference(instance: Instance) -> Reference:
    return Reference(instance.sop_class_uid, instance.sop_instance_uid)


def _value_type(instance: Instance) -> str:
    """What has rows of pixels is an image, whatever its SOP class, so private classes come out right."""
    if instance.rows:
        return "IMAGE"
    return "WAVEFORM" if instance.sop_class_uid.startswith(_WAVEFORMS) else "COMPOSITE"
