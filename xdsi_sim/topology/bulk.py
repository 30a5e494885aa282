"""Loading saved submissions into the registry of a data folder, by all its rules and without a message.

Several processes may share the work: each takes every n-th submission. A submission that is refused there
may have come before one that it refers to, so those are judged again at the end, in their order.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

from xdsi_sim.errors import CannotRun
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology.bulk_work import Judged, Task, load_requests, settings, work
from xdsi_sim.topology.codes.in_force import CodeDomain
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.saved import saved_in
from xdsi_sim.topology.settings import registry_of

__all__ = ["Tell", "load_metadata"]

_SPAWN: Final = multiprocessing.get_context("spawn")

# --- loading ---------------------------------------------------------------------------------

Tell = Callable[[Judged], None]


def load_metadata(
    topology: Topology, registry_id: str, data: Path, files: Sequence[Path], tell: Tell, *, workers: int = 1
) -> list[Judged]:
    """Load the submissions of files into a registry that is not running; gives those that were refused.

    `tell` hears of each that is decided. Raises CannotRun where the folder is in use, OSError for a file.
    """
    share = Share.FIRST if workers > 1 else Share.ALONE
    # first of all, since they take as long to start as the store to open
    others = [_started() for _ in range(workers if workers > 1 else 0)]
    with closing(SqliteRegistryStore(data / registry_id, share)) as store:
        placed = topology.find(registry_id)
        registry = registry_of(placed, store, codes=CodeDomain(placed.community.codes).now)
        if workers == 1:
            return _refused(load_requests(registry, enumerate(saved_in(files))), tell)
        task = Task(
            settings=settings(registry), folder=data / registry_id, files=files, which=0, workers=workers
        )
        doubtful = _refused(_shared_out(task, others), tell, told=False)
        if not doubtful:
            return []
        again = {one.number for one in doubtful}
        left = ((number, saved) for number, saved in enumerate(saved_in(files)) if number in again)
        return _refused(load_requests(registry, left), tell)


def _refused(judged: Iterable[Judged], tell: Tell, *, told: bool = True) -> list[Judged]:
    refused = []
    for one in judged:
        if one.errors:
            refused.append(one)
        if told or not one.errors:
            tell(one)
    return refused


# --- several processes -----------------------------------------------------------------------


def _started() -> Connection:
    """Another process, which waits to be told its task; it ends where nobody keeps the connection."""
    ours, theirs = _SPAWN.Pipe()
    _SPAWN.Process(target=work, args=(theirs,), name="xdsi-sim load", daemon=True).start()
    theirs.close()
    return ours


def _shared_out(task: Task, others: Sequence[Connection]) -> Iterator[Judged]:
    """What the processes tell, as it comes; raises CannotRun where one of them is lost."""
    for which, other in enumerate(others):
        with suppress(ConnectionError):  # that it has ended is told below
            other.send(replace(task, which=which))
    open_ = [*others]
    while open_:
        ready = wait(open_)
        for connection in [one for one in open_ if one in ready]:
            told = _next(connection)
            if told is None:
                open_.remove(connection)
            else:
                yield told


def _next(connection: Connection) -> Judged | None:
    """None at the end."""
    try:
        told: Judged | str | None = connection.recv()
    except (EOFError, ConnectionError):
        told = "it has ended."
    if isinstance(told, str):
        raise CannotRun(
            f"one of the processes could not go on: {told}", hint="What was loaded is in the registry."
        )
    return told
