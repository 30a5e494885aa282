"""Writes every format of a report into one folder.

A format is a module with one function, `render(record) -> str`; adding one is a line in `FORMATS`.
Formats are imported when they are written: listing them costs a command no start-up time.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.capture import ARCHIVE, archive
from xdsi_sim.scenario.reports.message_files import write_messages

__all__ = ["FORMATS", "write_reports"]

FORMATS: Final = {
    "report.html": "xdsi_sim.scenario.reports.as_html",
    "junit.xml": "xdsi_sim.scenario.reports.as_junit",
    "report.json": "xdsi_sim.scenario.reports.as_json",
}
"""File written, and the module whose `render` gives its text."""


def write_reports(record: RunRecord, folder: Path) -> tuple[Path, ...]:
    """Write every format, in `messages/` each body byte for byte, and all messages whole in `messages.zip`.

    Returns the formats' files.

    `folder` is made where it is missing; the report of an earlier run in it is replaced.
    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_messages(record, folder)
    archive(record, folder / ARCHIVE)
    return tuple(_write(folder / name, module, record) for name, module in FORMATS.items())


def _write(path: Path, module: str, record: RunRecord) -> Path:
    render = cast("Callable[[RunRecord], str]", import_module(module).render)
    path.write_bytes(render(record).encode("utf-8"))
    return path
