"""Answers sent as they are told to be; the rest of it is in tests/deviations."""

from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import a_query, domain
from a_wait import until
from wire import connect, message, post, read_answer, send

from xdsi_sim.deviations.switches import Setting
from xdsi_sim.topology.build import RunningTopology


@pytest.fixture
def running(tmp_path: Path) -> object:
    with domain(tmp_path) as started:
        yield started


def query(running: RunningTopology) -> tuple[str, bytes]:
    url = running.url_of("registry")
    return url, post(url, *message(url, "ITI-18", a_query()))


def test_answers_on_one_connection_go_on_after_one_that_was_late(running: RunningTopology) -> None:
    url, sent = query(running)
    running.faults.on(
        Setting(actor="registry", deviation="delay", call=1, parameters={"seconds": 0.1}), "test"
    )
    with connect(url) as connection:
        rest = bytearray()
        for _ in range(2):
            connection.sendall(sent)
            assert read_answer(connection, rest).status == 200


def test_what_was_done_is_in_the_log_beside_what_was_sent(running: RunningTopology) -> None:
    url, sent = query(running)
    running.faults.on(Setting(actor="registry", deviation="closed-early", parameters={"octets": 9}), "test")
    with pytest.raises(ConnectionError):
        send(url, sent)
    (exchange,) = running.exchanges()
    assert exchange.deviations == ("closed-early octets=9",)
    assert exchange.status == "no answer: the connection is closed"
    assert exchange.response is not None
    assert exchange.response.body.size == 9


def test_a_client_that_leaves_before_its_answer_is_recorded_with_what_was_done(
    running: RunningTopology,
) -> None:
    url, sent = query(running)
    running.faults.on(Setting(actor="registry", deviation="delay", parameters={"seconds": 0.8}), "test")
    with connect(url) as connection:
        connection.sendall(sent)
    until(lambda: bool(running.exchanges()))
    found = running.exchanges()
    assert found[0].deviations == ("delay seconds=0.8",)
    assert found[0].status.startswith("no answer: the sender left before it")


def test_a_message_that_is_no_soap_meets_no_deviation(running: RunningTopology) -> None:
    url, _ = query(running)
    switch = running.faults.on(Setting(actor="registry", deviation="http-503"), "test")
    assert send(url, post(url, "application/soap+xml", b"<no")).status == 400
    assert switch.met == 0


def test_an_asynchronous_answer_is_wrong_as_well(tmp_path: Path) -> None:
    from xdsi_sim.actors.flow import Call  # noqa: PLC0415

    with domain(tmp_path / "asynchronous", {"asynchronous": True}) as running:  # type: ignore[dict-item]
        running.faults.on(Setting(actor="registry", deviation="action-wrong"), "test")
        call = Call(url=running.url_of("registry"), transaction="ITI-18", message=a_query())
        reply = running.client.call(call, sender="t", conversation="c", asynchronous=True)
    assert {finding.rule for finding in reply.findings} == {"A18"}
