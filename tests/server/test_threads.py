from __future__ import annotations

import threading
from typing import Any

import pytest

from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.threads import Threads


def test_work_gives_its_result_or_its_error() -> None:
    loop = running_loop()
    threads = Threads(loop.reactor)
    assert loop.call(threads.run, lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        loop.call(threads.run, lambda: 1 // 0)


def test_work_that_waits_leaves_threads_to_others() -> None:
    loop = running_loop()
    usual = loop.reactor.getThreadPool().max
    waiting, others = loop.call(Threads, loop.reactor, 2), Threads(loop.reactor)
    assert loop.reactor.getThreadPool().max == usual + 2
    free, begun = threading.Event(), threading.Semaphore(0)

    def wait() -> bool:
        begun.release()
        return free.wait(10)

    def begin() -> list[Any]:
        return [waiting.run(wait) for _ in range(usual + 10)]

    deferreds = loop.call(begin)
    for _ in range(2):
        assert begun.acquire(timeout=10)
    assert loop.call(others.run, lambda: "at once") == "at once"
    assert not begun.acquire(blocking=False)
    free.set()
    for deferred in deferreds:
        assert loop.call(lambda each=deferred: each) is True
