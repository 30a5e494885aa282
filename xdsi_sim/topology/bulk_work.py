"""What each process of a load does: saved submissions into the registry, by all its rules.

It imports neither topologies nor servers: a process that is started for it has little else to load first.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from xdsi_sim.actors.bulk import register_all
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.errors import ProtocolViolation, XdsiSimError
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.server.tuning import tune
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology.saved import Saved, read_saved, saved_in
from xdsi_sim.vocab import SUCCESS

__all__ = ["Judged", "Settings", "Task", "load_requests", "settings", "work"]

_UNREADABLE: Final = "not read"

Settings = Mapping[str, Any]
"""What a registry is set up with, as another process can be given it: without its store, and its codes as
they are now."""


def settings(registry: DocumentRegistry) -> Settings:
    """Those of a registry."""
    given = {one.name: getattr(registry, one.name) for one in fields(registry) if one.name != "store"}
    return given | {"codes": registry.codes()}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one of several processes is to do."""

    settings: Settings
    folder: Path
    files: Sequence[Path]
    which: int
    """The first submission that is its own, from 0; the next is as many further as there are processes."""
    workers: int


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


def work(connection: Connection) -> None:
    """Every n-th submission, in a process of its own, beside the one that has the folder open.

    It is told its task once there is one, and ends where there will be none. It tells what became of each
    submission, and at the end None, or why it could not go on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    tune()
    try:
        task: Task = connection.recv()
    except EOFError:
        return
    trouble = None
    codes = task.settings["codes"]
    try:
        with closing(SqliteRegistryStore(task.folder, Share.JOINING)) as store:
            registry = DocumentRegistry(**{**task.settings, "store": store, "codes": lambda: codes})
            share = islice(enumerate(saved_in(task.files)), task.which, None, task.workers)
            for judged in load_requests(registry, share):
                connection.send(judged)
    except (XdsiSimError, OSError) as error:
        trouble = f"{error}."
    connection.send(trouble)
