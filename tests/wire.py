"""Raw HTTP over sockets: a client library would repair the damage that tests do on purpose."""

from __future__ import annotations

import queue
import socket
import threading
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from xdsi_sim.content import BytesContent, SegmentsContent, read_all
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.vocab import TRANSACTIONS

QUERY = AdhocQueryRequest(id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d")


@dataclass(frozen=True)
class Answer:
    """What came back; the head as text, names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def connect(url: str, patience: float = 10) -> socket.socket:
    split = urlsplit(url)
    return socket.create_connection((split.hostname, split.port), timeout=patience)


def read_answer(connection: socket.socket, rest: bytearray | None = None) -> Answer:
    """One answer; `rest` keeps what was received beyond it."""
    data = bytearray() if rest is None else rest
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError(f"closed after {bytes(data)!r}")
        data += received
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    buffer = bytearray(body)
    while len(buffer) < length:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("closed inside the body")
        buffer += received
    data[:] = buffer[length:]
    return Answer(int(status.split()[1]), headers, bytes(buffer[:length]))


def send(url: str, data: bytes, patience: float = 10) -> Answer:
    """Send raw bytes on a connection of their own; so many seconds may pass without an answer."""
    with connect(url, patience) as connection:
        connection.sendall(data)
        return read_answer(connection)


def get(url: str, *headers: str, method: str = "GET") -> Answer:
    split = urlsplit(url)
    path = split.path + (f"?{split.query}" if split.query else "")
    lines = "".join(f"{header}\r\n" for header in headers)
    with connect(url) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: {split.netloc}\r\n{lines}\r\n".encode())
        if method != "HEAD":
            return read_answer(connection)
        head = connection.recv(65536).decode("latin-1")
        status, *rest = head.partition("\r\n\r\n")[0].split("\r\n")
        return Answer(int(status.split()[1]), dict(line.lower().split(": ", 1) for line in rest), b"")


def post(url: str, content_type: str, body: bytes, *headers: str) -> bytes:
    """The bytes of a POST."""
    split = urlsplit(url)
    lines = "".join(f"{header}\r\n" for header in headers)
    return (
        f"POST {split.path} HTTP/1.1\r\nHost: {split.netloc}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n{lines}\r\n"
    ).encode() + body


def message(url: str, transaction: str = "ITI-18", value: object = QUERY) -> tuple[str, bytes]:
    """Content-Type and body of a sound message."""
    kind = TRANSACTIONS[transaction]
    attachments = Attachments(mtom=kind.mtom)
    body = CODECS[transaction].write_request(value, attachments.attach)
    header = write_addressing(action=kind.action, message_id="urn:uuid:asked", to=url)
    segments = attachments.body(write_envelope(header, body))
    return attachments.content_type, read_all(SegmentsContent(tuple(segments)))


def in_memory(data: bytes) -> BytesContent:
    return BytesContent(data)


class Vendor:
    """A peer at a raw socket: keeps what is POSTed to it, and gives each request the next of its answers."""

    ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

    def __init__(self, *answers: bytes) -> None:
        self._answers = iter(answers or [self.ACCEPTED] * 9)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._received: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/vendor"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                self._received.put(read_request(connection))
                connection.sendall(next(self._answers))

    def received(self) -> Answer:
        """The next message that came, waited for; its status is 0."""
        return self._received.get(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


def read_request(connection: socket.socket) -> Answer:
    """One request with a Content-Length."""
    data = bytearray()
    while b"\r\n\r\n" not in data:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError(f"closed after {bytes(data)!r}")
        data += received
    first, _, rest = bytes(data).partition(b"\r\n")
    with_status = bytearray(b"HTTP/1.1 0 \r\n" + rest)  # what follows is alike in both directions
    assert first.startswith(b"POST ")
    return read_answer(connection, with_status)
