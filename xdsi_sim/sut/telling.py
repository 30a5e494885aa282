"""What the command line shows of tests and of a system that was tried: lines, and values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from xdsi_sim.scenario.printing import console, plain_line
from xdsi_sim.scenario.reports.wording import plural
from xdsi_sim.scenario.runner import Audience
from xdsi_sim.scenario.terminal import Asking
from xdsi_sim.sut.checking import Checked
from xdsi_sim.sut.options import INTERACTIVE
from xdsi_sim.sut.plan import Suite, Test
from xdsi_sim.sut.reports.as_html import headline_of
from xdsi_sim.sut.results import Outcome, TestResult, TestRun
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.listen import Listen

__all__ = ["Told", "Untold", "document_of_check", "print_checked", "print_taken"]

_MARKS: Final = {
    Outcome.PASS: "[green]pass[/green]   ",
    Outcome.FAIL: "[red]FAIL[/red]   ",
    Outcome.KNOWN: "[yellow]known[/yellow]  ",
    Outcome.ERROR: "[magenta]ERROR[/magenta]  ",
    Outcome.SKIPPED: "[dim]skipped[/dim]",
    Outcome.NOT_RUN: "[dim]not run[/dim]",
}


class Untold:
    """Nobody, but for those who have to do something: what, stands on standard error."""

    def suite(self, suite: Suite, running: RunningTopology) -> None:
        """Nothing."""

    def audience(self, test: Test) -> Audience | None:
        """Who does what a test asks for; None where it asks for nothing."""
        scenario = test.loaded.scenario
        asks = INTERACTIVE in scenario.tags
        return Asking(self._of_requests(), f"{test.id}  {scenario.title}") if asks else None

    def _of_requests(self) -> Console:
        return console(stderr=True)

    def ended(self, result: TestResult) -> None:
        """Nothing."""


class Told(Untold):
    """The person at the terminal."""

    def __init__(self) -> None:
        self._output: Console = console()
        self._role = ""

    def _of_requests(self) -> Console:
        return self._output

    def ended(self, result: TestResult) -> None:
        """One line, and below it why it did not pass."""
        if result.role != self._role:
            self._role = result.role
            self._output.print(f"\n[bold]{plain_line(result.role)}[/bold]")
        self._output.print(f"  {result.id:<8}{_MARKS[result.outcome]}  {plain_line(result.title)}")
        for line in result.reason.splitlines():
            self._output.print(f"{'':19}{plain_line(line)}")

    def end(self, run: TestRun, reports: Sequence[Path]) -> None:
        """How all came out; the last line says where to read more."""
        self._output.print(f"\n{_MARKS[run.outcome].rstrip()}: {plain_line(headline_of(run))}")
        if reports:
            self._output.print(f"Report: {plain_line(reports[0])}")


# --- a system that was tried -----------------------------------------------------------------


def print_checked(checked: Checked) -> None:
    """One role: what was tried, and what has to be entered where."""
    output = console()
    tests = plural(checked.tests, "test") if checked.tests else "no tests"
    output.print(f"\n[bold]{plain_line(checked.role)}[/bold] {plain_line(checked.url)} ({tests})")
    for each in checked.tried:
        mark = "[green]good[/green]" if each.good else "[dim]none[/dim]" if each.remark else "[red]BAD [/red]"
        output.print(f"  {mark}  {each.what:<12}{plain_line(each.text)}")
    for entry in checked.entries:
        what = f"{entry.role} of {entry.home}" + (f", OID {entry.oid}" if entry.oid else "")
        output.print(f"  enter {plain_line(entry.url)}")
        output.print(f"        as the {plain_line(what)}, for {', '.join(entry.transactions)}")


def print_taken(taken: Sequence[Listen]) -> None:
    """Where our own actors cannot answer."""
    for listen in taken:
        console().print(f"\n[red]BAD [/red]  {listen} is taken by another program; see `listen`")


def document_of_check(name: str, checked: Sequence[Checked], taken: Sequence[Listen]) -> dict[str, Any]:
    """The same for programs."""
    good = all(each.good for each in checked) and not taken
    roles = [{**asdict(each), "good": each.good} for each in checked]
    return {"system": name, "good": good, "roles": roles, "taken": [str(listen) for listen in taken]}
