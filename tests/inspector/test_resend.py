from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from a_domain import a_query, domain, provide, provision
from wire import message, post, send

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.content import read_all
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.resend import resend
from xdsi_sim.server.loop import running_loop
from xdsi_sim.topology.build import RunningTopology


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path / "data") as started:
        yield started


def last(running: RunningTopology, transaction: str) -> Exchange:
    return [item for item in running.exchanges() if item.transaction == transaction][-1]


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_request_goes_out_again_byte_for_byte(running: RunningTopology, size: int) -> None:
    provide(running.url_of("repository"), provision(1, bytes(size)))
    first = last(running, "RAD-68")
    resent = resend(first.request, running.url_of("repository"), running_loop())
    assert (resent.status, resent.outcome, resent.good) == (200, "Failure", False)
    assert resent.errors[0].startswith("XDSRegistryMetadataError: ")
    second = last(running, "RAD-68")
    assert second.id != first.id
    assert second.conversation != first.conversation
    assert read_all(second.request.body) == read_all(first.request.body)


def test_what_is_good_is_told_as_good(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    resent = resend(last(running, "ITI-18").request, url, running_loop())
    assert (resent.outcome, resent.errors, resent.good) == ("Success", (), True)


def test_a_fault_is_told_with_its_reason(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    resent = resend(last(running, "ITI-18").request, running.url_of("repository"), running_loop())
    assert resent.outcome.startswith("Fault Sender: wsa:Action")
    assert not resent.good


def test_an_answer_that_is_no_soap_is_told_by_its_status(running: RunningTopology) -> None:
    request = replace(last_get(running), start_line="GET /elsewhere HTTP/1.1")
    resent = resend(request, f"{running.dicomweb_of('pacs')}/studies/1.2", running_loop())
    assert (resent.status, resent.outcome, resent.good) == (404, "HTTP 404", False)


def last_get(running: RunningTopology) -> HttpMessage:
    url = f"{running.dicomweb_of('pacs')}/studies/1.2"
    running.client.get(url, accept="*/*", transaction="WADO-RS", sender="x", conversation="c")
    return running.exchanges()[-1].request


def test_a_peer_that_is_not_there_is_told_in_words(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    request = last(running, "ITI-18").request
    with pytest.raises(NoAnswer, match="refused"):
        resend(request, "http://127.0.0.1:1/", running_loop())
