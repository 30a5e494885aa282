"""Writes every format of the report over all tests, and the reports of each test in a folder of its id."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from xdsi_sim.scenario.reports.writer import write_reports as write_run
from xdsi_sim.sut.results import TestRun

__all__ = ["FORMATS", "write_reports"]

FORMATS: Final = {
    "report.html": "xdsi_sim.sut.reports.as_html",
    "junit.xml": "xdsi_sim.sut.reports.as_junit",
    "report.json": "xdsi_sim.sut.reports.as_json",
}
"""File written, and the module whose `render` gives its text."""


def write_reports(run: TestRun, folder: Path) -> tuple[Path, ...]:
    """Write all of it and return the files over all tests; raises OSError where that cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in run.results:
        if result.run is not None:
            write_run(result.run, folder / result.id)
    return tuple(_write(folder / name, module, run) for name, module in FORMATS.items())


def _write(path: Path, module: str, run: TestRun) -> Path:
    render = cast("Callable[[TestRun], str]", import_module(module).render)
    path.write_bytes(render(run).encode("utf-8"))
    return path
