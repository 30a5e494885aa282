"""The gap report for spreadsheets: one line a row, a column for each jurisdiction where there are several.

A text that a spreadsheet would take for a formula is written behind an apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from xdsi_sim.checklist.gaps import GapReport, Line
from xdsi_sim.visible import visible

__all__ = ["render"]

_COLUMNS: Final = (
    "id",
    "set",
    "topic",
    "recommendation",
    "how",
    "automatic",
    "result",
    "expected",
    "observed",
    "evidence",
    "cites",
    "note",
)
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def render(report: GapReport) -> str:
    """The table with its header."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    several = report.jurisdictions if len(report.jurisdictions) > 1 else ()
    writer.writerow((*_COLUMNS, *map(_cell, several)))
    for line, _, answered in report.matrix():
        writer.writerow((*map(_cell, _cells(line)), *(cell.value for cell in answered if several)))
    return target.getvalue()


def _cells(line: Line) -> Iterator[str]:
    row, judgement = line.row, line.judgement
    yield from (row.id, row.set, row.topic, row.recommendation, row.how)
    yield "yes" if line.automatic else "no"
    yield from (line.result.value, judgement.expected, judgement.observed)
    yield "; ".join(place.text + (f" [{place.file}]" if place.file else "") for place in line.evidence)
    yield from (judgement.cites or "", line.note)


def _cell(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(_FORMULAS) else shown
