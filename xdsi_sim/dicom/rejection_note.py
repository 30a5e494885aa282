"""Rejection notes as DICOM files, as a workstation writes them (IHE IOCM)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.kos import write_manifest
from xdsi_sim.dicom.manifest import ManifestSeries, RetrieveLocation, compose_manifest
from xdsi_sim.dicom.rejection import REJECTION_TITLES
from xdsi_sim.dicom.study import Study

__all__ = ["write_rejection_note"]


def write_rejection_note(
    study: Study, rejected: Collection[str], *, title: str, now: datetime, new_uid: Callable[[], str]
) -> bytes:
    """A note that rejects instances of a study, by their SOP Instance UIDs; `title` is a code.

    It is a Key Object Selection as a manifest is, with another title, and tells no location.
    """
    whole = compose_manifest(study, RetrieveLocation(oid="", ae_title=""), now=now, new_uid=new_uid)
    series = (_narrowed(one, rejected) for one in whole.series)
    return write_manifest(
        replace(
            whole,
            title=CodedEntry(title, "DCM", REJECTION_TITLES[title]),
            series=tuple(one for one in series if one.references),
            content=tuple(one for one in whole.content if one.reference.sop_instance_uid in rejected),
        )
    )


def _narrowed(series: ManifestSeries, rejected: Collection[str]) -> ManifestSeries:
    named = tuple(one for one in series.references if one.sop_instance_uid in rejected)
    return replace(series, references=named, retrieve_location_uid=None, retrieve_ae_title=None)
