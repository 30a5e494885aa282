"""The imaging manifests that a submission brings (RAD-68), each held against its own entry.

A repository looks at their first octets alone; who judges a message that somebody else serves has the time to
read them whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest
from xdsi_sim.rules.imaging import DICOM, KEY_OBJECT_SELECTION
from xdsi_sim.rules.registry import Place
from xdsi_sim.rules.subjects import id_key

__all__ = ["check_manifests"]

_MOST: Final = 16_000_000
"""Octets of a manifest that is read as a whole: ten times what a study of 5,000 images needs."""
_OF_LABORATORIES: Final = [("M36", Severity.WARNING), ("M38", Severity.WARNING)]
"""Addresses without TLS, which nearly every message has that is looked at here."""


def check_manifests(request: ProvideAndRegisterDocumentSetRequest) -> Iterator[tuple[Finding, Place]]:
    """What is wrong with the manifests of a request, by RAD TF: 4.68 and MADO, without mere advice."""
    documents = {id_key(document.id): document.content for document in request.documents}
    for entry in request.submission.objects.documentEntries:
        content = documents.get(id_key(entry.entryUUID))
        if content is None or content.size > _MOST or not _is_manifest(entry):
            continue
        from xdsi_sim.dicom.kos_document import read_document  # noqa: PLC0415  costs start-up time
        from xdsi_sim.rules.manifest import check_manifest  # noqa: PLC0415

        for finding, others in _gathered(check_manifest(read_document(content), entry=entry).findings):
            yield _of_entry(entry, finding, others)


def _is_manifest(entry: DocumentEntry) -> bool:
    code = entry.formatCode
    return entry.mimeType == DICOM and code is not None and code.code == KEY_OBJECT_SELECTION


def _gathered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """Each with the number of other places of which the same is to be said: a study has many series."""
    same: dict[Finding, list[Finding]] = {}
    for finding in findings:
        same.setdefault(replace(finding, location=None), []).append(finding)
    for places in same.values():
        first = places[0]
        if first.severity is not Severity.INFO and (first.rule, first.severity) not in _OF_LABORATORIES:
            yield first, len(places) - 1


def _of_entry(entry: DocumentEntry, finding: Finding, others: int) -> tuple[Finding, Place]:
    """The finding as one of the submission, which has a place for the entry and none inside its document."""
    where = finding.location or ""
    if where.isidentifier():  # an attribute of the entry
        return replace(finding, location=entry.entryUUID), Place(entry.entryUUID, where, None)
    place = f"{where} of the manifest" if where else "manifest"
    text = f"{place}{f' and {others} more' if others else ''}: {finding.text}"
    return replace(finding, text=text, location=entry.entryUUID), Place(entry.entryUUID, None, None)
