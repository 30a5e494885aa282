from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from a_domain import a_query, domain
from an_inspector import Inspector
from wire import connect, get, message, post, send

from xdsi_sim.inspector.web import inspecting
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen


def listening(url: str) -> socket.socket:
    connection = connect(url)
    connection.sendall(f"GET /inspector/events HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n\r\n".encode())
    return connection


def heard(connection: socket.socket, wanted: bytes) -> bytes:
    """What comes up to some octets."""
    data = b""
    while wanted not in data:
        received = connection.recv(65_536)
        assert received, data
        data += received
    return data


def query(running: RunningTopology) -> int:
    """Ask the registry; gives the mark behind it."""
    url = running.url_of("registry")
    send(url, post(url, *message(url, "ITI-18", a_query())))
    return running.mark()


def test_a_page_hears_of_what_is_new(inspector: Inspector) -> None:
    with listening(inspector.url) as connection:
        now = inspector.running.mark()
        head = heard(connection, f'{{"mark": {now}}}'.encode())
        assert b"text/event-stream" in head
        assert b"event: news" in head
        mark = query(inspector.running)
        assert mark > now
        heard(connection, f'{{"mark": {mark}}}'.encode())


def test_the_end_of_the_inspector_ends_what_listens(tmp_path: Path) -> None:
    with domain(tmp_path) as running:
        with inspecting(running) as url:
            connection = listening(url)
            heard(connection, b"news")
        with connection:
            assert heard(connection, b"0\r\n\r\n")


def test_only_so_many_listen(tmp_path: Path) -> None:
    with domain(tmp_path) as running, inspecting(running) as url:
        open_ = [listening(url) for _ in range(32)]
        for connection in open_:
            heard(connection, b"retry")
        assert get(f"{url}events").status == 503
        for connection in open_:
            connection.close()


def test_without_a_log_there_is_nothing_to_hear(tmp_path: Path) -> None:
    topology = load_topology(find_topology("central"))
    with (
        start(topology, tmp_path, Listen("127.0.0.1", 0), record=False) as running,
        inspecting(running) as url,
    ):
        assert get(f"{url}events").status == 404
        assert get(f"{url}messages").status == 404
        page = get(url)
        assert (page.status, b"Nothing is recorded" in page.body) == (200, True)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_nothing_is_sent_there(inspector: Inspector, method: str) -> None:
    assert inspector.get("events", method=method).status in (403, 404, 405)
