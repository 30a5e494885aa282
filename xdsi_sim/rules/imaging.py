"""Entries of imaging manifests and reports (RAD TF: 4.68). The subject is one DocumentEntry.

Only what the metadata themselves tell; what a manifest says beside them is `content`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.vocab import CodingScheme, ReferenceIdType

__all__ = ["DICOM", "KEY_OBJECT_SELECTION", "REPORTS"]

DICOM: Final = "application/dicom"
KEY_OBJECT_SELECTION: Final = "1.2.840.10008.5.1.4.1.1.88.59"
REPORTS: Final = {
    "urn:ihe:rad:PDF": "application/pdf",
    "urn:ihe:rad:TEXT": "text/xml",
    "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013": "text/xml",
}
"""mimeType of a report by its formatCode."""
_STUDY: Final = f"^{ReferenceIdType.STUDY_INSTANCE_UID}"


@rule("D42", cites="RAD TF: 4.68", severity=Severity.WARNING)
def imaging_entry_is_as_images_are_found(entry: DocumentEntry) -> Iterator[Violation]:
    """The entry of a manifest or report has the attributes by which images are looked for.

    mimeType and formatCode fit each other; a manifest has its SOP Instance UID as uniqueId, one study in
    referenceIdList, a modality in eventCodeList and no legalAuthenticator; a report has its studies.
    """
    format_ = entry.formatCode
    if format_ is None:
        return
    if format_.code == KEY_OBJECT_SELECTION:
        yield from _wrong_with_manifest(entry, format_)
    elif format_.code in REPORTS:
        yield from _wrong_with_report(entry, REPORTS[format_.code])
    elif entry.mimeType == DICOM and format_.codingScheme != CodingScheme.DICOM_UID:
        text = f"formatCode of {DICOM} is no SOP class, codingScheme {CodingScheme.DICOM_UID}"
        yield Violation(text, attribute="formatCode", value=format_.code)


def _wrong_with_manifest(entry: DocumentEntry, format_: Code) -> Iterator[Violation]:
    if entry.mimeType != DICOM:
        yield Violation(f"mimeType of a manifest is not {DICOM}", attribute="mimeType", value=entry.mimeType)
    if format_.codingScheme != CodingScheme.DICOM_UID:
        text = f"codingScheme of the formatCode of a manifest is not {CodingScheme.DICOM_UID}"
        yield Violation(text, attribute="formatCode", value=format_.codingScheme)
    if entry.uniqueId and not OID.fullmatch(entry.uniqueId):
        text = "uniqueId of a manifest is no SOP Instance UID"
        yield Violation(text, attribute="uniqueId", value=entry.uniqueId)
    if (studies := _studies(entry)) != 1:
        text = f"referenceIdList of a manifest names {studies} studies, one is expected"
        yield Violation(text, attribute="referenceIdList", value=_listed(entry.referenceIdList))
    if not any(code.codingScheme == CodingScheme.DCM for code in entry.eventCodeList):
        text = f"eventCodeList of a manifest has no modality, codingScheme {CodingScheme.DCM}"
        yield Violation(text, attribute="eventCodeList", value=_listed(map(_code, entry.eventCodeList)))
    if entry.legalAuthenticator is not None:
        text = "a manifest has no legalAuthenticator"
        yield Violation(text, attribute="legalAuthenticator", value=entry.legalAuthenticator)
    yield from _repeated(entry)


def _wrong_with_report(entry: DocumentEntry, mimeType: str) -> Iterator[Violation]:
    if entry.mimeType is None or entry.mimeType.partition(";")[0].strip() != mimeType:
        text = f"mimeType of a report of this formatCode is not {mimeType}"
        yield Violation(text, attribute="mimeType", value=entry.mimeType)
    if not _studies(entry):
        given = _listed(entry.referenceIdList)
        yield Violation(
            "referenceIdList of a report names no study", attribute="referenceIdList", value=given
        )
    yield from _repeated(entry)


def _studies(entry: DocumentEntry) -> int:
    return sum(text.endswith(_STUDY) for text in entry.referenceIdList)


def _listed(texts: Iterable[str]) -> str | None:
    return ", ".join(texts) or None


def _code(code: Code) -> str:
    return f"{code.code}^^{code.codingScheme}"


def _repeated(entry: DocumentEntry) -> Iterator[Violation]:
    """Each event code that is there twice."""
    seen: set[str] = set()
    for code in map(_code, entry.eventCodeList):
        if code in seen:
            yield Violation("eventCodeList has a code twice", attribute="eventCodeList", value=code)
        seen.add(code)
