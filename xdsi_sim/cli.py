"""The command line: arguments in, calls, exit code out.

Exit codes: 0 good, 1 findings or failed expectations, 2 usage, 3 could not run. What a command needs is
imported when it runs, so that each starts as fast as its own work allows.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from xdsi_sim import __version__
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from xdsi_sim.scenario.language import StepBase
    from xdsi_sim.scenario.record import ActorInfo, RunRecord, StepRecord
    from xdsi_sim.topology.build import RunningTopology
    from xdsi_sim.topology.model import Listen

__all__ = ["main"]

GOOD: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
COULD_NOT_RUN: Final = 3

_app = typer.Typer(
    name="xdsi-sim",
    help="XDS-I and XCA-I actors to test against: real SOAP, real DICOM, scenarios in YAML.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ListenOption = Annotated[
    str | None, typer.Option("--listen", metavar="HOST:PORT", help="Listen here; port 0 takes a free one.")
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Keep the data here; without, they go at the end."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@_app.command()
def up(
    topology: Annotated[str, typer.Argument(help="A YAML file, or the name of one that ships.")] = "central",
    listen: ListenOption = None,
    data: DataOption = None,
    json_: JsonOption = False,
) -> None:
    """Start the actors of a topology and leave them running until Ctrl-C.

    Example: xdsi-sim up central --listen 127.0.0.1:8080 --data ./data
    """
    from xdsi_sim.scenario.runner import actors_of  # noqa: PLC0415
    from xdsi_sim.topology.build import start  # noqa: PLC0415
    from xdsi_sim.topology.loader import find_topology, load_topology  # noqa: PLC0415

    ended = _stop_signals()
    with start(load_topology(find_topology(topology)), data, _listen(listen)) as running:
        actors = actors_of(running)
        if json_:
            print(json.dumps(_document(running, actors)), flush=True)  # noqa: T201
        else:
            _print_actors(running, actors)
        ended.wait()


@_app.command()
def run(
    scenario: Annotated[list[str], typer.Argument(help="YAML files, or names of scenarios that ship.")],
    reports: Annotated[
        Path | None,
        typer.Option("--reports", metavar="DIR", help="Write report.html, junit.xml, report.json."),
    ] = None,
    listen: ListenOption = None,
    data: DataOption = None,
    json_: JsonOption = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the actors running until Ctrl-C.")] = False,
) -> None:
    """Start what a scenario needs, play it, and say how it came out.

    Example: xdsi-sim run central --reports ./reports
    """
    from xdsi_sim.scenario.loader import find_scenario, load_scenario  # noqa: PLC0415

    loaded = [load_scenario(find_scenario(name)) for name in scenario]  # all, before the first is played
    records = []
    for number, one in enumerate(loaded):
        folder = reports if reports is None or len(loaded) == 1 else reports / one.scenario.name
        records.append(
            _play(one, folder, data, _listen(listen), json_=json_, keep=keep and number == len(loaded) - 1)
        )
    raise typer.Exit(max(_CODES[record.verdict.value] for record in records))


_CODES: Final = {"pass": GOOD, "fail": FINDINGS, "error": COULD_NOT_RUN, "not-run": COULD_NOT_RUN}


@_app.command()
def version(json_: JsonOption = False) -> None:
    """Tell the version.

    Example: xdsi-sim version
    """
    print(json.dumps({"version": __version__}) if json_ else f"xdsi-sim {__version__}")  # noqa: T201


def main() -> None:
    """The console script: runs a command and exits with its code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        code = _app(standalone_mode=False)
    except UsageError as error:
        print(f"xdsi-sim: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(USAGE)
    except typer.Abort:
        sys.exit(COULD_NOT_RUN)
    except Exception as error:
        if type(error).__module__.startswith(("click", "typer")) and hasattr(error, "show"):
            error.show()
            sys.exit(USAGE)
        raise
    sys.exit(code if isinstance(code, int) else GOOD)


# --- the parts of commands -------------------------------------------------------------------


def _listen(text: str | None) -> Listen | None:
    from xdsi_sim.topology.model import Listen  # noqa: PLC0415

    try:
        return None if text is None else Listen.parse(text)
    except ValueError as error:
        raise UsageError(f"--listen: {error}.") from None


def _stop_signals() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: ended.set())
    return ended


def _play(
    loaded: Any, reports: Path | None, data: Path | None, listen: Listen | None, *, json_: bool, keep: bool
) -> RunRecord:
    from xdsi_sim.scenario.reports import write_reports  # noqa: PLC0415
    from xdsi_sim.scenario.runner import Silent, actors_of, play  # noqa: PLC0415
    from xdsi_sim.topology.build import start  # noqa: PLC0415

    ended = _stop_signals() if keep else None
    with start(loaded.topology, data, listen) as running:
        console = _console()
        if not json_:
            console.print(f"[bold]{loaded.scenario.title}[/bold]\n")
        record = play(loaded, running, Silent() if json_ else _Told(console, len(loaded.scenario.steps)))
        written = write_reports(record, reports) if reports is not None else ()
        if json_:
            print(json.dumps(_summary(record, written)))  # noqa: T201
        else:
            _print_end(console, record, written)
        if ended is not None:
            _print_actors(running, actors_of(running))
            ended.wait()
    return record


def _console() -> Console:
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, soft_wrap=True)


_MARKS: Final = {
    "pass": "[green]pass[/green]",
    "fail": "[red]FAIL[/red]",
    "error": "[magenta]ERROR[/magenta]",
    "not-run": "[dim]not run[/dim]",
}


class _Told:
    """The person at the terminal, told of each step when it has ended."""

    def __init__(self, console: Console, steps: int) -> None:
        self._console = console
        self._steps = steps

    def begins(self, number: int, step: StepBase) -> None:
        """Nothing: a step takes milliseconds."""

    def ended(self, number: int, record: StepRecord) -> None:
        """One line, and below it what did not hold."""
        from rich.markup import escape  # noqa: PLC0415

        time = f"{record.duration * 1000:6.0f} ms"
        self._console.print(
            f"{number:>3}/{self._steps} {_MARKS[record.verdict.value]} {time}  {escape(record.name)}"
            f"[dim]: {escape(record.text)}[/dim]"
        )
        for check in record.checks:
            if not check.ok:
                cites = f" ({check.cites})" if check.cites else ""
                self._console.print(
                    f"        [red]{escape(check.text)}[/red]: expected {escape(str(check.expected))}, "
                    f"found {escape(str(check.observed))}{escape(cites)}"
                )


def _print_end(console: Console, record: RunRecord, written: tuple[Path, ...]) -> None:
    counts = ", ".join(f"{number} {verdict.value}" for verdict, number in record.counts.items() if number)
    console.print(
        f"\n{_MARKS[record.verdict.value]}: {counts}; "
        f"{len(record.exchanges)} messages, {record.duration:.1f} s"
    )
    if written:
        console.print(f"Report: {written[0]}")


def _summary(record: RunRecord, written: tuple[Path, ...]) -> dict[str, Any]:
    return {
        "scenario": record.scenario,
        "verdict": record.verdict.value,
        "steps": [
            {
                "name": step.name,
                "verdict": step.verdict.value,
                "seconds": round(step.duration, 4),
                "text": step.text,
            }
            for step in record.steps
        ],
        "reports": [str(path) for path in written],
    }


def _document(running: RunningTopology, actors: tuple[ActorInfo, ...]) -> dict[str, Any]:
    """What `up --json` prints."""
    return {
        "topology": running.topology.name,
        "actors": [
            {
                "id": actor.id,
                "role": actor.role,
                "community": actor.community,
                "url": actor.url,
                "dicomweb": running.dicomweb_of(actor.id)
                if actor.role == "Imaging Document Source"
                else None,
                "oid": actor.oid,
                "home": actor.home,
            }
            for actor in actors
        ],
    }


def _print_actors(running: RunningTopology, actors: tuple[ActorInfo, ...]) -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table("Actor", "Role", "Address", "OID", title=running.topology.title or running.topology.name)
    for actor in actors:
        address = actor.url or "asks only"
        if actor.role == "Imaging Document Source":
            address += f"\n{running.dicomweb_of(actor.id)}"
        table.add_row(actor.id, actor.role, address, actor.oid or "")
    console = _console()
    console.print(table)
    console.print("Every SOAP address gives its description at ?wsdl. Ctrl-C stops.")
