from __future__ import annotations

import socket

from xdsi_sim.topology.joined import Joined


def test_the_sockets_are_given_up() -> None:
    left, right = socket.socketpair()
    Joined(sockets={"a": left, "b": right}, log="").close()
    assert (left.fileno(), right.fileno()) == (-1, -1)
