"""`run SCENARIO --load ...`: a scenario as load."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xdsi_sim.cli.conventions import FINDINGS, GOOD, listen_option
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.scenario.load.drive import Place
    from xdsi_sim.scenario.loader import Loaded
    from xdsi_sim.topology.model import Listen

__all__ = [
    "LoadMasterOption",
    "LoadOption",
    "LoadOptions",
    "LoadWorkerOption",
    "LoadWorkersOption",
    "make_load",
]

LoadOption = Annotated[
    str | None,
    typer.Option(
        "--load",
        metavar="users=N,duration=60s,...",
        help="Make load of the steps: users, duration, rate, spawn, failures, p95 and other limits.",
    ),
]
LoadMasterOption = Annotated[
    str | None,
    typer.Option("--load-master", metavar="HOST:PORT", help="Lead workers that connect here."),
]
LoadWorkersOption = Annotated[
    int, typer.Option("--load-workers", min=1, metavar="N", help="Wait for so many workers.")
]
LoadWorkerOption = Annotated[
    str | None,
    typer.Option("--load-worker", metavar="HOST:PORT", help="Be a worker of the master there."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What the command line says of the load."""

    load: str | None
    master: str | None
    """`HOST:PORT` at which this process waits for workers."""
    workers: int
    worker: str | None
    """`HOST:PORT` of the master."""

    @property
    def wanted(self) -> bool:
        """Whether it says anything."""
        return any(each is not None for each in (self.load, self.master, self.worker))

    @property
    def place(self) -> Place:
        """Raises UsageError where the options do not go together."""
        from xdsi_sim.scenario.load.drive import Place

        if self.master is not None and self.worker is not None:
            raise UsageError("--load-master and --load-worker exclude each other.")
        if self.worker is not None and self.load is not None:
            raise UsageError("--load is for the master: its workers are told by it.")
        if self.worker is None and self.load is None:
            raise UsageError("how much load?", hint="--load users=50,duration=60s")
        address = listen_option(self.master or self.worker)
        if address is None:
            return Place()
        role = "master" if self.master is not None else "worker"
        return Place(role=role, host=address.host, port=address.port, workers=self.workers)


def make_load(
    loaded: list[Loaded],
    options: LoadOptions,
    *,
    reports: Path | None,
    data: Path | None,
    listen: Listen | None,
    json_: bool,
) -> int:
    """Make the load, show what came of it, and give the exit code."""
    from xdsi_sim.scenario.load.drive import drive
    from xdsi_sim.scenario.load.settings import read_load
    from xdsi_sim.scenario.load.shown import print_load, write_load
    from xdsi_sim.scenario.printing import console
    from xdsi_sim.scenario.terminal import Told

    if len(loaded) != 1:
        raise UsageError("load is made of one scenario at a time.")
    (one,), place, settings = loaded, options.place, read_load(options.load or "")
    output = console()
    with ExitStack() as stack:
        status = None
        if output.is_terminal and not json_:
            status = stack.enter_context(output.status("load"))

        def tell(done: int, failed: int, left: float) -> None:
            """Progress for who looks; seconds are those that are `left`."""
            if status is not None:
                status.update(f"{done} rounds, {failed} failed, {left:.0f} s left")

        told = None if json_ else Told(output, one.scenario)
        report = drive(one, settings, place, data=data, listen=listen, audience=told, tell=tell)
    if report is None:
        return GOOD
    written = write_load(report, reports) if reports is not None else ()
    if json_:
        print(json.dumps({**asdict(report), "reports": [str(path) for path in written]}))
    else:
        print_load(output, report, written)
    return GOOD if report.verdict == "pass" else FINDINGS
