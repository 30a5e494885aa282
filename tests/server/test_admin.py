from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_domain import domain
from wire import Answer, get, send

from xdsi_sim.client.faults import TOKEN_VARIABLE
from xdsi_sim.server.admin import JsonReader
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen

ASKED = {"actor": "registry", "deviation": "delay", "call": 2, "parameters": {"seconds": 3}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, "secret")
        with domain(tmp_path_factory.mktemp("admin")) as started:
            yield started


@pytest.fixture(autouse=True)
def nothing_is_on(running: RunningTopology) -> None:
    running.faults.off()


def ask(
    running: RunningTopology, value: Any, *headers: str, type_: str = "application/json", method: str = "POST"
) -> Answer:
    host = running.admin.split("/")[2]
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = () if any(line.startswith("Host") for line in headers) else (f"Host: {host}",)
    lines = "\r\n".join((*named, f"Content-Type: {type_}", f"Content-Length: {len(body)}", *headers))
    return send(running.admin, f"{method} /faults HTTP/1.1\r\n{lines}\r\n\r\n".encode() + body)


def test_a_fault_is_switched_on_shown_and_switched_off(running: RunningTopology) -> None:
    answer = ask(running, ASKED)
    made = json.loads(answer.body)
    assert (answer.status, made["by"], made["parameters"]) == (201, "admin", {"seconds": 3.0})
    assert json.loads(get(running.admin).body) == {"faults": [made]}
    one = f"{running.admin}/{made['number']}"
    assert json.loads(get(one).body) == {"faults": [made]}
    assert json.loads(get(one, method="DELETE").body) == {"off": 1}
    assert get(one).status == 404
    assert running.faults.switches() == ()


def test_all_are_switched_off_at_once(running: RunningTopology) -> None:
    ask(running, ASKED)
    ask(running, {"actor": "repository", "deviation": "http-503"})
    assert json.loads(get(running.admin, method="DELETE").body) == {"off": 2}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({**ASKED, "actor": "registri"}, "Did you mean 'registry'"),
        ({**ASKED, "deviation": "dely"}, "Did you mean 'delay'"),
        ({**ASKED, "cal": 1}, "unknown key 'cal'"),
        ({**ASKED, "probability": 2}, "probability"),
        ({**ASKED, "parameters": {"seconds": "x"}}, "seconds is a number"),
        ({"deviation": "delay"}, "the key 'actor' is missing"),
        ([], "expected keys with values, found a list"),
        (b"{", "this is no JSON"),
        (b"[" * 60_000, "this is no JSON"),
        (b" " * 70_000, "at most 65536 octets"),
    ],
)
def test_what_cannot_be_is_told(running: RunningTopology, value: Any, text: str) -> None:
    answer = ask(running, value)
    told = json.loads(answer.body)
    assert answer.status in (400, 413)
    assert text in f"{told['error']} {told['hint']}"
    assert running.faults.switches() == ()


@pytest.mark.parametrize(
    "headers",
    [
        ("Host: evil.example",),
        ("Origin: http://evil.example",),
        ("X-Forwarded-For: 192.0.2.1",),
        ("Authorization: Bearer guessed", "Host: evil.example"),
    ],
)
def test_somebody_else_is_refused(running: RunningTopology, headers: tuple[str, ...]) -> None:
    answer = ask(running, ASKED, *headers)
    assert answer.status == 403
    assert running.faults.switches() == ()
    assert b"secret" not in answer.body


def test_somebody_else_may_with_the_token(running: RunningTopology) -> None:
    assert ask(running, ASKED, "Host: evil.example", "Authorization: Bearer secret").status == 201


def test_a_form_of_a_page_is_refused(running: RunningTopology) -> None:
    """A page may send it anywhere without asking."""
    assert ask(running, ASKED, type_="text/plain").status == 400


def test_other_methods_are_refused(running: RunningTopology) -> None:
    answer = ask(running, {}, method="PUT")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST, DELETE")


def test_where_several_processes_answer_nothing_is_switched(tmp_path: Path) -> None:
    topology = load_topology(find_topology("central"))
    with start(topology, tmp_path, Listen("127.0.0.1", 0), shared=True) as running:
        answer = ask(running, ASKED)
        assert (answer.status, get(running.admin).status) == (409, 200)


def test_a_reader_keeps_no_more_than_it_takes(tmp_path: Path) -> None:
    from xdsi_sim.limits import Limits  # noqa: PLC0415

    reader = JsonReader("application/json; charset=utf-8", tmp_path, Limits(), coding=None)
    for _ in range(100):
        reader.feed(b"x" * 10_000)
    assert len(reader.beginning) < 100_000
    reader.abandon()
