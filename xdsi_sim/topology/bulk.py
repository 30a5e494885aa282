"""Loading saved submissions into the registry of a data folder, by all its rules and without a message.

Several processes may share the work: each takes every n-th submission. A submission that is refused there
may have come before one that it refers to, so those are judged again at the end, in their order.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

from xdsi_sim.actors.bulk import register_all
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.errors import CannotRun, ProtocolViolation, XdsiSimError
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.server.loop import tune
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology.codes.in_force import CodeDomain
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.saved import Saved, read_saved, saved_in
from xdsi_sim.topology.settings import registry_of
from xdsi_sim.vocab import SUCCESS

__all__ = ["Judged", "load_metadata", "load_requests"]

_SPAWN: Final = multiprocessing.get_context("spawn")
_UNREADABLE: Final = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one submission."""

    number: int
    """Among all of them, from 0."""
    where: str
    octets: int
    objects: int
    """How many it brought into the registry: none where it was refused."""
    errors: tuple[tuple[str, str], ...] = ()
    """errorCode and codeContext; empty where it was taken."""


# --- loading ---------------------------------------------------------------------------------

Tell = Callable[[Judged], None]


def load_metadata(
    topology: Topology, registry_id: str, data: Path, files: Sequence[Path], tell: Tell, *, workers: int = 1
) -> list[Judged]:
    """Load the submissions of files into a registry that is not running; gives those that were refused.

    `tell` hears of each that is decided. Raises CannotRun where the folder is in use, OSError for a file.
    """
    tune()
    share = Share.FIRST if workers > 1 else Share.ALONE
    with closing(SqliteRegistryStore(data / registry_id, share)) as store:
        placed = topology.find(registry_id)
        registry = registry_of(placed, store, codes=CodeDomain(placed.community.codes).now)
        if workers == 1:
            return _refused(load_requests(registry, enumerate(saved_in(files))), tell)
        doubtful = _refused(_shared_out(topology, registry_id, data, files, workers), tell, told=False)
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


def load_requests(registry: DocumentRegistry, numbered: Iterable[tuple[int, Saved]]) -> Iterator[Judged]:
    """Register saved submissions in their order; gives what became of each, in that order."""
    pending: deque[tuple[int, Saved, SubmitObjectsRequest | ProtocolViolation]] = deque()

    def requests() -> Iterator[SubmitObjectsRequest]:
        """Those that could be read; all are noted as pending, in their order."""
        for number, saved in numbered:
            request = _read(saved)
            pending.append((number, saved, request))
            if isinstance(request, SubmitObjectsRequest):
                yield request

    for response in register_all(registry, requests()):
        while isinstance(pending[0][2], ProtocolViolation):
            yield _judged(*pending.popleft())
        yield _judged(*pending.popleft(), response)
    yield from (_judged(*one) for one in pending)


def _read(saved: Saved) -> SubmitObjectsRequest | ProtocolViolation:
    try:
        return read_saved(saved.data)
    except ProtocolViolation as problem:
        return problem


def _judged(
    number: int,
    saved: Saved,
    request: SubmitObjectsRequest | ProtocolViolation,
    response: RegistryResponse | None = None,
) -> Judged:
    objects = 0
    if isinstance(request, ProtocolViolation) or response is None:
        errors = [(_UNREADABLE, str(request))]
    elif response.status != SUCCESS:
        errors = [_told(error) for error in response.errors]
    else:
        errors = []
        objects = len(request.objects.objects())
    return Judged(
        number=number, where=str(saved), octets=len(saved.data), objects=objects, errors=tuple(errors)
    )


def _told(error: RegistryError) -> tuple[str, str]:
    return error.errorCode, error.codeContext


# --- several processes -----------------------------------------------------------------------


def _shared_out(
    topology: Topology, registry_id: str, data: Path, files: Sequence[Path], workers: int
) -> Iterator[Judged]:
    """What the processes tell, as it comes; raises CannotRun where one of them is lost."""
    open_: list[Connection] = []
    for which in range(workers):
        ours, theirs = _SPAWN.Pipe(duplex=False)
        work = (topology, registry_id, data, files, which, workers, theirs)
        _SPAWN.Process(target=_work, args=work, name="xdsi-sim load", daemon=True).start()
        theirs.close()
        open_.append(ours)
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
    except EOFError:
        told = "it has ended."
    if isinstance(told, str):
        raise CannotRun(
            f"one of the processes could not go on: {told}", hint="What was loaded is in the registry."
        )
    return told


def _work(
    topology: Topology,
    registry_id: str,
    data: Path,
    files: Sequence[Path],
    which: int,
    workers: int,
    tell: Connection,
) -> None:
    """Every n-th submission, in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    tune()
    trouble = None
    try:
        with closing(SqliteRegistryStore(data / registry_id, Share.JOINING)) as store:
            placed = topology.find(registry_id)
            registry = registry_of(placed, store, codes=CodeDomain(placed.community.codes).now)
            for judged in load_requests(registry, islice(enumerate(saved_in(files)), which, None, workers)):
                tell.send(judged)
    except (XdsiSimError, OSError) as error:
        trouble = f"{error}."
    tell.send(trouble)
