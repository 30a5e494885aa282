"""Studies of invented patients with real pixels: what the demonstration and the tests load.

Two sites and a few patients; one patient has been to both. Every UID follows from the sample and a
root, so that two runs make the same files; another root gives the same studies under other UIDs.
Pixels come from files that the DICOM library ships; `sample_objects` builds the objects around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.codes import BODY_PARTS, REGIONS
from xdsi_sim.dicom.study import Patient, Request, StudyHeader

__all__ = [
    "NATIONAL",
    "NORTH",
    "ORDERS",
    "ROOT",
    "SAMPLES",
    "SOUTH",
    "Sample",
    "SampleSeries",
    "Site",
    "sample_objects",
    "write_sample",
]

ROOT: Final = "2.999.76"
"""Root of all sample UIDs, in the arc that is set aside for examples."""

NATIONAL: Final = HierarchicDesignator.of("2.999.10.1", "NATIONAL")
"""Issuer of the patient ids that all sites know."""
ORDERS: Final = HierarchicDesignator.of("2.999.10.2", "ORDERS")
"""Issuer of placer order numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital: who it is and the issuers that its identifiers have."""

    name: str
    patients: HierarchicDesignator
    accessions: HierarchicDesignator
    timezone_offset: str
    referring_physician: str


NORTH: Final = Site(
    name="North Hospital",
    patients=HierarchicDesignator.of("2.999.20.1", "NORTH"),
    accessions=HierarchicDesignator.of("2.999.20.2", "NORTH_RIS"),
    timezone_offset="+0100",
    referring_physician="Weiss^Clara^^Dr",
)
SOUTH: Final = Site(
    name="South Clinic",
    patients=HierarchicDesignator.of("2.999.30.1", "SOUTH"),
    accessions=HierarchicDesignator.of("2.999.30.2", "SOUTH_RIS"),
    timezone_offset="+0200",
    referring_physician="Lindqvist^Per",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSeries:
    """One series of a sample; `kind` names a builder of `sample_objects`."""

    number: int
    kind: str
    count: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A study to be written."""

    name: str
    number: int
    """Its place below the root of UIDs."""
    title: str
    site: Site
    header: StudyHeader
    region: CodedEntry
    body_part: str
    series: tuple[SampleSeries, ...]

    def under(self, root: str) -> Sample:
        """The same study with UIDs below `root`."""
        return replace(self, header=replace(self.header, study_instance_uid=f"{root}.{self.number}"))

    @property
    def national_id(self) -> Identifier:
        """The patient's id that all sites know."""
        return self.header.patient.ids[-1]

    def of(self, patient: Identifier) -> Sample:
        """The same study of a patient who has another national id."""
        ids = (*self.header.patient.ids[:-1], patient)
        return replace(self, header=replace(self.header, patient=replace(self.header.patient, ids=ids)))

    def numbered(self, accession: str) -> Sample:
        """The same study with another accession number of the same issuer."""
        given = Identifier(accession, self.site.accessions)
        requests = tuple(replace(request, accession=given) for request in self.header.requests)
        return replace(self, header=replace(self.header, accession=given, requests=requests))


@dataclass(frozen=True, slots=True)
class _Person:
    """An invented patient: name, birth date, sex and national id."""

    name: str
    birth_date: str
    sex: str
    national: str

    def at(self, site: Site, local: str) -> Patient:
        """The patient as a site knows them: its own id first."""
        ids = (Identifier(local, site.patients), Identifier(self.national, NATIONAL))
        return Patient(ids=ids, name=self.name, birth_date=self.birth_date, sex=self.sex)


_ANNA: Final = _Person("Bergström^Anna^Maria", "19740312", "F", "NAT-1001")
_BRUNO: Final = _Person("Okonkwo^Bruno^^Dr", "19591105", "M", "NAT-1002")
_HANAKO: Final = _Person("Yamada^Hanako=山田^花子=やまだ^はなこ", "20010730", "F", "NAT-1003")


def _sample(
    number: int,
    name: str,
    title: str,
    *,
    site: Site,
    patient: Patient,
    at: str,
    procedure: CodedEntry,
    body_part: str,
    series: tuple[SampleSeries, ...],
) -> Sample:
    """A sample whose identifiers follow from its number; `at` is the study's local date and time."""
    request = Request(
        accession=Identifier(f"ACC-{number:04}", site.accessions),
        placer_order=Identifier(f"ORD-{number:04}", ORDERS),
        procedure_id=f"RP{number}",
        procedure_description=procedure.meaning,
        procedure_codes=(procedure,),
    )
    header = StudyHeader(
        study_instance_uid=f"{ROOT}.{number}",
        patient=patient,
        date=at[:8],
        time=at[8:],
        timezone_offset=site.timezone_offset,
        study_id=f"S{number}",
        description=procedure.meaning,
        referring_physician=site.referring_physician,
        institution=site.name,
        accession=request.accession,
        procedure_codes=(procedure,),
        requests=(request,),
    )
    region = REGIONS[BODY_PARTS[body_part]].entry
    return Sample(
        name=name,
        number=number,
        title=title,
        site=site,
        header=header,
        region=region,
        body_part=body_part,
        series=series,
    )


_SAMPLES: Final = (
    _sample(
        1,
        "ct-head",
        "CT of the head: an axial and a bone series, and the report as a DICOM structured report",
        site=NORTH,
        patient=_ANNA.at(NORTH, "N-4711"),
        at="20240212083015",
        procedure=CodedEntry("24725-4", "LN", "CT Head"),
        body_part="HEAD",
        series=(
            SampleSeries(number=1, kind="ct", count=6, description="Head axial 5 mm"),
            SampleSeries(number=2, kind="ct-bone", count=4, description="Head bone 2 mm"),
            SampleSeries(number=900, kind="sr", count=1, description="Radiology report"),
        ),
    ),
    _sample(
        2,
        "mr-knee",
        "MR of the knee of the same patient, done at the other site",
        site=SOUTH,
        patient=_ANNA.at(SOUTH, "S-0815"),
        at="20240520141502",
        procedure=CodedEntry("24802-1", "LN", "MR Knee"),
        body_part="KNEE",
        series=(
            SampleSeries(number=1, kind="mr", count=5, description="PD sagittal"),
            SampleSeries(number=2, kind="mr", count=5, description="T2 coronal"),
        ),
    ),
    _sample(
        3,
        "cr-chest",
        "Chest radiograph in two views",
        site=NORTH,
        patient=_BRUNO.at(NORTH, "N-4712"),
        at="20240109074433",
        procedure=CodedEntry("36643-5", "LN", "XR Chest 2 Views"),
        body_part="CHEST",
        series=(SampleSeries(number=1, kind="cr", count=2, description="Chest PA and lateral"),),
    ),
    _sample(
        4,
        "mr-brain-enhanced",
        "MR of the brain as one enhanced multi-frame object",
        site=SOUTH,
        patient=_HANAKO.at(SOUTH, "S-0816"),
        at="20240630233000",
        procedure=CodedEntry("24590-2", "LN", "MR Brain"),
        body_part="BRAIN",
        series=(SampleSeries(number=1, kind="enhanced-mr", count=1, description="T2 FSE transverse"),),
    ),
    _sample(
        5,
        "us-heart",
        "Echocardiography: a JPEG compressed clip",
        site=SOUTH,
        patient=_BRUNO.at(SOUTH, "S-0817"),
        at="20240702101500",
        procedure=CodedEntry("42148-7", "LN", "US Heart"),
        body_part="HEART",
        series=(SampleSeries(number=1, kind="us-clip", count=1, description="Apical four chamber"),),
    ),
)

SAMPLES: Final[Mapping[str, Sample]] = {sample.name: sample for sample in _SAMPLES}
"""The samples by name."""


def write_sample(
    name: str,
    folder: Path,
    *,
    root: str = ROOT,
    accession: str | None = None,
    patient: Identifier | None = None,
) -> tuple[Path, ...]:
    """Write the objects of a sample to `folder` and give their files, in the order of the study.

    With `accession`, they have that number in place of their own; with `patient`, that national id.
    Raises KeyError for a name that SAMPLES does not have.
    """
    objects = sample_objects(name, root, accession, patient)
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_written(name, folder, objects))


@lru_cache(maxsize=8)
def sample_objects(
    name: str, root: str = ROOT, accession: str | None = None, patient: Identifier | None = None
) -> tuple[bytes, ...]:
    """The same as octets; those made last are kept, for suites of tests store them again and again."""
    # Imported here: it brings pydicom, which whoever only reads the table of samples need not load.
    from xdsi_sim.dicom.sample_objects import build  # noqa: PLC0415

    sample = SAMPLES[name].under(root)
    sample = sample if patient is None else sample.of(patient)
    return tuple(build(sample if accession is None else sample.numbered(accession)))


def _written(name: str, folder: Path, objects: Iterable[bytes]) -> Iterator[Path]:
    for number, data in enumerate(objects, start=1):
        path = folder / f"{name}-{number:03}.dcm"
        path.write_bytes(data)
        yield path
