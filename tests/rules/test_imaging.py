from __future__ import annotations

import pytest
from rule_examples import broken_by, in_module
from submissions import MANIFEST, an_entry

from xdsi_sim.ebrim.model import Code
from xdsi_sim.rules.imaging import REPORTS
from xdsi_sim.rules.registry import judge, rules
from xdsi_sim.vocab import SEVERITY_WARNING

STUDY = "2.999.5.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID"
PDF = {
    "mimeType": "application/pdf",
    "formatCode": Code.of("urn:ihe:rad:PDF", "1.3.6.1.4.1.19376.1.2.3", "PDF"),
    "referenceIdList": (STUDY,),
}
CT = Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography")
HEAD = Code.of("69536005", "2.16.840.1.113883.6.96", "Head")


@pytest.mark.parametrize("rule", in_module("imaging"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


KOS = "1.2.840.10008.5.1.4.1.1.88.59"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"mimeType": "application/dicom"}, "formatCode of application/dicom is no SOP class, "),
        (MANIFEST | {"mimeType": "a/b"}, "mimeType of a manifest is not application/dicom: 'a/b'"),
        (
            MANIFEST | {"formatCode": Code.of(KOS, "DCM", "KOS")},
            "codingScheme of the formatCode of a manifest is not ",
        ),
        (
            MANIFEST | {"uniqueId": "urn:uuid:1"},
            "uniqueId of a manifest is no SOP Instance UID: 'urn:uuid:1'",
        ),
        (
            MANIFEST | {"referenceIdList": (STUDY, STUDY)},
            f"referenceIdList of a manifest names 2 studies, one is expected: '{STUDY}, {STUDY}'",
        ),
        (MANIFEST | {"eventCodeList": (HEAD,)}, "eventCodeList of a manifest has no modality, codingScheme "),
        (MANIFEST | {"legalAuthenticator": "D1^Doe"}, "a manifest has no legalAuthenticator: 'D1^Doe'"),
        (
            MANIFEST | {"eventCodeList": (CT, CT)},
            "eventCodeList has a code twice: 'CT^^1.2.840.10008.2.16.4'",
        ),
        (PDF | {"mimeType": "text/xml"}, "mimeType of a report of this formatCode is not application/pdf: "),
        (PDF | {"referenceIdList": ("A",)}, "referenceIdList of a report names no study: 'A'"),
        (PDF | {"eventCodeList": (CT, CT)}, "eventCodeList has a code twice: "),
    ],
)
def test_what_is_wrong_with_them_is_said_in_words(changes: dict[str, object], text: str) -> None:
    (finding,) = judge([(an_entry(**changes), rules("D42"))]).findings
    assert finding.text.startswith(text)


@pytest.mark.parametrize("format_", sorted(REPORTS))
def test_each_kind_of_report_has_its_media_type(format_: str) -> None:
    changes = {"formatCode": Code.of(format_, "s", "n"), "referenceIdList": (STUDY,)}
    right = "application/pdf" if format_.endswith("PDF") else "text/xml"
    for media in ("application/pdf", "text/xml"):
        found = judge([(an_entry(mimeType=media, **changes), rules("D42"))]).findings
        assert (found == ()) is (media == right)


@pytest.mark.parametrize(
    ("changes", "attributes"),
    [
        (MANIFEST | {"eventCodeList": (CT, HEAD)}, []),
        (MANIFEST | {"mimeType": "application/octet-stream"}, ["mimeType"]),
        (MANIFEST | {"formatCode": Code.of("1.2.840.10008.5.1.4.1.1.88.59", "DCM", "KOS")}, ["formatCode"]),
        (MANIFEST | {"uniqueId": "urn:uuid:1"}, ["uniqueId"]),
        (MANIFEST | {"referenceIdList": (STUDY, STUDY.replace("5.1", "5.2"))}, ["referenceIdList"]),
        (MANIFEST | {"eventCodeList": (HEAD,)}, ["eventCodeList"]),
        (MANIFEST | {"eventCodeList": (CT, HEAD, CT)}, ["eventCodeList"]),
        (MANIFEST | {"legalAuthenticator": "D1^Doe"}, ["legalAuthenticator"]),
        (PDF, []),
        (PDF | {"mimeType": "application/pdf; version=1.7"}, []),
        (PDF | {"mimeType": "text/xml"}, ["mimeType"]),
        (PDF | {"referenceIdList": ()}, ["referenceIdList"]),
        ({"mimeType": "application/dicom"}, ["formatCode"]),
        ({"formatCode": None}, []),
    ],
)
def test_entries_of_images_and_reports_have_what_they_are_found_by(
    changes: dict[str, object], attributes: list[str]
) -> None:
    verdict = judge([(an_entry(**changes), rules("D42"))])
    told = [error.codeContext.partition("attribute=")[2].partition(";")[0] for error in verdict.errors]
    assert told == attributes
    assert verdict.accepted
    assert {error.severity for error in verdict.errors} <= {SEVERITY_WARNING}
