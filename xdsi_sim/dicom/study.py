"""A study as values: what a manifest and its metadata say of patient, order, series and instances.

Values only; `summary` makes them from the headers of a study's instances.
Dates, times and names stay as DICOM writes them. An attribute without a value is None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from xdsi_sim.dicom.coded import CodedEntry, Identifier

__all__ = ["KEY_OBJECT_SELECTION", "Instance", "Patient", "Request", "Series", "Study", "StudyHeader", "once"]

T = TypeVar("T")

KEY_OBJECT_SELECTION: Final = "1.2.840.10008.5.1.4.1.1.88.59"
"""SOP class of manifests and key image notes."""


def once(values: Iterable[T]) -> tuple[T, ...]:
    """Each value once, in the order of first appearance."""
    return tuple(dict.fromkeys(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """The Patient module (PS3.3: C.7.1.1)."""

    ids: tuple[Identifier, ...] = ()
    """PatientID with its issuer first, then those of OtherPatientIDsSequence that differ from it."""
    name: str | None = None
    birth_date: str | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One imaging service request that the study answers; accession and order in it belong together."""

    accession: Identifier | None = None
    placer_order: Identifier | None = None
    filler_order: Identifier | None = None
    procedure_id: str | None = None
    procedure_description: str | None = None
    procedure_codes: tuple[CodedEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyHeader:
    """What every object of a study, its manifest included, says of patient and study alike."""

    study_instance_uid: str
    patient: Patient = Patient()
    date: str | None = None
    time: str | None = None
    timezone_offset: str | None = None
    """`+0100`: holds for every date and time of the objects (PS3.3: C.12.1)."""
    study_id: str | None = None
    description: str | None = None
    referring_physician: str | None = None
    institution: str | None = None
    accession: Identifier | None = None
    procedure_codes: tuple[CodedEntry, ...] = ()
    requests: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One SOP instance."""

    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str | None = None
    number: int | None = None
    rows: int | None = None
    columns: int | None = None
    frames: int | None = None
    """1 for a single image; None for what has no pixels."""
    title: CodedEntry | None = None
    """Document title of a Key Object Selection; None for all else."""
    description: str | None = None
    """Its Key Object Description."""
    rejects: tuple[str, ...] = ()
    """SOP Instance UIDs that it takes out of use, where it is a rejection note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series; instances by instance number."""

    series_instance_uid: str
    modality: str | None = None
    number: int | None = None
    description: str | None = None
    date: str | None = None
    time: str | None = None
    regions: tuple[CodedEntry, ...] = ()
    lateralities: tuple[CodedEntry, ...] = ()
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study; series by series number."""

    header: StudyHeader
    series: tuple[Series, ...]

    @property
    def modalities(self) -> tuple[str, ...]:
        """Each modality once, in the order of the series."""
        return once(series.modality for series in self.series if series.modality)

    @property
    def regions(self) -> tuple[CodedEntry, ...]:
        """Each anatomic region once, in the order of the series."""
        return once(region for series in self.series for region in series.regions)

    @property
    def instances(self) -> tuple[Instance, ...]:
        """All instances, in the order of series and instance numbers."""
        return tuple(instance for series in self.series for instance in series.instances)
