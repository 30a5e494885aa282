from __future__ import annotations

from pathlib import Path

import pytest
from checklist_page import page

from xdsi_sim.checklist.rows import ROWS, SETS, Row, row_of

COUNTS = {"S": 15, "M": 18, "K": 21, "T": 4, "Q": 1, "D": 22}


def test_the_sets_are_whole_and_numbered() -> None:
    assert {letter: sum(row.set == letter for row in ROWS.values()) for letter in SETS} == COUNTS
    assert [row.id for row in ROWS.values() if row.set == "Q"] == ["Q-01"]


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_a_row_is_a_sentence_with_a_way_to_find_out(row: Row) -> None:
    assert row.recommendation.endswith(".")
    assert row.topic
    assert row.how
    assert row_of(row.id) is row


def test_the_manual_has_the_rows_as_they_are(project_root: Path) -> None:
    text = (project_root / "docs" / "checklist.md").read_text(encoding="utf-8")
    rows = text.partition("<!-- rows: tests/checklist_page.py -->\n")[2]
    assert rows.partition("<!-- end of rows -->")[0] == page() + "\n"
