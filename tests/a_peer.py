"""A peer that answers with bytes of the test's choosing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress

Said = bytes | Iterable[bytes] | None
Peer = Callable[[Callable[[bytes], Said]], str]


@contextmanager
def peers() -> Iterator[Peer]:
    """`peer(answer)` gives an address; `answer` gets a request and gives bytes, at once or piece by piece.

    None says nothing.
    """
    listening: list[socket.socket] = []

    def listen(answer: Callable[[bytes], Said]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/peer"

    try:
        yield listen
    finally:
        for server in listening:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # who waits for a connection wakes up
            server.close()


def _serve(server: socket.socket, answer: Callable[[bytes], Said]) -> None:
    with ExitStack() as held:  # a peer that says nothing keeps the connection open
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            request = _request(connection)
            data = answer(request) if request else b""
            if data is None:
                held.enter_context(connection)
                continue
            with connection, suppress(OSError):  # the other side may have had enough
                for piece in (data,) if isinstance(data, bytes) else data:
                    connection.sendall(piece)


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
