"""Tables of several runs as one page for people and one file for programs, beside the folders of the runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from markupsafe import Markup

from xdsi_sim import __version__
from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.reports.templates import FOLDER, environment_of, policy_of, style_and_script
from xdsi_sim.scenario.tables import ShownTable, Table

__all__ = ["write_tables"]


def write_tables(tables: Sequence[Table], records: Sequence[RunRecord], folder: Path) -> tuple[Path, ...]:
    """Write `tables.html` and `tables.json`; none where there is no table. Raises OSError."""
    if not tables:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    page, program = folder / "tables.html", folder / "tables.json"
    page.write_text(_page(tables, records), encoding="utf-8")
    told = {"tables": [asdict(ShownTable.of(table)) for table in tables]}
    program.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return page, program


def _page(tables: Sequence[Table], records: Sequence[RunRecord]) -> str:
    style, _ = style_and_script()
    good = all(table.ok for table in tables)
    return (
        environment_of(FOLDER)
        .get_template("tables.html.j2")
        .render(
            tables=tables,
            records=records,
            verdict=Verdict.PASS if good else Verdict.FAIL,
            policy=policy_of(style, ""),
            style=Markup(style),
            version=__version__,
        )
    )
