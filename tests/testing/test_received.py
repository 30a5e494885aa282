from __future__ import annotations

import re
import threading
import time

import pytest
from a_domain import provision
from wire import get, message, post, send

from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.testing.received import Received
from xdsi_sim.topology.build import RunningTopology


def provide(running: RunningTopology, number: int) -> None:
    url = running.url_of("repository")
    send(url, post(url, *message(url, "ITI-41", provision(number))))


def ask(running: RunningTopology) -> None:
    url = running.url_of("registry")
    send(url, post(url, *message(url)))


def test_a_message_is_shown_as_a_value_with_its_answer(
    xdsi_topology: RunningTopology, received: Received
) -> None:
    provide(xdsi_topology, 1)
    sent = received.one("ITI-42", by="registry")
    assert (sent.transaction, sent.sender, sent.receiver) == ("ITI-42", "repository", "registry")
    assert isinstance(sent.request, SubmitObjectsRequest)
    assert len(sent.request.objects.documentEntries) == 1
    assert isinstance(sent.answer, RegistryResponse)
    assert sent.answer.status.endswith(sent.status)
    assert b"SubmitObjectsRequest" in sent.xml


def test_findings_are_those_of_serving_and_those_of_its_content(
    xdsi_topology: RunningTopology, received: Received
) -> None:
    ask(xdsi_topology)  # without any parameter, so that the query itself breaks rules, too
    query = received.one("ITI-18")
    assert isinstance(query.request, AdhocQueryRequest)
    assert {finding.rule for finding in query.findings} >= {
        finding.rule for finding in query.exchange.findings
    }
    assert any(finding.rule.startswith("I") for finding in query.findings)


def test_a_message_of_the_web_has_no_value_and_no_findings_but_those_of_serving(
    xdsi_topology: RunningTopology, received: Received
) -> None:
    base = xdsi_topology.dicomweb_of("pacs-north")
    assert get(f"{base}/studies").status == 200
    asked = received.one("QIDO-RS")
    assert (asked.request, asked.answer, asked.xml, asked.findings) == (None, None, b"", ())


def test_what_came_before_is_left_out(xdsi_topology: RunningTopology) -> None:
    ask(xdsi_topology)
    received = Received(xdsi_topology)
    assert received() == []
    assert str(received) == "nothing was received"


def test_an_expectation_that_fails_says_what_has_come(
    xdsi_topology: RunningTopology, received: Received
) -> None:
    ask(xdsi_topology)
    text = (
        r"ITI-43 received by repository: one expected, 0 came; received:\n  ITI-18 127.0.0.1:\d+ → registry"
    )
    with pytest.raises(AssertionError, match=text):
        received.one("ITI-43", by="repository")
    with pytest.raises(AssertionError, match=re.escape("ITI-43: 1 expected within 0.01 s, 0 came")):
        received.wait("ITI-43", timeout=0.01)


def test_what_comes_late_is_waited_for(xdsi_topology: RunningTopology, received: Received) -> None:
    asking = threading.Thread(target=lambda: (time.sleep(0.1), ask(xdsi_topology), ask(xdsi_topology)))
    asking.start()
    assert [each.receiver for each in received.wait("ITI-18", count=2)] == ["registry", "registry"]
    asking.join()
