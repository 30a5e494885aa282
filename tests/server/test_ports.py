from __future__ import annotations

import socket
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
    """A port that is listened on, and the same taken over."""
    first = Ports(LOOP)
    port = first.listen("a", "127.0.0.1", 0, named(b"first"), setting="by the test")
    second = Ports(LOOP, first.sockets()).listen("a", "127.0.0.1", 0, named(b"second"), setting="by the test")
    yield port, second
    for each in (port, second):
        if each.connected:
            LOOP.call(each.stopListening)


def taken_by(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        return connection.recv(10)


def test_a_port_that_is_shared_is_served_by_whoever_is_left(shared: tuple[Any, Any]) -> None:
    port, second = shared
    number = second.getHost().port
    assert number == port.getHost().port
    LOOP.call(second.stopListening)
    assert {taken_by(number) for _ in range(5)} == {b"first"}


def test_connections_that_come_at_once_are_divided(shared: tuple[Any, Any]) -> None:
    address = ("127.0.0.1", shared[0].getHost().port)
    connections: list[socket.socket] = []
    # while the reactor is kept, all of them wait
    LOOP.call(lambda: connections.extend(socket.create_connection(address) for _ in range(10)))
    taken = [connection.recv(10) for connection in connections]
    for connection in connections:
        connection.close()
    assert (taken.count(b"first"), taken.count(b"second")) == (5, 5)


def test_what_cannot_be_listened_on_is_told_with_the_setting() -> None:
    with pytest.raises(CannotRun, match=r"192\.0\.2\.1:1.*another address by the test"):
        Ports(LOOP).listen("a", "192.0.2.1", 1, named(b""), setting="by the test")
