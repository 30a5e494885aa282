from __future__ import annotations

import codecs

import pytest
from rule_examples import a_manifest, begun, cda, described_by, in_module, provision_broken_by
from submissions import MANIFEST, a_provision, an_entry

from xdsi_sim.ebrim.model import Code
from xdsi_sim.rules.document_content import head_size
from xdsi_sim.rules.transactions import check_provision

STUDY = "2.999.5.1"
XDS_SD = {"mimeType": "text/xml", "formatCode": "urn:ihe:iti:xds-sd:pdf:2008"}


@pytest.mark.parametrize("rule", in_module("document_content"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in provision_broken_by(rule)


def broken(head: bytes, **changes: object) -> list[str]:
    entries, documents = begun(head, **changes)
    request = a_provision(entries=entries).submission
    return [finding.rule for finding in check_provision(request, described_by(request), documents).findings]


@pytest.mark.parametrize(
    ("mimeType", "head", "rules"),
    [
        ("application/dicom", bytes(128) + b"DICM", []),
        ("application/dicom", b"DICM", ["G10"]),
        ("application/pdf", b"%PDF-1.7", []),
        ("Application/PDF", b"\r\n%PDF-1.7", []),
        ("application/pdf", b"<html>", ["G10"]),
        ("text/xml; charset=utf-8", codecs.BOM_UTF8 + b"\n<a/>", []),
        ("text/xml", "<a/>".encode("utf-16"), []),
        ("application/xml", b"{}", ["G10"]),
        ("text/plain", "grün".encode()[:3], []),  # the head ends inside a character
        ("text/plain", "grün".encode("latin-1"), ["G10"]),
        ("image/png", b"\x89PNG\r\n\x1a\n", []),
        ("image/png", b"\xff\xd8\xff", ["G10"]),
        ("image/jpeg", b"\xff\xd8\xff\xe0", []),
        ("image/jpeg", b"GIF89a", ["G10"]),
        ("application/zip", b"PK\x03\x04", []),
        ("application/zip", b"Rar!", ["G10"]),
        ("application/hl7-cda+xml", b"{}", ["G10"]),
        ("application/octet-stream", b"anything", []),
    ],
)
def test_a_document_begins_as_its_media_type_says(mimeType: str, head: bytes, rules: list[str]) -> None:
    assert broken(head, mimeType=mimeType) == rules


@pytest.mark.parametrize(
    ("head", "uniqueId", "rules"),
    [
        (cda('root="2.999.2.1"'), "2.999.2.1", []),
        (cda('root="2.999.2.1" extension="7"'), "2.999.2.1^7", []),
        (cda('root="2.999.2.1" extension="7"'), "2.999.2.1", ["G11"]),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>', "2.999.2.1", []),
        (b'<ClinicalDocument xmlns="urn:other"><id root="1"/>', "2.999.2.1", ["G10"]),
        (b"<html><head>", "2.999.2.1", ["G10"]),
    ],
)
def test_a_clinical_document_has_its_unique_id_inside(head: bytes, uniqueId: str, rules: list[str]) -> None:
    format_ = an_entry().formatCode
    assert format_ is not None
    changes = {"mimeType": "text/xml", "formatCode": type(format_)(XDS_SD["formatCode"], "s", None)}
    assert broken(head, uniqueId=uniqueId, **changes) == rules


@pytest.mark.parametrize(
    "formatCode",
    [
        "urn:ihe:iti:xds-sd:text:2008",
        "urn:ihe:lab:xd-lab:2008",
        "urn:ihe:pcc:xphr:2007",
        "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
        "urn:ihe:rad:TEXT",
    ],
)
@pytest.mark.parametrize("mimeType", ["text/xml", "application/xml", "application/hl7-cda+xml"])
def test_what_is_called_a_clinical_document_is_one(formatCode: str, mimeType: str) -> None:
    assert broken(b"<html>", mimeType=mimeType, formatCode=Code(formatCode, "s")) == ["G10"]


def test_xml_that_is_not_called_one_may_have_a_clinical_document_inside() -> None:
    head = b'<letter xmlns="urn:hl7-org:v3"><id root="2.999.2.9"/><ClinicalDocument/>'
    assert broken(head, mimeType="text/xml") == []


def test_only_what_is_called_a_manifest_is_looked_at_as_one() -> None:
    other = a_manifest("2.999.2.9", STUDY)
    assert broken(other, mimeType="application/dicom") == []
    assert broken(other, **MANIFEST | {"mimeType": "application/octet-stream"}) == []


@pytest.mark.parametrize(
    ("head", "rules"),
    [
        (a_manifest("2.999.2.1", STUDY), []),
        (a_manifest("2.999.2.2", STUDY), ["G12"]),
        (a_manifest("2.999.2.1", "2.999.5.2"), ["G12"]),
        (a_manifest("2.999.2.2", "2.999.5.2"), ["G12", "G12"]),
        (a_manifest("2.999.2.1", STUDY)[:300], []),  # it ends before it says which it is
        (bytes(128) + b"DICM" + b"broken" * 50, []),
        (b"text", ["G10"]),
    ],
)
def test_a_manifest_is_the_one_that_its_entry_describes(head: bytes, rules: list[str]) -> None:
    assert broken(head, **MANIFEST) == rules


def test_only_as_much_is_looked_at_as_is_needed() -> None:
    def size(**changes: object) -> int:
        (entry,) = (
            each
            for each in described_by(a_provision(entries=(an_entry(**changes),)).submission)
            if each.is_entry
        )
        return head_size(entry)

    assert size(mimeType="application/dicom") == 132
    assert size(**MANIFEST) == 65536
    assert size(mimeType="video/mpeg") == 0
