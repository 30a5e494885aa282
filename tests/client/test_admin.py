from __future__ import annotations

import pytest
from a_peer import peers

from xdsi_sim.client.admin import AdminClient, Facts
from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.server.loop import running_loop


class Things(AdminClient):
    path = "things"

    def things(self, *names: object, asked: Facts | None = None) -> Facts:
        return self._ask("POST" if asked else "GET", *names, asked=asked)


def client_of(url: str, token: str | None = None) -> Things:
    loop = running_loop()
    return Things(url, loop.reactor, loop.call, token=token)


def answered(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def test_all_or_one_is_asked_for_with_the_token() -> None:
    came: list[bytes] = []

    def answer(request: bytes) -> bytes:
        came.append(request)
        return answered(200, b'{"things": 1}')

    with peers() as peer:
        for ending in ("", "/", "/things"):
            client = client_of(peer(answer).rstrip("/") + ending, "secret")
            assert client.things("a", 7, asked={"b": 1}) == {"things": 1}
            client.close()
    assert {b"/things/a/7 HTTP/1.1" in request.splitlines()[0] for request in came} == {True}
    assert all(b"Authorization: Bearer secret" in request for request in came)


def test_a_refusal_is_told_with_its_hint() -> None:
    with peers() as peer:
        client = client_of(peer(lambda _request: answered(409, b'{"error": "no.", "hint": "Ask again."}')))
        with pytest.raises(UsageError, match=r"no\. Ask again\."):
            client.things()
        client.close()


def test_nobody_is_there() -> None:
    client = client_of("http://127.0.0.1:1")
    with pytest.raises(CannotRun, match="`xdsi-sim up` says where things are"):
        client.things()
    client.close()
