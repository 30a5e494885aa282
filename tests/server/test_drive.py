from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from xdsi_sim.actors.flow import Call, Flow, Send, Wait
from xdsi_sim.server.drive import drive_blocking, drive_here
from xdsi_sim.server.loop import running_loop


def call(message: Any) -> Call:
    return Call(url="http://x", transaction="ITI-18", message=message)


def test_calls_go_out_together_and_come_back_in_their_order() -> None:
    waiting: dict[int, Deferred[Any]] = {}

    def send(asked: Call) -> Deferred[Any]:
        waiting[asked.message] = Deferred()
        if len(waiting) == 3:  # the last is answered first
            for number in (2, 1, 0):
                waiting[number].callback(f"answer {number}")
        return waiting[asked.message]

    def flow() -> Flow[Any]:
        return (yield Send(tuple(map(call, range(3)))))

    assert drive_blocking(flow(), send, running_loop()) == ("answer 0", "answer 1", "answer 2")


def test_what_is_durable_is_waited_for_and_its_failure_thrown_in() -> None:
    def flow() -> Flow[str]:
        done: Future[int] = Future()
        done.set_result(7)
        assert (yield Wait(done)) == 7
        failed: Future[int] = Future()
        failed.set_exception(KeyError("x"))
        try:
            yield Wait(failed)
        except KeyError:
            return "caught"
        return "missed"

    assert drive_blocking(flow(), lambda _call: succeed(None), running_loop()) == "caught"


def test_what_the_flow_raises_is_raised() -> None:
    def flow() -> Flow[None]:
        yield Send(())
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        drive_blocking(flow(), lambda _call: succeed(None), running_loop())


def test_what_is_cancelled_is_an_outcome_of_the_waiting() -> None:
    future: Future[int] = Future()
    future.cancel()

    def flow() -> Flow[str]:
        try:
            yield Wait(future)
        except CancelledError:
            return "cancelled"
        return "done"

    assert drive_blocking(flow(), lambda _call: succeed(None), running_loop()) == "cancelled"


def test_a_flow_may_be_driven_in_the_thread_that_has_it() -> None:
    threads: list[threading.Thread] = []

    def flow() -> Flow[Any]:
        threads.append(threading.current_thread())
        answers = yield Send(tuple(map(call, range(3))))
        failed: Future[int] = Future()
        failed.set_exception(KeyError("x"))
        with pytest.raises(KeyError):
            yield Wait(failed)
        threads.append(threading.current_thread())
        return answers

    assert drive_here(flow(), lambda asked: succeed(asked.message), running_loop()) == (0, 1, 2)
    assert threads == [threading.current_thread()] * 2
