from __future__ import annotations

from pathlib import Path

import pytest
from manifest_examples import base

from xdsi_sim.cli.manifest_findings import findings_value, print_findings
from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.kos_document import KosDocument, read_document
from xdsi_sim.errors import Finding, Severity

FINDING = Finding(
    rule="M34",
    severity=Severity.ERROR,
    text="RetrieveLocationUID has no value",
    location="(0040,A375)[1]",
    cites="RAD TF: 4.68",
)


@pytest.fixture(scope="module")
def document() -> KosDocument:
    return read_document(BytesContent(base("xds-i")))


def test_programs_get_each_part_of_a_finding(document: KosDocument) -> None:
    value = findings_value(Path("a.dcm"), document, [FINDING])
    assert (value["file"], value["title"]) == ("a.dcm", "113030")
    assert value["findings"] == [
        {
            "rule": "M34",
            "severity": "error",
            "location": "(0040,A375)[1]",
            "text": "RetrieveLocationUID has no value",
            "cites": "RAD TF: 4.68",
        }
    ]


def test_people_get_a_table_or_a_line(document: KosDocument, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = read_document(BytesContent(b""))
    print_findings([(Path("a.dcm"), document, (FINDING,)), (Path("b"), nothing, ())])
    told = capsys.readouterr().out
    assert "a.dcm: 113030 Manifest" in told
    assert "b: nothing is wrong" in told
    for part in ("M34", "error", "(0040,A375)[1]", "RAD TF: 4.68"):
        assert part in told
