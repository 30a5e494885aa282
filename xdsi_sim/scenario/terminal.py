"""What the command line shows of runs and topologies: lines and tables for people, values for programs.

Whatever comes from a file or a peer is shown as plain text: it can neither colour nor move the terminal.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.console import Console

from xdsi_sim.scenario.cast import (
    actors_of,
    dicomweb_of,
    dimse_of,
    feeds_of,
    inboxes_of,
    sessions_of,
    viewers_of,
    wado_of,
    xc_wado_of,
)
from xdsi_sim.scenario.printing import plain, print_table
from xdsi_sim.scenario.record import Check, RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports.wording import duration_text, plural
from xdsi_sim.scenario.tables import ShownTable, Table

if TYPE_CHECKING:
    from rich.status import Status

    from xdsi_sim.scenario.language import Scenario
    from xdsi_sim.topology.world import World

__all__ = [
    "Asking",
    "Told",
    "print_actors",
    "print_end",
    "print_shown",
    "summary_of",
]

_BORDER: Final = 3  # of each column of a table; one more at its end

_MARKS: Final = {
    Verdict.PASS: "[green]pass[/green]",
    Verdict.FAIL: "[red]FAIL[/red]",
    Verdict.ERROR: "[magenta]ERROR[/magenta]",
    Verdict.NOT_RUN: "[dim]not run[/dim]",
    Verdict.SKIPPED: "[dim]skipped[/dim]",
}
_WORST_FIRST: Final = (Verdict.ERROR, Verdict.NOT_RUN, Verdict.FAIL, Verdict.PASS)


# --- a run -----------------------------------------------------------------------------------


class Told:
    """The person at the terminal, told of each step (see `runner.Audience`)."""

    def __init__(self, output: Console, scenario: Scenario) -> None:
        self._output = output
        self._steps = len(scenario.setup) + len(scenario.steps) + len(scenario.teardown)
        self._lock = threading.Lock()  # branches that are played at once tell of themselves
        self._under_way: dict[str, str] = {}
        self._asked: set[str] = set()
        self._waiting: Status | None = None
        output.print(f"[bold]{plain(scenario.title)}[/bold]\n")

    def begins(self, number: str, name: str, *, holds: bool) -> None:
        """What is under way, on a terminal only: it goes when the step has ended. A step of steps stays."""
        with self._lock:
            self._under_way[number] = plain(name)
            if holds:
                self._output.print(f"{self._place(number)} {'':13}  {plain(name)}")
            self._show()

    def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:
        """What somebody has to do, told once; and how long it is waited for, while it is."""
        with self._lock:
            if number not in self._asked:
                self._asked.add(number)
                for line in (f"Waiting {duration_text(seconds)}:", *lines):
                    self._output.print(f"        {'  ' * number.count('.')}[yellow]{plain(line)}[/yellow]")
            self._show(f": {seconds:.0f} s left")

    def ended(self, number: str, record: StepRecord) -> None:
        """One line, and below it what did not hold."""
        with self._lock:
            self._under_way.pop(number, None)
            self._asked.discard(number)
            text = f": {plain(record.text)}" if record.text else ""
            block = f"[dim]{record.block}[/dim] " if record.block else ""
            self._output.print(
                f"{self._place(number)} {_MARKS[record.verdict]} {duration_text(record.duration):>8}"
                f"  {block}{plain(record.name)}[dim]{text}[/dim]"
            )
            for check in record.checks:
                if not check.ok:
                    self._output.print(f"        {'  ' * number.count('.')}{_broken(check)}")
            if record.table is not None:
                print_shown(self._output, record.table)
            self._show()

    def _place(self, number: str) -> str:
        """`3/7`, and `3.1` further to the right."""
        depth = number.count(".")
        return f"{'  ' * depth}{number:>5}" if depth else f"{number:>3}/{self._steps}"

    def _show(self, more: str = "") -> None:
        """The step that began last, on a terminal."""
        if not self._output.is_terminal:
            return
        if not self._under_way:
            if self._waiting is not None:
                self._waiting.stop()
                self._waiting = None
            return
        number, name = list(self._under_way.items())[-1]
        text = f"{self._place(number).strip()} {name}{more}"
        if self._waiting is None:
            self._waiting = self._output.status(text)
            self._waiting.start()
        else:
            self._waiting.update(text)


class Asking:
    """Whoever has to do something: told what, and how long it is waited for (see `runner.Audience`)."""

    def __init__(self, output: Console, title: str) -> None:
        """`title` is what it is for."""
        self._output = output
        self._title = title
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._waiting: Status | None = None

    def begins(self, number: str, name: str, *, holds: bool) -> None:
        """Nothing."""

    def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:
        """What somebody has to do, told once; on a terminal, the seconds that are left."""
        with self._lock:
            if number not in self._asked:
                self._asked.add(number)
                self._output.print(f"\n[bold]{plain(self._title)}[/bold]")
                for line in (f"Waiting {duration_text(seconds)}:", *lines):
                    self._output.print(f"  [yellow]{plain(line)}[/yellow]")
            if self._output.is_terminal:
                self._waiting = self._waiting or self._output.status("")
                self._waiting.start()
                self._waiting.update(f"{seconds:.0f} s left")

    def ended(self, number: str, record: StepRecord) -> None:  # noqa: ARG002  a Protocol's method
        """It is waited for no more."""
        with self._lock:
            self._asked.discard(number)
            if self._waiting is not None:
                self._waiting.stop()
                self._waiting = None


def _broken(check: Check) -> str:
    expected = f" expected {plain(check.expected)}," if check.expected is not None else ""
    cites = f" ({plain(check.cites)})" if check.cites else ""
    return f"[red]{plain(check.text)}[/red]:{expected} found {plain(check.observed)}{cites}"


def print_end(output: Console, record: RunRecord, reports: tuple[Path, ...]) -> None:
    """How it came out; the last line says where to read more."""
    counts = ", ".join(f"{count} {verdict.value}" for verdict, count in record.counts.items() if count)
    output.print(
        f"\n{_MARKS[record.verdict]}: {counts}; {plural(len(record.exchanges), 'message')}, "
        f"{duration_text(record.duration)}"
    )
    if reports:
        output.print(f"Report: {plain(reports[0])}")


def summary_of(
    runs: Iterable[tuple[RunRecord, tuple[Path, ...]]], tables: Iterable[Table] = ()
) -> dict[str, Any]:
    """What `run --json` prints of records and the reports written of them, and of their tables together."""
    scenarios, together = [_summary(record, reports) for record, reports in runs], tuple(tables)
    verdicts = {scenario["verdict"] for scenario in scenarios}
    if not all(table.ok for table in together):
        verdicts.add(Verdict.FAIL.value)
    worst = next(verdict for verdict in _WORST_FIRST if verdict.value in verdicts)
    return {
        "verdict": worst.value,
        "scenarios": scenarios,
        "tables": [asdict(ShownTable.of(table)) for table in together],
    }


def _summary(record: RunRecord, reports: tuple[Path, ...]) -> dict[str, Any]:
    return {
        "scenario": record.scenario,
        "verdict": record.verdict.value,
        "seconds": round(record.duration, 4),
        "steps": [
            {
                "number": each.label,
                "name": each.step.name,
                "verdict": each.step.verdict.value,
                "seconds": round(each.step.duration, 4),
                "text": each.step.text,
                "failed": [check.text for check in each.step.checks if not check.ok],
                "table": None if each.step.table is None else asdict(ShownTable.of(each.step.table)),
            }
            for each in record.all_steps
        ],
        "reports": [str(path) for path in reports],
    }


# --- a topology, and other tables ----------------------------------------------------------------


def print_actors(output: Console, running: World, inspector: str | None = None) -> None:
    """Addresses and OIDs as a table, or as lines where that is too wide: an address stays in one piece."""
    title = running.topology.title or running.topology.name
    rows = [*_rows(running)]
    if sum(max(map(cell_len, cells)) + _BORDER for cells in zip(*rows, strict=True)) < output.width:
        print_table(output, title, ("Actor", "Role", "Address", "OID"), rows)
    else:
        output.print(plain(title))
        for line in _lines(rows):
            output.print(plain(line), soft_wrap=True)
    if running.trust is not None:
        made = running.topology.tls is not None and running.topology.tls.certificate is None
        for line in _trust_lines(running.trust, made=made):
            output.print(line)
    if inspector is not None:
        output.print(f"What they receive and send, in a browser: {plain(inspector)}")
    output.print(
        f"Faults on purpose: xdsi-sim faults on ID --actor ID --at {plain(running.admin.rpartition('/')[0])}"
    )
    if below := sessions_of(running):
        output.print(f"Sessions: the same actors below {plain(', '.join(below))}")
    output.print("Every SOAP address gives its description at ?wsdl. Ctrl-C stops.")


def _trust_lines(authority: Path, *, made: bool) -> Iterator[str]:
    """How a system under test gets to trust us, and we it."""
    yield f"TLS: have your system trust the CA in {plain(authority)}."
    if made:
        data = plain(shlex.quote(str(authority.parents[1])))
        yield f"A certificate for your system: xdsi-sim tls issue NAME --data {data} --to FOLDER"


def print_shown(output: Console, table: Table) -> None:
    """What a step shows as a table, or several runs together."""
    print_table(output, table.title, table.shown_columns, table.shown_rows)


def _lines(rows: Iterable[tuple[str, str, str, str]]) -> Iterator[str]:
    """The rows of the table, each actor with its addresses below."""
    for actor, role, address, oid in rows:
        if actor:
            yield f"{actor}: {role}{f', {oid}' if oid else ''}"
        yield f"  {address}" if actor else f"  {role} {address}"


def _rows(running: World) -> Iterator[tuple[str, str, str, str]]:
    viewers = viewers_of(running)
    beside: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("DICOMweb", dicomweb_of(running)),
        ("WADO-URI", wado_of(running)),
        ("XC-WADO", xc_wado_of(running)),
        ("Viewer", {id_: viewer for id_, (viewer, _) in viewers.items()}),
        ("Image display (RAD-106)", {id_: display for id_, (_, display) in viewers.items()}),
        ("DIMSE", dimse_of(running)),
        ("MLLP (ITI-8)", feeds_of(running)),
        ("keeps what it gets", inboxes_of(running)),
    )
    for actor in actors_of(running):
        role = f"{actor.role}, elsewhere" if actor.id in running.elsewhere else actor.role
        yield actor.id, role, actor.url or "asks only", actor.oid or ""
        for what, where in beside:
            if actor.id in where:
                yield "", what, str(where[actor.id]), ""
