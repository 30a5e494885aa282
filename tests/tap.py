"""A relay between a client and an actor that keeps what the client sent, octet for octet."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK = 65536
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding: *chunked", re.IGNORECASE | re.MULTILINE)


class Tap:
    """Listens on a free port and passes every connection on to the same `port` of this machine."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._sent: list[bytearray] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._threads.append(_started(self._accept))

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is shut: no more clients
            while True:
                self._threads.append(_started(self._relay, self._listener.accept()[0]))

    def _relay(self, client: socket.socket) -> None:
        sent = bytearray()
        self._sent.append(sent)
        with client, socket.create_connection(("127.0.0.1", self._target)) as actor:
            back = _started(_pass, actor, client, bytearray())
            _pass(client, actor, sent)
            back.join()

    def requests(self) -> tuple[bytes, ...]:
        """Every request so far, head and body as they were received."""
        return tuple(request for sent in self._sent for request in requests_in(bytes(sent)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which a mere close does not
        for thread in self._threads:  # each ends with its client
            thread.join()
        self._listener.close()


def _started(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _pass(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    """Pass on what `source` sends until it ends, keeping it before the other side can answer it."""
    with suppress(OSError):  # either side may hang up
        while received := source.recv(CHUNK):
            kept += received
            target.sendall(received)
    for connection in (source, target):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def requests_in(sent: bytes) -> Iterator[bytes]:
    """The requests of one connection, taken apart by their framing (RFC 9112: 6)."""
    at = 0
    while at < len(sent):
        body = sent.index(b"\r\n\r\n", at) + 4
        end = body + _body_length(sent[at:body], sent[body:])
        yield sent[at:end]
        at = end


def _body_length(head: bytes, rest: bytes) -> int:
    if _CHUNKED.search(head):
        return rest.index(b"\r\n0\r\n\r\n") + 7
    length = _LENGTH.search(head)
    return int(length[1]) if length else 0
