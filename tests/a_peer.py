"""A peer that answers with bytes of the test's choosing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Peer = Callable[[Callable[[bytes], bytes | None]], str]


@contextmanager
def peers() -> Iterator[Peer]:
    """`peer(answer)` gives an address; `answer` gets a request and gives bytes, None says nothing."""
    listening: list[socket.socket] = []

    def listen(answer: Callable[[bytes], bytes | None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/peer"

    yield listen
    for server in listening:
        server.close()


def _serve(server: socket.socket, answer: Callable[[bytes], bytes | None]) -> None:
    held = []  # a peer that says nothing keeps the connection open
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        request = _request(connection)
        data = answer(request) if request else b""
        if data is None:
            held.append(connection)
            continue
        connection.sendall(data)
        connection.close()


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            return b""
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def said(status: str, body: bytes, media: str = "application/dicom+json") -> bytes:
    """A whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
