"""The gap report for programs."""

from __future__ import annotations

import json
from typing import Any

from xdsi_sim import __version__
from xdsi_sim.checklist.gaps import GapReport, Line, Place
from xdsi_sim.scenario.reports.wording import iso_time

__all__ = ["render", "value_of"]


def render(report: GapReport) -> str:
    """The report as a JSON document."""
    return json.dumps(value_of(report), indent=2, ensure_ascii=False) + "\n"


def value_of(report: GapReport) -> dict[str, Any]:
    """What the document holds."""
    several = len(report.jurisdictions) > 1
    return {
        "generator": f"xdsi-sim {__version__}",
        "title": report.title,
        "architecture": report.architecture,
        "started": iso_time(report.started),
        "messages": report.messages,
        "jurisdictions": list(report.jurisdictions),
        "failed": report.failed,
        "totals": {
            name: {result.value: count for result, count in counts.items()}
            for name, counts in report.totals.items()
        },
        "rows": [_line(line) for line in report.lines],
        "matrix": _matrix(report) if several else None,
    }


def _line(line: Line) -> dict[str, Any]:
    row, judgement = line.row, line.judgement
    return {
        "id": row.id,
        "set": row.set,
        "topic": row.topic,
        "recommendation": row.recommendation,
        "how": row.how,
        "automatic": line.automatic,
        "result": line.result.value,
        "measured": judgement.result.value,
        "expected": judgement.expected,
        "observed": judgement.observed,
        "cites": judgement.cites,
        "evidence": [_place(place) for place in line.evidence],
        "note": line.note,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"message": place.message, "file": place.file, "at": place.at, "document": place.document}


def _matrix(report: GapReport) -> dict[str, Any]:
    return {
        "jurisdictions": list(report.jurisdictions),
        "gaps": dict(report.open_by_jurisdiction),
        "rows": {
            line.row.id: {
                "measured": measured.value,
                **{
                    name: {"result": cell.value, "note": answer.note if answer is not None else ""}
                    for name, cell, answer in zip(report.jurisdictions, cells, line.answers, strict=True)
                },
            }
            for line, measured, cells in report.matrix()
        },
    }
