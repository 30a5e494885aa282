from __future__ import annotations

from typing import Any

from xdsi_sim.deviations.deviation import Case, End, Message, Presented, Sending
from xdsi_sim.deviations.meeting import Meeting, StandIn
from xdsi_sim.deviations.switches import Setting, Switchboard
from xdsi_sim.messages.query import AdhocQueryResponse
from xdsi_sim.vocab import FAILURE, SUCCESS

ANSWER = AdhocQueryResponse(fragments=(b"<rim:ObjectRef id='x'/>",))
MESSAGE = Message(status=200, headers=(), segments=(b"<soap:Envelope >",))


def meeting(*deviations: str) -> Meeting:
    switches = Switchboard({"registry": ("ITI-18",)})
    for deviation in deviations:
        switches.on(Setting(actor="registry", deviation=deviation), "test")
    met = Meeting(switches.desk("registry"))
    met.begin(Case(transaction="ITI-18"), "ITI-18", "ITI-18")
    return met


def test_nothing_is_changed_where_nothing_is_on() -> None:
    met = meeting()
    assert not met.concerned
    assert met.answer(ANSWER) is ANSWER
    assert met.message(MESSAGE) is MESSAGE
    assert (met.sending(), met.presented(), met.applied) == (Sending(), Presented(), ())


def test_several_deviations_change_one_answer() -> None:
    met = meeting("objects-none", "doctype", "delay", "closed-early")
    assert met.answer(ANSWER).fragments == ()
    assert met.message(MESSAGE).segments == (b"<!DOCTYPE envelope><soap:Envelope >",)
    assert (met.sending().delay, met.sending().end) == (1.0, End.CLOSE)
    assert met.applied[:2] == ("objects-none", "doctype")
    assert not met.unasked
    assert met.concerned


def test_what_has_changed_nothing_is_not_told() -> None:
    met = meeting("object-list-missing")
    assert met.message(MESSAGE) is MESSAGE
    assert met.applied == ()


def test_what_stands_for_the_actor_comes_first() -> None:
    met = meeting("status-short", "XDSTooManyResults")
    assert met.unasked
    assert not met.written
    assert met.answer(None).status == "Success"
    assert met.applied == ("XDSTooManyResults", "status-short")


def test_a_message_may_stand_where_no_value_is() -> None:
    met = meeting("http-404", "content-type-missing")
    assert met.written
    message = met.message(None)
    assert (message.status, message.outcome) == (404, "HTTP 404")
    assert "Content-Type" not in dict(message.headers)


class _Actor:
    def query(self, request: Any, transaction: str = "ITI-18") -> Any:
        return request, transaction


def test_an_actor_is_asked_unless_the_answer_is_another_one_anyway() -> None:
    begun: list[Any] = []

    def begin(request: Any) -> Meeting:
        begun.append(request)
        return meeting(*deviations)

    deviations: tuple[str, ...] = ("delay",)
    assert StandIn(_Actor(), begin).query("asked", "ITI-51") == ("asked", "ITI-51")
    deviations = ("XDSTooManyResults",)
    assert StandIn(_Actor(), begin).query("again") is None
    assert begun == ["asked", "again"]
    assert meeting("XDSTooManyResults").answer(None).status == FAILURE != SUCCESS
