from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from lxml import html

from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.together import write_tables
from xdsi_sim.scenario.tables import Table

TABLE = Table(
    title="<b>ways",
    columns=("Scenario", "Images"),
    same=("Images",),
    rows=(("a", "21"), ("b", "<i>20")),
)


def test_tables_of_several_runs_are_a_page_and_a_file(
    tmp_path: Path, a_record: Callable[..., RunRecord]
) -> None:
    page, program = write_tables((TABLE,), [a_record(scenario="a"), a_record(scenario="b")], tmp_path)
    document = html.document_fromstring(page.read_text("utf-8"))
    rows = [[cell.text_content() for cell in row] for row in document.xpath("//tbody/tr")]
    assert rows == [["a", "21", "yes"], ["b", "<i>20", "no: Images"]]
    assert document.xpath("//caption/text()") == ["<b>ways"]
    assert document.xpath("//li/a/@href") == ["a/report.html", "b/report.html"]
    assert "Not every row says the same." in document.text_content()
    (told,) = json.loads(program.read_text("utf-8"))["tables"]
    assert (told["same"], told["rows"][1]) == (False, ["b", "<i>20", "no: Images"])


def test_without_tables_nothing_is_written(tmp_path: Path) -> None:
    assert write_tables((), [], tmp_path / "reports") == ()
    assert not (tmp_path / "reports").exists()
