"""The imaging manifest as a value: every instance of a study, and where the study is.

`compose_manifest` makes it from a study; `kos` converts it to and from a DICOM file. Nothing here
asks a clock, makes a UID by itself or needs a DICOM library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.errors import NotOneStudy
from xdsi_sim.dicom.image_library import ImageLibrary, compose_library, content_type
from xdsi_sim.dicom.manifest_header import NOBODY, Custodian, manifest_header
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION, Instance, Series, Study, StudyHeader
from xdsi_sim.dicom.times import zone_of
from xdsi_sim.dicom.titles import MANIFEST_TITLES, PROFILE_TITLES, ManifestProfile

__all__ = [
    "KEY_OBJECT_SELECTION",
    "MANIFEST_TITLES",
    "ContentReference",
    "Manifest",
    "ManifestSeries",
    "Reference",
    "RetrieveLocation",
    "compose_manifest",
    "compose_note",
    "shared_part",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveLocation:
    """Where the instances of a series can be had."""

    oid: str
    """Of the imaging source: RepositoryUniqueId in RAD-69."""
    ae_title: str | None = None
    retrieve_url: str | None = None
    """Base of its WADO-RS service."""
    display_uri: str | None = None
    """Where a web viewer shows the study."""


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
    """A Key Object Selection: an imaging manifest (RAD TF: 4.68), or by another title a key image note."""

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
    modifiers: tuple[CodedEntry, ...] = ()
    """Of the title: the reason why images are rejected, for example."""
    description: str | None = None
    """What a note says of its images."""
    display_uri: str | None = None
    library: ImageLibrary | None = None
    """What the instances are; only in manifests of MADO."""

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
    profile: ManifestProfile = "xds-i",
    custodian: Custodian = NOBODY,
) -> Manifest:
    """The manifest of a study whose every series is at `location`.

    `now` must be aware of its zone. The manifest's dates are in the zone of the study, because its
    one time zone offset holds for them all; a study without one gets that of `now`. It lists what
    `shared_part` leaves.
    """
    shown = shared_part(study)
    written = _written(study, now)
    return Manifest(
        sop_instance_uid=new_uid(),
        series_instance_uid=new_uid(),
        title=PROFILE_TITLES[profile],
        header=manifest_header(study, custodian, profile=profile, location=location.oid, written=written),
        content_date=f"{written:%Y%m%d}",
        content_time=f"{written:%H%M%S}",
        manufacturer=manufacturer,
        series_number=_free_number(study),
        series=tuple(_located(series, study, location) for series in shown.series),
        content=tuple(map(_content, shown.instances)),
        display_uri=location.display_uri,
        library=compose_library(shown, custodian.regions) if profile == "mado" else None,
    )


def shared_part(study: Study) -> Study:
    """The study without manifests, rejected instances and the notes that reject them.

    Nobody is to see what is rejected (for quality: choice, an archive may show it to some), so the notes
    would point at nothing.
    """
    rejected = {uid for instance in study.instances for uid in instance.rejects}

    def is_shared(instance: Instance) -> bool:
        """Whether an instance is neither a manifest, nor rejected, nor a rejection."""
        is_manifest = instance.title is not None and instance.title.value in MANIFEST_TITLES
        return not (is_manifest or instance.rejects or instance.sop_instance_uid in rejected)

    return _only(study, is_shared)


def _only(study: Study, wanted: Callable[[Instance], bool]) -> Study:
    """The study with those instances alone, without series that have none."""
    series = (replace(each, instances=tuple(filter(wanted, each.instances))) for each in study.series)
    return replace(study, series=tuple(each for each in series if each.instances))


def _written(study: Study, now: datetime) -> datetime:
    return now.astimezone(zone_of(study.header.timezone_offset) or now.tzinfo)


def compose_note(
    study: Study,
    instances: Collection[str],
    *,
    title: CodedEntry,
    now: datetime,
    new_uid: Callable[[], str],
    description: str | None = None,
    modifiers: tuple[CodedEntry, ...] = (),
    manufacturer: str = "XDS-I simulator",
) -> Manifest:
    """A key image note: it belongs to the study and names some of its instances (PS3.16: TID 2010).

    Raises NotOneStudy where the study has not all of them.
    """
    chosen = _only(study, lambda instance: instance.sop_instance_uid in instances)
    missing = set(instances) - {instance.sop_instance_uid for instance in chosen.instances}
    if missing or not chosen.instances:
        named = ", ".join(sorted(missing)) or "at all"
        raise NotOneStudy(f"study {study.header.study_instance_uid} has no instances {named}")
    written = _written(study, now)
    return Manifest(
        sop_instance_uid=new_uid(),
        series_instance_uid=new_uid(),
        title=title,
        header=manifest_header(study, NOBODY, profile="xds-i", location="", written=written),
        content_date=f"{written:%Y%m%d}",
        content_time=f"{written:%H%M%S}",
        manufacturer=manufacturer,
        series_number=_free_number(study),
        series=tuple(_located(series, study, None) for series in chosen.series),
        content=tuple(map(_content, chosen.instances)),
        modifiers=modifiers,
        description=description,
    )


def _free_number(study: Study) -> int:
    """59, the number several guides ask for, unless an image series has it."""
    taken = {series.number for series in study.series}
    return 59 if 59 not in taken else max(number for number in taken if number is not None) + 1


def _located(series: Series, study: Study, location: RetrieveLocation | None) -> ManifestSeries:
    return ManifestSeries(
        study_instance_uid=study.header.study_instance_uid,
        series_instance_uid=series.series_instance_uid,
        retrieve_location_uid=location.oid if location else None,
        retrieve_ae_title=location.ae_title if location else None,
        retrieve_url=location.retrieve_url if location else None,
        references=tuple(map(_reference, series.instances)),
    )


def _reference(instance: Instance) -> Reference:
    return Reference(instance.sop_class_uid, instance.sop_instance_uid)


def _content(instance: Instance) -> ContentReference:
    return ContentReference(content_type(instance), _reference(instance))
