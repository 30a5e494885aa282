from __future__ import annotations

from pathlib import Path

from a_test_run import a_test_run

from xdsi_sim.sut.reports import write_reports


def test_the_folder_has_a_report_over_all_tests_and_one_of_each_that_was_played(tmp_path: Path) -> None:
    written = write_reports(a_test_run(), tmp_path / "new")
    assert [path.name for path in written] == ["report.html", "junit.xml", "report.json"]
    folders = {path.name for path in (tmp_path / "new").iterdir() if path.is_dir()}
    assert folders == {"REG-01", "REG-02", "REG-03", "REG-04"}
    assert (tmp_path / "new" / "REG-02" / "report.html").is_file()
