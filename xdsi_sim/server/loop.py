"""The reactor in a thread of its own, so that whoever starts actors keeps the main thread.

One reactor serves a process: topologies come and go, it stays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec

from twisted.internet.threads import blockingCallFromThread
from twisted.python.threadable import isInIOThread

from xdsi_sim.server.tuning import tune

__all__ = ["Loop", "running_loop"]

P = ParamSpec("P")


class Loop:
    """A reactor that runs in the background."""

    def __init__(self) -> None:
        # importing it installs it, which is for the process to decide, and here it does
        from twisted.internet import reactor  # noqa: PLC0415

        tune()
        self.reactor: Any = reactor
        started = threading.Event()
        self.reactor.callWhenRunning(started.set)
        self._thread = threading.Thread(target=self._run, name="reactor", daemon=True)
        self._thread.start()
        started.wait()

    def _run(self) -> None:
        self.reactor.run(installSignalHandlers=False)

    def call(self, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        """Run `function` in the reactor's thread and wait for what it gives or raises."""
        return blockingCallFromThread(self.reactor, function, *args, **kwargs)

    def soon(self, function: Callable[[], None]) -> None:
        """Run `function` in the reactor's thread, once that is through with what it is at."""
        if isInIOThread():
            self.reactor.callLater(0, function)
        else:
            self.reactor.callFromThread(function)


@cache
def running_loop() -> Loop:
    """The loop of this process, started when first asked for."""
    return Loop()
