"""Submissions of manifests, sound and not."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pydicom
from manifest_examples import base, entry
from submissions import PATIENT, a_submission

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest

__all__ = ["ID", "SERIES", "an_entry", "changed", "provided", "unplaced", "without_hash"]

ID = "urn:uuid:0f7e1a52-3d4e-4c1a-9f60-5a1d2b3c4d5e"
SERIES = "(0040,A375)[1].(0008,1115)[1]"


def provided(content: bytes, of: DocumentEntry | None = None) -> ProvideAndRegisterDocumentSetRequest:
    told = an_entry() if of is None else of
    return ProvideAndRegisterDocumentSetRequest(
        submission=a_submission(entries=(told,)),
        documents=(Document(id=told.entryUUID, content=BytesContent(content)),),
    )


def changed(change: Callable[[pydicom.Dataset], object], *, every: bool = False) -> bytes:
    """The sound manifest with something done to its first series, or to each."""
    dataset = pydicom.dcmread(io.BytesIO(base("xds-i")))
    series = dataset.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    for one in series if every else series[:1]:
        change(one)
    octets = io.BytesIO()
    dataset.save_as(octets)
    return octets.getvalue()


def unplaced(series: pydicom.Dataset) -> None:
    del series.RetrieveLocationUID


def an_entry() -> DocumentEntry:
    return replace(entry(), entryUUID=ID, patientId=PATIENT)


def without_hash() -> DocumentEntry:
    return replace(an_entry(), hash=None, size=None)
