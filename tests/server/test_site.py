from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from wire import connect, get, message, post, read_answer, send

from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.server.admin import JsonReader
from xdsi_sim.server.http import FrontRequest, answer
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite, Branch


def test_a_port_that_is_taken_is_said_to_be_with_the_way_out(site: ActorSite, spool: Path) -> None:
    with pytest.raises(UsageError, match=rf"cannot listen on 127.0.0.1:{site.port}: .*Stop .*--listen"):
        ActorSite(running_loop(), "127.0.0.1", site.port, spool)


def test_a_host_that_is_not_here_is_told_without_blaming_another_program(spool: Path) -> None:
    with pytest.raises(
        UsageError, match=r"cannot listen on 192\.0\.2\.1:1: .*\. Name another address"
    ) as wrong:
        ActorSite(running_loop(), "192.0.2.1", 1, spool)
    assert "Stop" not in str(wrong.value)


def test_a_path_without_an_actor_is_not_found(site: ActorSite) -> None:
    for path in ("/nobody/here", "/"):
        answer = get(f"http://127.0.0.1:{site.port}{path}")
        assert (answer.status, answer.body.decode()) == (
            404,
            f"no actor is at {path}: xdsi-sim up lists the addresses\n",
        )


class Registry:
    """Gives what it is asked for when the test says so."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.found: Future[AdhocQueryResponse] = Future()

    def query(self, _request: AdhocQueryRequest) -> Flow[AdhocQueryResponse]:
        self.asked.set()
        response: AdhocQueryResponse = yield Wait(self.found)
        return response


def refuses(url: str) -> bool:
    try:
        connect(url).close()
    except ConnectionRefusedError:
        return True
    return False


def test_closing_lets_an_answer_out_and_ends_what_is_idle(site: ActorSite, serve: Callable[..., str]) -> None:
    registry = Registry()
    url = serve("registry", registry)
    closing = threading.Thread(target=site.close)
    with connect(url) as idle, connect(url) as half, connect(url) as busy:
        half.sendall(b"POST / HTTP/1.1\r\n")
        busy.sendall(post(url, *message(url)))
        registry.asked.wait(10)
        closing.start()
        assert idle.recv(1) == half.recv(1) == b""
        assert refuses(url)
        assert closing.is_alive()
        registry.found.set_result(AdhocQueryResponse())
        assert read_answer(busy).status == 200
        assert busy.recv(1) == b""
    closing.join(10)
    assert not closing.is_alive()


def test_closing_waits_for_nobody_for_ever(
    site: ActorSite, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xdsi_sim.server.site._FAREWELL", 0.1)
    registry = Registry()
    url = serve("registry", registry)
    with connect(url) as busy:
        busy.sendall(post(url, *message(url)))
        registry.asked.wait(10)
        site.close()
        with pytest.raises(ConnectionResetError):
            busy.recv(1)
    registry.found.set_result(AdhocQueryResponse())


class Asked(Resource):
    """Tells who answers, and how bodies were read."""

    isLeaf = True
    body_reader = JsonReader

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def render(self, request: FrontRequest) -> int:
        answer(request, 200, (), [f"{self._name} {request.body(None)}".encode()])
        return NOT_DONE_YET


def test_branches_below_a_path_have_what_was_put_into_each(site: ActorSite) -> None:
    loop = running_loop()
    acme, other = Branch(loop), Branch(loop)
    manners = {b"acme": acme.manners}

    class Gate(Resource):
        def getChild(self, path: bytes, _request: object) -> object:
            return {b"acme": acme, b"other": other}[path].root

    site.put("/c/actor", Asked("site"))
    acme.put("/c/actor", Asked("acme"))
    other.put("/c/actor", Asked("other"))
    site.divide("s", Gate(), manners)
    base = f"http://127.0.0.1:{site.port}"

    def told(path: str) -> bytes:
        return send(base, post(base + path, "application/json", b"[1]")).body

    assert told("/c/actor") == b"site [1]"
    assert told("/s/acme/c/actor") == b"acme [1]"
    assert told("/s/other/c/actor") == b"other [1]"  # by the manners of the site
    acme.move("/c/actor", "/c/moved", Asked("moved"))
    assert told("/s/acme/c/moved") == b"moved [1]"
    assert get(f"{base}/s/acme/c/actor").status == 404
    acme.delay("/c", 3600)
    assert told("/c/actor") == b"site [1]"  # whoever had to wait would not be answered at all
    acme.delay("/c", 0.3)
    began = time.monotonic()
    assert told("/s/acme/c/moved") == b"moved [1]"
    assert time.monotonic() - began >= 0.3
