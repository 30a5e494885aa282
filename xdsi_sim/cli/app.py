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
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xdsi_sim import __version__
from xdsi_sim.cli import tls
from xdsi_sim.cli.codes import codes
from xdsi_sim.cli.conventions import (
    COULD_NOT_RUN,
    DATA_VARIABLE,
    FINDINGS,
    GOOD,
    USAGE,
    JsonOption,
    folder_to_fill,
)
from xdsi_sim.cli.explain import explain
from xdsi_sim.cli.faults import faults
from xdsi_sim.cli.load import load
from xdsi_sim.cli.log import log_app
from xdsi_sim.cli.manifest import manifest
from xdsi_sim.cli.patient import patient
from xdsi_sim.cli.topology import topology
from xdsi_sim.cli.validate import validate
from xdsi_sim.errors import CannotRun, UsageError, XdsiSimError
from xdsi_sim.visible import log_to_terminal, visible

if TYPE_CHECKING:
    from xdsi_sim.scenario.loader import Loaded
    from xdsi_sim.scenario.record import RunRecord
    from xdsi_sim.topology.build import RunningTopology
    from xdsi_sim.topology.model import Listen, Topology

__all__ = ["main"]

_INTERRUPTED: Final = 130  # what typer makes of Ctrl-C; older ones raise Abort
_LOG: Final = logging.getLogger(__name__)
_CODES: Final = {"pass": GOOD, "fail": FINDINGS, "error": COULD_NOT_RUN, "not-run": COULD_NOT_RUN}

_app = typer.Typer(
    name="xdsi-sim",
    help="XDS-I and XCA-I actors to test against: real SOAP, real DICOM, scenarios in YAML.\n\n"
    "Example: xdsi-sim run central",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_app.add_typer(log_app)
_app.add_typer(tls.commands)

_app.add_typer(patient)
_app.command()(validate)
_app.command()(explain)
_app.add_typer(codes)
_app.command()(load)
_app.add_typer(manifest)
_app.add_typer(topology)
_app.add_typer(faults)

ListenOption = Annotated[
    str | None, typer.Option("--listen", metavar="HOST:PORT", help="Listen here; port 0 takes a free one.")
]
_DATA_HELP: Final = "Keep the data here; without, they go at the end."
DataOption = Annotated[str | None, typer.Option("--data", metavar="DIR", help=_DATA_HELP)]
UpDataOption = Annotated[
    str | None, typer.Option("--data", metavar="DIR", envvar=DATA_VARIABLE, help=_DATA_HELP)
]


@_app.command()
def up(
    topology: Annotated[str, typer.Argument(help="A YAML file, or the name of one that ships.")] = "central",
    listen: ListenOption = None,
    data: UpDataOption = None,
    json_: JsonOption = False,
    log: Annotated[
        bool, typer.Option("--log/--no-log", help="Whether to keep every message; see `xdsi-sim log`.")
    ] = True,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, metavar="N", help="Answer with N processes.")
    ] = 1,
    viewer: Annotated[
        str | None,
        typer.Option("--viewer", metavar="FOLDER", help="Show studies with the build of OHIF that is there."),
    ] = None,
) -> None:
    """Start the actors of a topology and leave them running until Ctrl-C.

    Example: xdsi-sim up central --listen 127.0.0.1:8080 --data ./data
    """
    from xdsi_sim.scenario.cast import description_of  # noqa: PLC0415
    from xdsi_sim.topology.build import start  # noqa: PLC0415
    from xdsi_sim.topology.loader import find_topology, load_topology  # noqa: PLC0415

    ended, folder = _stop_signals(), folder_to_fill("--data", data)
    found, others = _with_viewer(load_topology(find_topology(topology)), viewer), workers - 1
    with (
        start(found, folder, _listen(listen), record=log, shared=others > 0) as running,
        _others(running, others, ended),
    ):
        if json_:
            print(json.dumps(description_of(running)), flush=True)  # noqa: T201
        else:
            from xdsi_sim.scenario.terminal import console, print_actors  # noqa: PLC0415

            print_actors(console(), running)
        ended.wait()


@_app.command()
def run(
    scenario: Annotated[list[str], typer.Argument(help="YAML files, or names of scenarios that ship.")],
    reports: Annotated[
        str | None,
        typer.Option("--reports", metavar="DIR", help="Write report.html, junit.xml, report.json."),
    ] = None,
    listen: ListenOption = None,
    data: DataOption = None,
    json_: JsonOption = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the actors of the last one running until Ctrl-C.")
    ] = False,
) -> None:
    """Start what a scenario needs, play it, and say how it came out.

    Several scenarios are played one after the other; each has its own folder below DIR.

    Example: xdsi-sim run central --reports ./reports
    """
    from xdsi_sim.scenario.loader import find_scenario, load_scenario  # noqa: PLC0415
    from xdsi_sim.scenario.terminal import summary_of  # noqa: PLC0415

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what ran is still reported
    loaded = [load_scenario(find_scenario(name)) for name in scenario]  # all, before the first is played
    _refuse_twins(loaded)
    options = _Options(
        reports=folder_to_fill("--reports", reports),
        data=folder_to_fill("--data", data),
        listen=_listen(listen),
        json=json_,
        several=len(loaded) > 1,
    )
    played = [_play(one, options, keep=keep and one is loaded[-1]) for one in loaded]
    if json_:
        print(json.dumps(summary_of(played)))  # noqa: T201
    raise typer.Exit(max(_CODES[record.verdict.value] for record, _ in played))


@_app.command()
def version(json_: JsonOption = False) -> None:
    """Tell the version.

    Example: xdsi-sim version
    """
    print(json.dumps({"version": __version__}) if json_ else f"xdsi-sim {__version__}")  # noqa: T201


def main() -> None:
    """The console script: runs a command and exits with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 still gets all else
    log_to_terminal()
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        code = _app(standalone_mode=False)
    except XdsiSimError as error:
        wrong = isinstance(error, UsageError) and not isinstance(error, CannotRun)
        return _told(str(error), USAGE if wrong else COULD_NOT_RUN)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _told(f"{where}{error.strerror or error}", COULD_NOT_RUN)
    except typer.Abort:
        code = _INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last resort
        # what the parser of arguments raises has no public name in every typer that we take
        if type(error).__module__.startswith(("click", "typer")) and hasattr(error, "show"):
            error.show()
            return USAGE
        _LOG.exception("a defect of xdsi-sim")
        return COULD_NOT_RUN
    if code == _INTERRUPTED:
        return _told("interrupted", COULD_NOT_RUN)
    return code if isinstance(code, int) else GOOD


def _told(text: str, code: int) -> int:
    print(f"xdsi-sim: {visible(text)}", file=sys.stderr)  # noqa: T201
    return code


# --- the parts of commands -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """What `run` was told, for all its scenarios."""

    reports: Path | None
    data: Path | None
    listen: Listen | None
    json: bool
    several: bool

    def below(self, folder: Path | None, name: str) -> Path | None:
        """The folder itself for a single scenario, else one of its own in it."""
        return folder / name if folder is not None and self.several else folder


def _listen(text: str | None) -> Listen | None:
    from xdsi_sim.topology.model import Listen  # noqa: PLC0415

    try:
        return None if text is None else Listen.parse(text)
    except ValueError as error:
        raise UsageError(f"--listen: {error}.") from None


def _with_viewer(topology: Topology, folder: str | None) -> Topology:
    from xdsi_sim.topology.viewer import Viewer, check_viewer  # noqa: PLC0415

    if folder is None:
        return topology
    try:
        check_viewer(Path(folder), (community.id for community in topology.communities))
    except UsageError as error:
        raise UsageError(f"--viewer: {error.message}", hint=error.hint) from None
    return topology.model_copy(update={"viewer": Viewer(folder=Path(folder))})


def _refuse_twins(loaded: Sequence[Loaded]) -> None:
    """Their reports would overwrite each other."""
    ((name, times),) = Counter(one.scenario.name for one in loaded).most_common(1)
    if times > 1:
        raise UsageError(f"{times} of these scenarios are named '{name}'.", hint="Give each its own name.")


def _stop_signals() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: ended.set())
    return ended


def _others(running: RunningTopology, count: int, ended: threading.Event) -> AbstractContextManager[object]:
    """The processes that answer beside this one; where one is lost, all is over."""
    if count == 0:
        return nullcontext()
    from xdsi_sim.topology.workers import Workers  # noqa: PLC0415

    return Workers(running, count, ended.set)


def _play(one: Loaded, options: _Options, *, keep: bool) -> tuple[RunRecord, tuple[Path, ...]]:
    """Play one scenario on actors of its own; gives what came of it and the reports written."""
    from xdsi_sim.scenario.reports import write_reports  # noqa: PLC0415
    from xdsi_sim.scenario.runner import play  # noqa: PLC0415
    from xdsi_sim.scenario.terminal import Told, console, print_actors, print_end  # noqa: PLC0415
    from xdsi_sim.topology.build import start  # noqa: PLC0415

    output, name = console(), one.scenario.name
    reports = options.below(options.reports, name)
    with start(one.topology, options.below(options.data, name), options.listen) as running:
        record = play(one, running, None if options.json else Told(output, one.scenario))
        written = write_reports(record, reports) if reports is not None else ()
        if keep and not options.json:
            print_actors(output, running)
        if not options.json:
            print_end(output, record, written)
        if keep:
            _stop_signals().wait()
    return record, written
