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
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xdsi_sim import __version__
from xdsi_sim.cli import tls
from xdsi_sim.cli.checklist import checklist
from xdsi_sim.cli.codes import codes
from xdsi_sim.cli.conventions import (
    COULD_NOT_RUN,
    DATA_VARIABLE,
    FINDINGS,
    GOOD,
    USAGE,
    folder_to_fill,
    in_paragraphs,
    listen_option,
    session_name,
)
from xdsi_sim.cli.explain import explain
from xdsi_sim.cli.faults import faults
from xdsi_sim.cli.find import find
from xdsi_sim.cli.load import load
from xdsi_sim.cli.log import log_app
from xdsi_sim.cli.manifest import manifest
from xdsi_sim.cli.options import (
    DataOption,
    JsonOption,
    ListenOption,
    PeerOption,
    ReportsOption,
    SessionOption,
    ViewerOption,
)
from xdsi_sim.cli.patient import patient
from xdsi_sim.cli.peers import with_peers
from xdsi_sim.cli.run_load import (
    LoadMasterOption,
    LoadOption,
    LoadOptions,
    LoadWorkerOption,
    LoadWorkersOption,
    make_load,
)
from xdsi_sim.cli.samples import samples
from xdsi_sim.cli.schema import schema
from xdsi_sim.cli.session import session
from xdsi_sim.cli.sut import bench, sut
from xdsi_sim.cli.topology import topology
from xdsi_sim.cli.validate import validate
from xdsi_sim.cli.viewers import with_viewer
from xdsi_sim.errors import CannotRun, UsageError, XdsiSimError
from xdsi_sim.server.tuning import tune
from xdsi_sim.visible import log_to_terminal, visible

if TYPE_CHECKING:
    from xdsi_sim.scenario.loader import Loaded
    from xdsi_sim.scenario.record import RunRecord
    from xdsi_sim.scenario.tables import Table
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
    context_settings={"help_option_names": ["--help", "-h"]},
    add_completion=False,
    pretty_exceptions_enable=False,
)
UpDataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        envvar=DATA_VARIABLE,
        help="Keep the data here; without, they go at the end.",
    ),
]


class SessionsMode(StrEnum):
    """Who makes sessions."""

    OFF = "off"
    OPEN = "open"
    CLOSED = "closed"


TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Play only what has this tag; may be repeated."),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, metavar="N", help="Count ids and stop the clock: the same messages every time."
    ),
]
ProxyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--proxy",
        metavar="ACTOR=URL[,MODE]",
        help="Stand in front of a system: record, replay, replay-else-record or spy; may be repeated.",
    ),
]


def up(
    topology: Annotated[
        str, typer.Argument(metavar="TOPOLOGY", help="A YAML file, or the name of one that ships.")
    ] = "central",
    listen: ListenOption = None,
    data: UpDataOption = None,
    json_: JsonOption = False,
    log: Annotated[
        bool, typer.Option("--log/--no-log", help="Whether to keep every message; see `xdsi-sim log`.")
    ] = True,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, metavar="N", help="Answer with N processes.")
    ] = 1,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="ID[,ID...]",
            help="Play these communities or actors; the others answer elsewhere. May be repeated.",
        ),
    ] = None,
    peers: PeerOption = None,
    proxies: ProxyOption = None,
    viewer: ViewerOption = None,
    sessions: Annotated[
        SessionsMode | None,
        typer.Option(help="Have worlds below /s/NAME: open makes each at its first request."),
    ] = None,
) -> None:
    """Start the actors of a topology and leave them running until Ctrl-C.

    Example: xdsi-sim up central --listen 127.0.0.1:8080 --data ./data
    """
    from xdsi_sim.inspector.web import inspecting
    from xdsi_sim.scenario.cast import description_of
    from xdsi_sim.topology.build import start
    from xdsi_sim.topology.loader import find_topology, load_topology

    ended, folder = _stop_signals(), folder_to_fill("--data", data)
    found = with_peers(load_topology(find_topology(topology)), peers, proxies)
    found, others = with_viewer(found, viewer), workers - 1
    if sessions is not None:
        found = found.model_copy(update={"sessions": sessions.value})
    wanted = _only(found, only, listen)
    with (
        start(found, folder, listen_option(listen), record=log, shared=others > 0, only=wanted) as running,
        _others(running, others, ended),
        inspecting(running) as inspector,
    ):
        if not any(running.plays(placed) for placed in found.actors()):
            raise UsageError("peers play all actors that answer: there is nobody to start.")
        if json_:
            print(json.dumps({**description_of(running), "inspector": inspector}), flush=True)
        else:
            from xdsi_sim.scenario.printing import console
            from xdsi_sim.scenario.terminal import print_actors

            print_actors(console(), running, inspector)
        ended.wait()


def run(
    scenario: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="YAML files, or names of scenarios that ship.")
    ],
    reports: ReportsOption = None,
    listen: ListenOption = None,
    data: DataOption = None,
    json_: JsonOption = False,
    tag: TagOption = None,
    seed: SeedOption = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the actors of the last one running until Ctrl-C.")
    ] = False,
    peers: PeerOption = None,
    proxies: ProxyOption = None,
    load: LoadOption = None,
    load_master: LoadMasterOption = None,
    load_workers: LoadWorkersOption = 1,
    load_worker: LoadWorkerOption = None,
    session: SessionOption = None,
) -> None:
    """Start what a scenario needs, play it, and say how it came out.

    Several scenarios are played one after the other; each has its own folder below FOLDER.

    Example: xdsi-sim run central --reports ./reports
    """
    from xdsi_sim.scenario.loader import find_scenario, load_scenario
    from xdsi_sim.scenario.terminal import summary_of

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what ran is still reported
    loaded = [load_scenario(find_scenario(name)) for name in scenario]  # all, before the first is played
    loaded = [replace(one, topology=with_peers(one.topology, peers, proxies)) for one in loaded]
    loaded = _tagged(loaded, tag or ())
    _refuse_twins(loaded)
    wanted = LoadOptions(load=load, master=load_master, workers=load_workers, worker=load_worker)
    if wanted.wanted:
        if session is not None or seed is not None or keep:
            raise UsageError("load goes without --session, --seed and --keep.")
        folders = (folder_to_fill("--reports", reports), folder_to_fill("--data", data))
        where = {"reports": folders[0], "data": folders[1], "listen": listen_option(listen)}
        raise typer.Exit(make_load(loaded, wanted, json_=json_, **where))  # type: ignore[arg-type]
    options = _Options(
        reports=folder_to_fill("--reports", reports),
        data=folder_to_fill("--data", data),
        listen=listen_option(listen),
        json=json_,
        several=len(loaded) > 1,
        tags=tuple(tag or ()),
        seed=seed,
        session=None if session is None else session_name(session),
    )
    played = [_play(one, options, keep=keep and one is loaded[-1]) for one in loaded]
    tables = _together([record for record, _ in played], options)
    if json_:
        print(json.dumps(summary_of(played, tables)))
    codes = [_CODES[record.verdict.value] for record, _ in played]
    raise typer.Exit(max(*codes, GOOD if all(table.ok for table in tables) else FINDINGS))


def version(json_: JsonOption = False) -> None:
    """Tell the version.

    Example: xdsi-sim version
    """
    print(json.dumps({"version": __version__}) if json_ else f"xdsi-sim {__version__}")


# What most people need first stands first.
_COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "up": up,
    "run": run,
    "test": bench,
    "load": load,
    "samples": samples,
    "find": find,
    "validate": validate,
    "explain": explain,
    "schema": schema,
    "version": version,
}
for _name, _command in _COMMANDS.items():
    _app.command(_name)(_command)
for _group in (sut, topology, log_app, faults, patient, codes, manifest, session, tls.commands, checklist):
    _app.add_typer(_group)
in_paragraphs(_app)


def main() -> None:
    """The console script: runs a command and exits with its code."""
    tune()  # before the command's imports: as Python has it, the collector would take a tenth of the start
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
    print(f"xdsi-sim: {visible(text)}", file=sys.stderr)
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
    tags: tuple[str, ...]
    seed: int | None
    session: str | None

    def below(self, folder: Path | None, name: str) -> Path | None:
        """The folder itself for a single scenario, else one of its own in it."""
        return folder / name if folder is not None and self.several else folder


def _only(topology: Topology, options: Sequence[str] | None, listen: str | None) -> frozenset[str] | None:
    """Ids of the actors that are to be played; None where that is all."""
    from xdsi_sim.topology.whereabouts import named

    if not options:
        return None
    if listen is not None:
        raise UsageError(
            "--only and --listen exclude each other: the others look for us where the file says.",
            hint="Set `listen` of the community in the file.",
        )
    return named(topology, [word.strip() for option in options for word in option.split(",")])


def _tagged(loaded: list[Loaded], tags: Sequence[str]) -> list[Loaded]:
    """The scenarios that have one of the tags, or a step that does; all, where none is asked for."""
    if not tags:
        return loaded
    chosen = [one for one in loaded if one.tags & set(tags)]
    if not chosen:
        from xdsi_sim.topology.checked import did_you_mean

        hint = did_you_mean(tags[0], set().union(*(one.tags for one in loaded)))
        raise UsageError(f"no scenario, and no step of one, has the tag '{tags[0]}'.", hint=hint)
    return chosen


def _the_same_every_time(seed: int | None) -> AbstractContextManager[object]:
    """Ids that are counted from a seed, and a clock that stands still; nothing of that without a seed."""
    from xdsi_sim.clock import frozen
    from xdsi_sim.ids import counted

    context = ExitStack()
    if seed is not None:
        context.enter_context(counted(seed))
        context.enter_context(frozen())
    return context


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
    from xdsi_sim.topology.workers import Workers

    return Workers(running, count, ended.set)


def _for_a_session(topology: Topology, options: _Options) -> Topology:
    """A topology that has sessions where one is to be played in, whatever it says itself."""
    if options.session is None or topology.sessions != "off":
        return topology
    return topology.model_copy(update={"sessions": "closed"})


def _play(one: Loaded, options: _Options, *, keep: bool) -> tuple[RunRecord, tuple[Path, ...]]:
    """Play one scenario on actors of its own; gives what came of it and the reports written."""
    from xdsi_sim.scenario.printing import console
    from xdsi_sim.scenario.reports import write_reports
    from xdsi_sim.scenario.runner import play
    from xdsi_sim.scenario.terminal import Told, print_actors, print_end
    from xdsi_sim.topology.build import start

    output, name = console(), one.scenario.name
    reports = options.below(options.reports, name)
    with (
        _the_same_every_time(options.seed),
        start(
            _for_a_session(one.topology, options), options.below(options.data, name), options.listen
        ) as all_,
        nullcontext(all_) if options.session is None else all_.session(options.session) as running,
    ):
        told = None if options.json else Told(output, one.scenario)
        record = play(one, running, told, tags=options.tags)
        written = write_reports(record, reports) if reports is not None else ()
        with _inspected(all_, keep=keep) as inspector:
            if keep and not options.json:
                print_actors(output, running, inspector)
            if not options.json:
                print_end(output, record, written)
            if keep:
                _stop_signals().wait()
    return record, written


def _together(records: Sequence[RunRecord], options: _Options) -> tuple[Table, ...]:
    """What scenarios say in tables of one title, beside each other; told, and written where reports are."""
    from xdsi_sim.scenario.printing import console
    from xdsi_sim.scenario.reports.together import write_tables
    from xdsi_sim.scenario.tables import joined
    from xdsi_sim.scenario.terminal import print_shown

    tables = joined((record.scenario, table) for record in records for table in record.tables)
    written = () if options.reports is None else write_tables(tables, records, options.reports)
    if not options.json:
        output = console()
        for table in tables:
            output.print()
            print_shown(output, table)
        for path in written[:1]:
            output.print(f"Report: {path}", markup=False)
    return tables


def _inspected(running: RunningTopology, *, keep: bool) -> AbstractContextManager[str | None]:
    """The inspector, where somebody is going to have the time to look."""
    if not keep:
        return nullcontext()
    from xdsi_sim.inspector.web import inspecting

    return inspecting(running)
