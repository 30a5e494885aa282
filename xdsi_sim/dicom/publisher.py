"""What a publisher of imaging documents brings along: its own codes and authorities, and its reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from xdsi_sim.ebrim.model import Code
from xdsi_sim.vocab import CodingScheme

__all__ = ["REPORT_FORMATS", "Publisher", "Report", "ReportFormat"]

_IMAGES: Final = Code.of("IMAGES", CodingScheme.IHE_RAD_CLASS, "Images")
_REPORTS: Final = Code.of("REPORTS", CodingScheme.IHE_RAD_CLASS, "Reports")
_IMAGING_STUDY: Final = Code.of("18748-4", CodingScheme.LOINC, "Diagnostic imaging study")
_STUDY_NOTE: Final = Code.of("68604-8", CodingScheme.LOINC, "Radiology Diagnostic study note")
_NORMAL: Final = Code.of("N", CodingScheme.CONFIDENTIALITY, "Normal")
_CARE_SITE: Final = Code.of("35971002", CodingScheme.SNOMED_CT, "Ambulatory care site")
_RADIOLOGY: Final = Code.of("394914008", CodingScheme.SNOMED_CT, "Radiology")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What an imaging source adds of its own to what its studies say."""

    sourceId: str
    patient_authority: str
    """OID of the affinity domain's assigning authority."""
    accession_authority: str | None = None
    """OID that stands in for the issuer of an accession number that does not name it."""
    order_authority: str | None = None
    """The same for placer order numbers."""
    timezone_offset: str = "+0000"
    """Of studies that do not tell it."""
    institution: str | None = None
    """Of studies that do not tell it."""
    languageCode: str = "en"
    imageClass: Code = _IMAGES
    reportClass: Code = _REPORTS
    imageType: Code = _IMAGING_STUDY
    """typeCode where the study has no procedure code."""
    reportType: Code = _STUDY_NOTE
    confidentialityCode: Code = _NORMAL
    healthcareFacilityTypeCode: Code = _CARE_SITE
    practiceSettingCode: Code = _RADIOLOGY
    coding_schemes: Mapping[str, str] = field(default_factory=dict)
    """OIDs of local coding schemes by DICOM's designator, such as `99NORTH`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """How a report is encoded."""

    mimeType: str
    formatCode: Code


REPORT_FORMATS: Final[Mapping[str, ReportFormat]] = {  # RAD TF: 4.68
    "pdf": ReportFormat(
        mimeType="application/pdf", formatCode=Code.of("urn:ihe:rad:PDF", CodingScheme.IHE_FORMAT, "PDF")
    ),
    "plain": ReportFormat(
        mimeType="text/plain",
        formatCode=Code.of(
            "urn:ihe:iti:xds:2017:mimeTypeSufficient", CodingScheme.IHE_FORMAT, "mimeType Sufficient"
        ),
    ),
    "text": ReportFormat(
        mimeType="text/xml",
        formatCode=Code.of("urn:ihe:rad:TEXT", CodingScheme.IHE_FORMAT, "CDA wrapped text"),
    ),
    "cda": ReportFormat(
        mimeType="text/xml",
        formatCode=Code.of(
            "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
            CodingScheme.IHE_FORMAT,
            "Imaging report with structured headings",
        ),
    ),
}
"""Formats of reports by a short name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An imaging report that is to be published beside the manifest of its study."""

    uniqueId: str
    format: ReportFormat
    created: datetime
    """When it was signed; aware of its zone."""
    title: str
    radiologist: str | None = None
    """Author and legal authenticator, as DICOM writes names."""
