from __future__ import annotations

import threading

import pytest
from twisted.internet.defer import succeed
from twisted.python.threadable import isInIOThread

from xdsi_sim.server.loop import running_loop


def test_one_loop_serves_the_process_from_a_thread_of_its_own() -> None:
    loop = running_loop()
    assert running_loop() is loop
    assert loop.call(threading.get_ident) != threading.get_ident()


def test_what_is_to_be_done_soon_is_done_when_the_reactor_is_through_with_what_it_is_at() -> None:
    loop, done = running_loop(), list[tuple[str, bool]]()
    over = threading.Event()

    def at_work() -> None:
        loop.soon(lambda: done.append(("soon", isInIOThread())))
        done.append(("at work", isInIOThread()))

    loop.call(at_work)
    loop.soon(over.set)  # from another thread
    assert over.wait(5)
    assert done == [("at work", True), ("soon", True)]


def test_a_call_waits_for_what_comes_of_it() -> None:
    loop = running_loop()
    assert loop.call(succeed, 3) == 3
    with pytest.raises(ZeroDivisionError):
        loop.call(lambda: 1 // 0)
