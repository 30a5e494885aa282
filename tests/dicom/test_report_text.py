from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_dicomweb import shipped

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.report_text import is_report, to_html, to_text


def report(name: str) -> dict[str, Any]:
    return to_json(part10.read(FileContent.of(shipped(name))))


def test_a_report_is_told_by_its_content() -> None:
    assert (is_report(report("test-SR.dcm")), is_report(report("rtplan.dcm"))) == (True, False)


def test_a_report_of_our_own_is_told_in_full(sample_files: dict[str, tuple[Path, ...]]) -> None:
    instance = to_json(part10.read(FileContent.of(sample_files["ct-head"][-1])))
    text = to_text(instance)
    for words in ("Bergström^Anna^Maria", "Conclusion: Normal examination."):
        assert words in text


def test_values_of_every_kind_are_shown_deeper_items_further_right() -> None:
    lines = to_text(report("test-SR.dcm")).splitlines()
    assert any(line.startswith("  ") for line in lines)
    assert len(lines) > 10


def test_a_page_escapes_what_it_shows() -> None:
    item = {
        "0040A040": {"vr": "CS", "Value": ["TEXT"]},
        "0040A160": {"vr": "UT", "Value": ["<script>"]},
    }
    page = to_html(
        {"0040A730": {"vr": "SQ", "Value": [item, None, {}]}, "00100010": {"vr": "PN", "Value": [None]}}
    )
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", ["test-SR.dcm", "reportsi.dcm"])
def test_a_page_is_whole(name: str) -> None:
    page = to_html(report(name))
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<li>") == page.count("</li>") > 5
