from __future__ import annotations

from concurrent.futures import CancelledError, Future
from typing import Any

import pytest

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send, Wait, run


def a_call(message: object) -> Call:
    return Call(url="http://peer", transaction="ITI-18", message=message)


def echo(call: Call) -> Answer:
    return call.message


def never(call: Call) -> Answer:
    raise AssertionError(f"nothing is to be sent: {call}")


def done(value: object) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future


def failed(error: BaseException) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def test_a_plain_value_is_the_answer() -> None:
    assert run("answer", never) == "answer"


def test_nothing_is_an_answer_too() -> None:
    assert run(None, never) is None


def test_an_operation_that_waits_for_nothing_returns_at_once() -> None:
    def operation() -> Flow[str]:
        return "answer"
        yield Wait(done(None))

    assert run(operation(), never) == "answer"


def test_answers_come_in_the_order_of_their_calls() -> None:
    def operation() -> Flow[object]:
        return (yield Send((a_call(3), a_call(1), a_call(2))))

    assert run(operation(), echo) == (3, 1, 2)


def test_sending_nothing_gives_no_answers() -> None:
    def operation() -> Flow[object]:
        return (yield Send(()))

    assert run(operation(), never) == ()


def test_no_answer_is_an_answer_among_the_others() -> None:
    def operation() -> Flow[object]:
        return (yield Send((a_call("up"), a_call("down"))))

    silent = NoAnswer("timed out")
    assert run(operation(), lambda call: silent if call.message == "down" else "ok") == ("ok", silent)


def test_waiting_gives_the_result() -> None:
    def operation() -> Flow[str]:
        first = yield Wait(done("a"))
        second = yield Wait(done(None))
        return f"{first} {second}"

    assert run(operation(), never) == "a None"


def test_what_went_wrong_is_raised_where_the_operation_waits() -> None:
    def operation() -> Flow[str]:
        try:
            yield Wait(failed(OSError("disk full")))
        except OSError as error:
            return f"told: {error}"
        return "not told"

    assert run(operation(), never) == "told: disk full"


def test_an_operation_may_go_on_after_an_error() -> None:
    def operation() -> Flow[object]:
        try:
            yield Wait(failed(ValueError()))
        except ValueError:
            return (yield Send((a_call("again"),)))
        return None

    assert run(operation(), echo) == ("again",)


def test_an_error_nobody_takes_ends_the_run() -> None:
    def operation() -> Flow[None]:
        yield Wait(failed(OSError("disk full")))

    with pytest.raises(OSError, match="disk full"):
        run(operation(), never)


def test_a_wait_that_was_cancelled_is_told() -> None:
    future: Future[Any] = Future()
    future.cancel()

    def operation() -> Flow[str]:
        try:
            yield Wait(future)
        except CancelledError:
            return "cancelled"
        return "waited"

    assert run(operation(), never) == "cancelled"


def test_part_of_an_operation_may_be_an_operation() -> None:
    def part(number: int) -> Flow[int]:
        (answer,) = yield Send((a_call(number),))
        return int(answer) * 2

    def operation() -> Flow[int]:
        first = yield from part(1)
        second = yield from part(2)
        return first + second

    assert run(operation(), echo) == 6
