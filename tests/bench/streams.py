"""Large bodies: how fast they go in and out, and what memory they take while they do."""

from __future__ import annotations

import base64
import email.parser
import hashlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench import load, messages
from tests.bench.running import MB, Peak, Row, Up, at_least, at_most, up
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.soap.multipart import MultipartReader

__all__ = ["stream_rows"]

_BLOCK: Final = os.urandom(1 << 20)
_GIB: Final = 1 << 30
_64_MIB: Final = 64 << 20
_REPOSITORY: Final = "2.999.10.3"
_PATIENT: Final = "B1^^^&2.999.10.1&ISO"
_ROUNDS: Final = 5
_LARGE_ROUNDS: Final = 3
_PIECE: Final = 64 * 1024


def stream_rows(work: Path) -> Iterator[Row]:
    """All rows of this module."""
    yield _mtom_row()
    with up(work / "streams") as running:
        yield from _large_rows(running, work)
    yield from _query_rows(work)


# --- MTOM against the standard library --------------------------------------------------------


class _Count:
    """A sink that only counts, as the other side does not keep anything either."""

    size = 0

    def write(self, data: bytes | memoryview) -> None:
        self.size += len(data)


def _mtom_row() -> Row:
    part = b"\r\n--b\r\nContent-ID: <x>\r\nContent-Type: application/dicom\r\n\r\n" + _BLOCK
    body = part * 10 + b"\r\n--b--\r\n"
    pieces = [body[at : at + _PIECE] for at in range(0, len(body), _PIECE)]

    def ours() -> None:
        count = _Count()
        reader = MultipartReader("b", lambda _headers: count, lambda _data: None)
        for piece in pieces:
            reader.feed(piece)
        reader.close()
        if count.size != 10 * len(_BLOCK):
            raise RuntimeError("the reader lost something")

    def theirs() -> None:
        email.parser.BytesParser().parsebytes(b"Content-Type: multipart/related; boundary=b\r\n\r\n" + body)

    speeds = [len(body) / MB / min(_timed(read) for _ in range(5)) for read in (ours, theirs)]
    return at_least("MTOM reader / email parser", *speeds, " MB/s", 15)


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]  # a function
    return time.perf_counter() - began


# --- in and out -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Body:
    """A request whose document is one block many times: nothing large is held here."""

    before: bytes
    after: bytes
    blocks: int
    block: bytes = _BLOCK

    def send(self, connection: socket.socket) -> None:
        connection.sendall(self.before)
        for _ in range(self.blocks):
            connection.sendall(self.block)
        connection.sendall(self.after)


def _submission(url: str, size: int, *, mtom: bool) -> tuple[str, _Body]:
    """uniqueId of the document, and ITI-41 with it."""
    (request,) = messages.submissions(url, _PATIENT, 1)
    head, _, body = request.partition(b"\r\n\r\n")
    unique_id = body.partition(b'value="2.999.2.1')[2].partition(b'"')[0].decode()
    document = messages.DOCUMENT.replace(messages.MARK, unique_id.encode())
    before, _, after = body.partition(document)
    block = _BLOCK
    if not mtom:
        start = body.index(b"<soap:Envelope")
        root = body[start : body.index(b"</soap:Envelope>") + 16]
        include = root.index(b"<xop:Include")
        before, after = root[:include], root[root.index(b"/>", include) + 2 :]
        block = base64.b64encode(_BLOCK[: len(_BLOCK) // 3 * 3])
        head = _with(head, b"Content-Type", b"application/soap+xml; charset=UTF-8")
    blocks = size // len(_BLOCK)
    length = len(before) + len(block) * blocks + len(after)
    head = _with(head, b"Content-Length", b"%d" % length)
    return f"2.999.2.1{unique_id}", _Body(head + b"\r\n\r\n" + before, after, blocks, block)


def _with(head: bytes, name: bytes, value: bytes) -> bytes:
    lines = [line for line in head.split(b"\r\n") if not line.startswith(name + b":")]
    return b"\r\n".join((*lines, name + b": " + value))


def _provide(running: Up, size: int, *, mtom: bool = True) -> tuple[str, float]:
    """uniqueId and seconds."""
    unique_id, body = _submission(running.urls["repository"], size, mtom=mtom)
    with socket.create_connection(running.address("repository")) as connection:
        began = time.perf_counter()
        body.send(connection)
        answer = connection.recv(1 << 20)
        took = time.perf_counter() - began
    if b"200 OK" not in answer[:40]:
        raise RuntimeError(f"not taken: {answer[:2000]!r}")
    return unique_id, took


def _retrieval(running: Up, unique_id: str, *, mtom: bool = True) -> bytes:
    document = DocumentRequest(repositoryUniqueId=_REPOSITORY, documentUniqueId=unique_id)
    url = running.urls["repository"]
    data = messages.request(url, "ITI-43", RetrieveDocumentSetRequest(requests=(document,)))
    if mtom:
        return data
    head, _, body = data.partition(b"\r\n\r\n")
    root = body[body.index(b"<soap:Envelope") : body.index(b"</soap:Envelope>") + 16]
    head = _with(_with(head, b"Content-Length", b"%d" % len(root)), b"Content-Type", b"application/soap+xml")
    return head + b"\r\n\r\n" + root


@dataclass(frozen=True)
class _Fetched:
    size: int
    first: float
    """Seconds to the first octet."""
    whole: float


def _fetch(address: tuple[str, int], request: bytes) -> _Fetched:
    """Send a request and take its answer into nothing, as cheaply as can be."""
    buffer = memoryview(bytearray(1 << 20))
    with socket.create_connection(address) as connection:
        began = time.perf_counter()
        connection.sendall(request)
        got = connection.recv_into(buffer)
        first = time.perf_counter() - began
        head, _, _ = bytes(buffer[:got]).partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        size = len(head) + 4 + length
        while got < size:
            received = connection.recv_into(buffer)
            if not received:
                raise RuntimeError("cut short")
            got += received
    return _Fetched(length, first, time.perf_counter() - began)


def _large_rows(running: Up, work: Path) -> Iterator[Row]:
    small, _ = _provide(running, 0)
    middle, _ = _provide(running, _64_MIB)
    address = running.address("repository")
    yield from _nginx_row(address, _retrieval(running, middle), work)
    peak = Peak(running.pid)
    unique_id, row = _ingest(running, work)
    yield row
    yield peak.row("memory, 1 GiB in, MTOM")
    large = _retrieval(running, unique_id)
    _whole(_fetch(address, large), _GIB)
    yield peak.row("memory, 1 GiB out, MTOM")
    yield _first_octet_row(address, _retrieval(running, small), large)
    inline, _ = _provide(running, _GIB, mtom=False)
    yield peak.row("memory, 1 GiB in, base64")
    coded = _fetch(address, _retrieval(running, inline, mtom=False))
    yield peak.row("memory, 1 GiB out, base64")
    _whole(coded, _GIB // 3 * 4)


def _whole(fetched: _Fetched, size: int) -> None:
    if fetched.size < size - len(_BLOCK):
        raise RuntimeError(f"{fetched.size} octets are no answer with the document")


def _ingest(running: Up, work: Path) -> tuple[str, Row]:
    """uniqueId of the last document, and the middle of the rounds: a disk is never twice as fast."""
    rounds = []
    for _ in range(_LARGE_ROUNDS):
        unique_id, took = _provide(running, _GIB)
        rounds.append((_GIB / MB / took, _copy(work)))
    figure, floor = sorted(rounds, key=lambda pair: pair[0] / pair[1])[_LARGE_ROUNDS // 2]
    return unique_id, at_least("1 GiB by ITI-41 / copy, sha1", figure, floor, " MB/s", 0.4)


def _first_octet_row(address: tuple[str, int], small: bytes, large: bytes) -> Row:
    pairs = [(_first(address, large), _first(address, small)) for _ in range(21)]
    slow, fast = (statistics.median(times) for times in zip(*pairs, strict=True))
    return at_most(
        "first octet, 1 GiB / small", f"{slow * 1e3:.1f} ms", f"{fast * 1e3:.1f} ms", slow / fast, 3
    )


def _first(address: tuple[str, int], request: bytes) -> float:
    with socket.create_connection(address) as connection:
        began = time.perf_counter()
        connection.sendall(request)
        connection.recv(1)
        return time.perf_counter() - began


def _copy(work: Path) -> float:
    """MB/s of copying 1 GiB with its SHA-1, in pieces of 1 MiB."""
    source, target = work / "source", work / "target"
    with source.open("wb") as file:
        for _ in range(_GIB // len(_BLOCK)):
            file.write(_BLOCK)
    digest = hashlib.sha1(usedforsecurity=False)
    began = time.perf_counter()
    with source.open("rb", buffering=0) as read, target.open("wb", buffering=0) as written:
        while piece := read.read(1 << 20):
            digest.update(piece)
            written.write(piece)
    took = time.perf_counter() - began
    source.unlink()
    target.unlink()
    return _GIB / MB / took


# --- against nginx ----------------------------------------------------------------------------


def _nginx_row(address: tuple[str, int], request: bytes, work: Path) -> Iterator[Row]:
    what = "ITI-43 of 64 MiB / nginx"
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        yield Row(what, "n/a", "no nginx", 0, "≥ 0.3", good=True)
        return
    with _nginx(program, work / "nginx") as static:
        get = b"GET /document HTTP/1.1\r\nHost: x\r\n\r\n"
        rounds = [(_speed(address, request), _speed(static, get)) for _ in range(_ROUNDS)]
    figure, floor = sorted(rounds, key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]
    yield at_least(what, figure, floor, " MB/s", 0.3)


def _speed(address: tuple[str, int], request: bytes) -> float:
    fetched = _fetch(address, request)
    _whole(fetched, _64_MIB)
    return fetched.size / MB / fetched.whole


@contextmanager
def _nginx(program: str, folder: Path) -> Iterator[tuple[str, int]]:
    """A static file on a free port of the loopback, by a server with a configuration of its own."""
    folder.mkdir()
    folder.parent.chmod(0o755)  # its worker is somebody else
    folder.chmod(0o755)
    (folder / "document").write_bytes(_BLOCK * 64)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _TEMPORARY)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/pid; worker_processes 1; events {{ worker_connections 64; }}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n",
        encoding="ascii",
    )
    command = [program, "-c", str(configuration), "-e", str(folder / "error")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(("127.0.0.1", port))
            yield "127.0.0.1", port
        finally:
            process.terminate()


_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _wait_for(address: tuple[str, int]) -> None:
    until = time.perf_counter() + 10
    while True:
        try:
            socket.create_connection(address).close()
        except ConnectionRefusedError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.01)
        else:
            return


# --- the smallest query against the barest server ---------------------------------------------


_BARE: Final = """
import sys
from lxml import etree
from twisted.internet import reactor
from twisted.web.resource import Resource
from twisted.web.server import Site

class Bare(Resource):
    isLeaf = True

    def render_POST(self, request):
        etree.fromstring(request.content.read())
        return b"<ok/>"

port = reactor.listenTCP(0, Site(Bare()), interface="127.0.0.1")
print(port.getHost().port, flush=True)
reactor.run()
"""


def _query_rows(work: Path) -> Iterator[Row]:
    with up(work / "bare") as running, _bare(work / "bare.py") as bare:
        query = messages.find_documents(running.urls["registry"], _PATIENT)
        address = running.address("registry")
        for server in (address, bare):
            load.play(server, [query] * 500, 16)
        rounds = [
            tuple(load.play(server, [query] * 1500, 16)[0] for server in (address, bare))
            for _ in range(_ROUNDS)
        ]
    figure, floor = sorted(rounds, key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]
    yield at_least("empty ITI-18 / bare Twisted", figure, floor, "/s", 0.5)


@contextmanager
def _bare(script: Path) -> Iterator[tuple[str, int]]:
    script.write_text(_BARE, encoding="ascii")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield "127.0.0.1", int(process.stdout.readline())  # type: ignore[union-attr]  # it is a pipe
        finally:
            process.terminate()
