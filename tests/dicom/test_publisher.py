from __future__ import annotations

import pytest

from xdsi_sim.dicom.publisher import REPORT_FORMATS, Publisher


@pytest.mark.parametrize(
    ("name", "mime_type", "format_code"),
    [
        ("pdf", "application/pdf", "urn:ihe:rad:PDF"),
        ("text", "text/xml", "urn:ihe:rad:TEXT"),
        ("cda", "text/xml", "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013"),
    ],
)
def test_a_report_format_is_a_pair_of_mime_type_and_format_code(
    name: str, mime_type: str, format_code: str
) -> None:
    report_format = REPORT_FORMATS[name]
    assert (report_format.mimeType, report_format.formatCode.code) == (mime_type, format_code)


def test_images_and_reports_are_told_apart_by_their_class() -> None:
    publisher = Publisher(sourceId="2.999.1", patient_authority="2.999.2")
    assert publisher.imageClass != publisher.reportClass
