from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.protocol import Factory, Protocol

from xdsi_sim.errors import CannotRun
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.ports import Ports

LOOP = running_loop()


class Named(Protocol):
    """Says at once who has taken the connection."""

    def connectionMade(self) -> None:
        self.transport.write(self.factory.name)
        self.transport.loseConnection()


def named(name: bytes) -> Factory:
    factory = Factory.forProtocol(Named)
    factory.noisy = False
    factory.name = name
    return factory


@pytest.fixture
def shared() -> Iterator[tuple[Any, Any]]:
    """The port of two processes, seen by each."""
    ports = Ports(LOOP, shared=True)
    first = ports.listen("a", "127.0.0.1", 0, named(b"first"), setting="by the test")
    second = Ports(LOOP, ports.hand_over()).listen(
        "a", "127.0.0.1", 0, named(b"second"), setting="by the test"
    )
    yield first, second
    for each in (first, second):
        if each.connected:
            LOOP.call(each.stopListening)


def taken_by(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        return connection.recv(10)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems may give all of them to one")
def test_connections_are_divided_among_all_who_listen(shared: tuple[Any, Any]) -> None:
    number = shared[0].getHost().port
    assert shared[1].getHost().port == number
    taken = [taken_by(number) for _ in range(200)]
    assert set(taken) == {b"first", b"second"}
    assert 40 < taken.count(b"first") < 160  # by chance; fewer less than once in the age of the universe


def test_who_is_left_takes_all(shared: tuple[Any, Any]) -> None:
    LOOP.call(shared[0].stopListening)
    number = shared[1].getHost().port
    assert {taken_by(number) for _ in range(10)} == {b"second"}


def test_a_port_that_is_shared_already_is_taken(shared: tuple[Any, Any]) -> None:
    number = shared[0].getHost().port
    with pytest.raises(CannotRun, match=rf"cannot listen on 127.0.0.1:{number}: .*Stop .* by the test"):
        Ports(LOOP, shared=True).listen("a", "127.0.0.1", number, named(b""), setting="by the test")


@pytest.mark.parametrize("with_others", [False, True])
def test_what_cannot_be_listened_on_is_told_with_the_setting(with_others: bool) -> None:
    with pytest.raises(CannotRun, match=r"192\.0\.2\.1:1.*another address by the test"):
        Ports(LOOP, shared=with_others).listen("a", "192.0.2.1", 1, named(b""), setting="by the test")


def test_who_connects_to_a_held_port_waits_until_it_begins() -> None:
    ports = Ports(LOOP, held=True)
    port = ports.listen("a", "127.0.0.1", 0, named(b"here"), setting="by the test")
    try:
        with socket.create_connection(("127.0.0.1", port.getHost().port), timeout=0.1) as connection:
            with pytest.raises(TimeoutError):
                connection.recv(10)
            ports.begin()
            connection.settimeout(10)
            assert connection.recv(10) == b"here"
        assert taken_by(port.getHost().port) == b"here"
    finally:
        LOOP.call(port.stopListening)
