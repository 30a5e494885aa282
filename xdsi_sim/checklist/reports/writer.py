"""Writes the gap report in every format, and the trace of the survey in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from xdsi_sim.checklist.gaps import TRACE, GapReport
from xdsi_sim.checklist.reports import as_csv, as_html, as_json
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports import write_reports

__all__ = ["write_gaps"]

_FORMATS = {"gaps.html": as_html.render, "gaps.json": as_json.render, "gaps.csv": as_csv.render}


def write_gaps(report: GapReport, record: RunRecord, folder: Path) -> tuple[Path, ...]:
    """Write all files; returns those of the report itself, the page first.

    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_reports(record, folder / TRACE)
    written = []
    for name, render in _FORMATS.items():
        path = folder / name
        path.write_bytes(render(report).encode("utf-8"))
        written.append(path)
    return tuple(written)
