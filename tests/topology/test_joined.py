from __future__ import annotations

import socket

from xdsi_sim.topology.joined import Joined


def test_who_has_handed_sockets_over_gives_them_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        handed = server.dup()
        Joined(sockets={"site": handed}, log="cafe").close()
        assert handed.fileno() == -1
        assert server.fileno() != -1
