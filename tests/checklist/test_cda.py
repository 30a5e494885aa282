from __future__ import annotations

from xdsi_sim.checklist.cda import header_ids, write_report
from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.samples import SAMPLES


def test_the_header_of_a_report_has_what_links_it() -> None:
    text = write_report(SAMPLES["ct-head"].header, title="CT <head>", text="a & b", time="20240212")
    assert header_ids(BytesContent(text.encode())) == {
        "2.999.76.1",
        "ACC-0001 of 2.999.20.2",
        "ORD-0001 of 2.999.10.2",
    }


def test_what_is_no_cda_document_has_no_header() -> None:
    for data in (b"Nothing remarkable.", b"<report/>", b"<a>", b"<!DOCTYPE a []><a/>", b"\xff\xfe"):
        assert header_ids(BytesContent(data)) is None


def test_a_report_that_names_nothing_has_an_empty_header() -> None:
    assert header_ids(BytesContent(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>')) == frozenset()
