"""Several processes that answer for one topology: on the same ports, on one data folder.

The first process is a running topology like any other. It sets the folder in order, listens, and then has
the others join it: they take connections from the same sockets, each reads and writes the same stores, and
commits take turns. All of them end together. Where one is lost, so are the submissions that it was at, and
only a start settles those: hence the whole ends, with a message, and the next start is whole again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from xdsi_sim.errors import CannotRun, XdsiSimError
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.joined import Joined
from xdsi_sim.topology.model import Topology
from xdsi_sim.visible import log_to_terminal

__all__ = ["Workers"]

_SPAWN: Final = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
_LEAVING: Final = 15.0  # seconds: a worker lets requests end first
_OF_TERMINALS: Final = (signal.SIGINT, signal.SIGTERM)
_READY: Final = "ready"
_ENOUGH: Final = "enough"


class Workers:
    """The processes beside the first one; close them before it."""

    def __init__(self, running: RunningTopology, count: int, lost: Callable[[], None]) -> None:
        """Start so many and wait until each answers; raises CannotRun where one does not.

        `lost` is called, in a thread of its own, when one has ended by itself.
        """
        self._lost = lost
        self._closing = False
        self._workers = [_Worker(running) for _ in range(count)]
        try:
            for worker in self._workers:
                worker.wait()
        except BaseException:
            self.close()
            raise
        if self._workers:
            threading.Thread(target=self._watch, name="watch over workers", daemon=True).start()

    def _watch(self) -> None:
        wait([worker.process.sentinel for worker in self._workers])
        if not self._closing:
            self._lost()

    def close(self) -> None:
        """Have all end what they are at, and wait for that; a second call does nothing."""
        self._closing = True
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Raises CannotRun where one had ended by itself."""
        lost = [trouble for worker in self._workers if (trouble := worker.lost())]
        self.close()
        if lost and type_ is None:
            raise lost[0]


class _Worker:
    """One of the processes, seen from the first."""

    def __init__(self, running: RunningTopology) -> None:
        self._told, theirs = _SPAWN.Pipe()
        with closing(running.to_join()) as joined, theirs:  # else its end would not be seen
            self.process: BaseProcess = _SPAWN.Process(
                target=_work,
                args=(running.topology, running.folder, running.only, joined, theirs),
                name="xdsi-sim worker",
                daemon=True,
            )
            with _signals_held():
                self.process.start()

    def wait(self) -> None:
        """Until it answers; raises CannotRun where it cannot."""
        try:
            trouble = self._told.recv()
        except EOFError:  # it could not even say why; what Python says of it is on standard error
            trouble = "its process has ended."
        if trouble != _READY:
            raise CannotRun(f"a worker could not start: {trouble}")

    def lost(self) -> CannotRun | None:
        """What is told of it where it has ended."""
        if not wait([self.process.sentinel], 0):
            return None
        self.process.join()
        code = self.process.exitcode or 0
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        return CannotRun(
            f"a worker process has ended {how}.",
            hint="What was acknowledged is kept. Start again: that settles what it was at.",
        )

    def stop(self) -> None:
        """Tell it to end."""
        with suppress(OSError):  # it may be gone
            self._told.send(_ENOUGH)

    def end(self) -> None:
        """Wait for its end, and kill it where that takes too long."""
        self.process.join(_LEAVING)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        self._told.close()


@contextmanager
def _signals_held() -> Iterator[None]:
    """What is started meanwhile hears no signal of a terminal until it has said that it ignores them."""
    resource_tracker.ensure_running()  # when it is started, it lets them through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_TERMINALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the worker's process -----------------------------------------------------------------


def _work(
    topology: Topology, folder: Path, only: frozenset[str] | None, joined: Joined, told: Connection
) -> None:
    """Answer until the first process says that it is enough, or is no more."""
    for number in _OF_TERMINALS:
        signal.signal(number, signal.SIG_IGN)  # a terminal tells all of us; the first decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _OF_TERMINALS)
    log_to_terminal()
    try:
        running = RunningTopology(topology, folder, None, record=bool(joined.log), joined=joined, only=only)
    except XdsiSimError as error:
        told.send(str(error))
        return
    with running:
        told.send(_READY)
        if not _told_to_stop(told):
            os._exit(1)


def _told_to_stop(told: Connection) -> bool:
    """Waits for the word; False where the first process has died without one."""
    try:
        told.recv()
    except EOFError:
        return False
    return True
