from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports import write_reports


def test_folder_gets_every_format_and_the_messages(a_run: RunRecord, tmp_path: Path) -> None:
    written = write_reports(a_run, tmp_path / "new" / "report of a run")
    assert [path.name for path in written] == ["report.html", "junit.xml", "report.json"]
    assert {path.name for path in written[0].parent.iterdir()} == {
        "messages",
        "messages.zip",
        *(path.name for path in written),
    }


def test_second_report_replaces_the_first(a_run: RunRecord, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_reports(a_run, tmp_path)]
    assert [path.read_bytes() for path in write_reports(a_run, tmp_path)] == first


def test_formats_are_imported_only_when_written() -> None:
    code = (
        "import sys, xdsi_sim.scenario.reports\n"
        "print([name for name in ('jinja2', 'junitparser', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
