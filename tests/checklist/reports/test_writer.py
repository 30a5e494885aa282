from __future__ import annotations

import json
from pathlib import Path

from a_survey import FREE, topology

from xdsi_sim.checklist.gaps import gaps_of
from xdsi_sim.checklist.reports import write_gaps
from xdsi_sim.checklist.survey import observe
from xdsi_sim.topology.build import start


def test_the_report_stands_beside_the_messages_that_it_names(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "gaps"
    with start(topology("central"), listen=FREE) as running:
        surveyed = observe(running)
        written = write_gaps(gaps_of(surveyed), surveyed.record, folder)
    assert [path.name for path in written] == ["gaps.html", "gaps.json", "gaps.csv"]
    told = json.loads((folder / "gaps.json").read_text("utf-8"))
    files = [place["file"] for row in told["rows"] for place in row["evidence"] if place["file"]]
    assert len(files) > 50
    assert [name for name in files if not (folder / name).is_file()] == []
    assert (folder / "trace" / "report.html").is_file()
