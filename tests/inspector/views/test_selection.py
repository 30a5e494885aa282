from __future__ import annotations

from pathlib import Path

import pytest
from manifest_examples import base

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.inspector.views import HEAD, views_for
from xdsi_sim.inspector.views.selection import rows
from xdsi_sim.scenario.reports.media import Kind

MANIFEST = base("xds-i")


def test_a_manifest_is_its_facts_and_its_tree() -> None:
    found = rows(BytesContent(MANIFEST))
    cells = [row.cells for row in found.rows]
    assert ("Title", "113030 Manifest") in cells
    series = [row for row in found.rows if row.cells[0].startswith("Series ")]
    instances = [row for row in found.rows if row.depth == 1]
    assert series
    assert len(instances) > len(series)
    assert all("class 1.2.840" in row.cells[1] for row in instances)
    assert all("location " in row.cells[1] for row in series)


@pytest.mark.parametrize("octets", [b"", b"x" * 500, MANIFEST[:900]])
def test_what_is_no_selection_is_told(octets: bytes) -> None:
    found = rows(BytesContent(octets))
    assert found.rows == ()
    assert "no Key Object Selection" in found.notes[0]


def test_what_is_lost_or_too_large_is_told(tmp_path: Path) -> None:
    assert rows(FileContent(tmp_path / "gone", 5)).notes
    assert "larger" in rows(FileContent(tmp_path / "gone", 10**9)).notes[0]


def test_it_is_the_first_view_of_what_says_that_it_is_one() -> None:
    assert [view.name for view in views_for(Kind.DICOM, MANIFEST[:HEAD])] == ["selection", "tags", "octets"]
    assert "selection" not in [view.name for view in views_for(Kind.BINARY, MANIFEST[:HEAD])]
