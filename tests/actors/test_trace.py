from __future__ import annotations

from contextvars import copy_context

import pytest

from xdsi_sim.actors.trace import Trace, serving, within


def test_a_trace_is_read_back_from_its_header() -> None:
    trace = Trace.begin("workstation")
    assert Trace.parse(str(trace), "127.0.0.1:1") == trace


def test_the_way_of_a_message_goes_with_it() -> None:
    trace = Trace.begin("workstation").onward("ig", "t1").onward("rg", "t2")
    assert (trace.sender, trace.way) == ("rg", ("t1", "t2"))
    assert Trace.parse(str(trace), "127.0.0.1:1") == trace


def test_who_waits_for_its_own_answer_is_in_a_loop() -> None:
    trace = Trace.begin("workstation")
    assert not trace.loops("t1")
    assert trace.onward("ig", "t1").loops("t1")
    assert not trace.onward("ig", "t1").loops("t2")


def test_a_way_that_is_too_long_leads_nowhere() -> None:
    trace = Trace.begin("workstation")
    for number in range(17):
        assert not trace.loops("other")
        trace = Trace.parse(str(trace.onward("ig", f"t{number}")), "127.0.0.1:1")
    assert trace.loops("other")
    longer = Trace.parse(f"{trace},{','.join(['x'] * 1000)}", "127.0.0.1:1")
    assert longer.loops("other")
    assert len(longer.way) < 20


@pytest.mark.parametrize(
    "header", [None, "", "no-semicolon", ";sender", "a b;c", "c;\x07", "c;" + "x" * 200, "ü ;x"]
)
def test_what_is_no_trace_begins_a_conversation_of_the_peer(header: str | None) -> None:
    trace = Trace.parse(header, "127.0.0.1:1")
    assert trace.sender == "127.0.0.1:1"
    assert trace.conversation.isalnum()


def test_what_is_sent_for_the_sake_of_a_message_belongs_to_its_conversation() -> None:
    served = Trace("cafe", "viewer", ("t1",))
    assert within(served, lambda: Trace.current("pacs"))() == Trace("cafe", "pacs", ("t1",))
    with serving(served):
        assert copy_context().run(Trace.current, "pacs").conversation == "cafe"
    assert Trace.current("pacs").conversation != "cafe"
