from __future__ import annotations

import pytest

from xdsi_sim.actors.trace import Trace


def test_a_trace_is_read_back_from_its_header() -> None:
    trace = Trace.begin("workstation")
    assert Trace.parse(str(trace), "127.0.0.1:1") == trace


@pytest.mark.parametrize(
    "header", [None, "", "no-semicolon", ";sender", "a b;c", "c;\x07", "c;" + "x" * 200, "ü ;x"]
)
def test_what_is_no_trace_begins_a_conversation_of_the_peer(header: str | None) -> None:
    trace = Trace.parse(header, "127.0.0.1:1")
    assert trace.sender == "127.0.0.1:1"
    assert trace.conversation.isalnum()
