"""A report of a load for people: in the terminal, and as a page that is complete in itself."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console

from xdsi_sim import __version__
from xdsi_sim.scenario.load.report import KINDS, LoadReport, Row
from xdsi_sim.scenario.printing import plain, print_table
from xdsi_sim.scenario.reports.wording import duration_text, size_text
from xdsi_sim.visible import visible

__all__ = ["print_load", "write_load"]

_FOLDER: Final = Path(__file__).parent
_TIMES: Final = ("min", "mean", "p50", "p90", "p95", "p99", "max")
_TITLES: Final = {"round": "Rounds", "step": "Steps", "transaction": "Transactions"}
_MOST: Final = 10


def print_load(output: Console, report: LoadReport, files: Sequence[Path]) -> None:
    """Tables of figures, failures, limits, and the verdict; the last line says where to read more."""
    for kind in KINDS:
        if rows := report.of(kind):
            columns = (_TITLES[kind], "times", "failed", "per s", *_TIMES)
            print_table(output, _TITLES[kind], columns, map(_cells, rows))
    for failure in report.failures[:_MOST]:
        output.print(f"[red]{failure.times} times[/red] {plain(failure.name)}: {plain(failure.text)}")
    for check in report.checks:
        mark = "[green]holds[/green]" if check.ok else "[red]DOES NOT HOLD[/red]"
        output.print(f"{mark} {plain(check.text)}: found {plain(check.observed)}")
    verdict = "[green]pass[/green]" if report.verdict == "pass" else "[red]FAIL[/red]"
    output.print(f"\n{verdict}: {report.users} users for {duration_text(report.seconds)}")
    if files:
        output.print(f"Report: {plain(files[0])}")


def _cells(row: Row) -> Sequence[str]:
    times = [duration_text(getattr(row, name)) for name in _TIMES]
    return [row.name, f"{row.times:,}", f"{row.failed:,}", f"{row.perSecond:.1f}", *times]


def write_load(report: LoadReport, folder: Path) -> tuple[Path, ...]:
    """Write `load.html` and `load.json`; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "load.html", folder / "load.json"
    page.write_text(_page(report), encoding="utf-8")
    data.write_text(json.dumps(asdict(report), indent=1), encoding="utf-8")
    return page, data


def _page(report: LoadReport) -> str:
    style = (_FOLDER / "load.css").read_text("utf-8")
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: (
            visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration_text, "size": size_text}
    return environment.get_template("load.html.j2").render(
        report=report,
        kinds=[(_TITLES[kind], report.of(kind)) for kind in KINDS if report.of(kind)],
        times=_TIMES,
        style=Markup(style),  # noqa: S704  it is ours
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        version=__version__,
    )
