"""What the stack alone costs: Twisted's HTTP on both sides and Spyne's SOAP 1.2, with nothing of ours.

The same hops as those of ITI-41 and of an ITI-18 through two gateways, each a message over a socket that
Spyne takes in, with the work of the floors behind them: no MTOM, no addressing, no metadata, no rule, no
log, and answers that Spyne does not write. What these rows give, an actor in one process does not get past.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from lxml import etree

from tests.bench import floors, load, messages, registry
from tests.bench.running import Row
from xdsi_sim.vocab import NS

__all__ = ["stack_rows"]

_SUBMISSIONS: Final = 500
_CONNECTIONS: Final = 16
_QUERIES: Final = 200
_ENTRIES: Final = 10
_ROUNDS: Final = 5
_PATIENT: Final = "S1^^^&2.999.10.1&ISO"
_URL: Final = "http://x/y"
_Address = tuple[str, int]


def stack_rows(work: Path) -> Iterator[Row]:
    """Rows of which nothing is asked: they stand beside those of the actors."""
    with _serving(work / "one", 1) as one, _serving(work / "two", 2) as two:
        _submitted(one), _submitted(two)
        rounds = [_round(one, two, work / f"floor-{number}") for number in range(_ROUNDS)]
        for what, figure, floor in (
            ("ITI-41 + 42, bare stack", "one", "submission"),
            ("the same, durable floor", "one", "durable"),
            ("the same, 2 processes", "two", "durable"),
        ):
            rate, beside = _middle((each[figure], each[floor]) for each in rounds)
            yield _told(what, f"{rate:.0f}/s", f"{beside:.0f}/s", rate / beside)
        _took(one, "ig")
        took, direct = _middle((_took(one, "ig"), 2 * _took(one, "query")) for _ in range(_ROUNDS))
        both = f"{took * 1e3:.2f} ms", f"{direct * 1e3:.2f} ms"
        yield _told("ITI-18 by IG, RG, bare stack", *both, took / direct)


def _middle(rounds: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The pair with the median ratio."""
    return sorted(rounds, key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]


def _told(what: str, figure: str, floor: str, ratio: float) -> Row:
    return Row(what, figure, floor, ratio, "–", good=True)


def _round(one: _Address, two: _Address, folder: Path) -> dict[str, float]:
    """Figures and floors, one right after the other."""
    synced = folder.with_name(f"{folder.name}-durable")
    return {
        "one": _submitted(one),
        "two": _submitted(two),
        "submission": floors.submissions(_envelopes(), messages.DOCUMENT, folder, durable=False),
        "durable": floors.submissions(_envelopes(), messages.DOCUMENT, synced),
    }


def _submitted(address: _Address) -> float:
    """Submissions a second; nothing of them is synced."""
    requests = [_post("provide", envelope) for envelope in _envelopes()]
    return load.play(address, requests, _CONNECTIONS)[0]


def _envelopes() -> list[bytes]:
    return [
        message[message.index(b"<soap:Envelope") : message.index(b"</soap:Envelope>") + 16]
        for message in messages.submissions(_URL, _PATIENT, _SUBMISSIONS)
    ]


def _took(address: _Address, path: str) -> float:
    """Seconds of one query, the middle of many."""
    envelope = messages.find_documents(_URL, _PATIENT).partition(b"\r\n\r\n")[2]
    return statistics.median(load.time_each(address, [_post(path, envelope)] * _QUERIES))


def _post(path: str, envelope: bytes) -> bytes:
    head = (
        f"POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml; charset=UTF-8\r\n"
        f"Content-Length: {len(envelope)}\r\n\r\n"
    )
    return head.encode() + envelope


@contextmanager
def _serving(folder: Path, processes: int) -> Iterator[_Address]:
    """So many processes at one address."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as running:
        for number in range(processes):
            arguments = str(folder.with_name(f"{folder.name}-{number}")), str(listening.fileno())
            command = [sys.executable, str(Path(__file__)), *arguments]
            process = subprocess.Popen(command, pass_fds=[listening.fileno()], stdout=subprocess.PIPE)
            running.callback(process.wait)
            running.callback(process.terminate)
            process.stdout.readline()  # type: ignore[union-attr]  # it is a pipe
        yield listening.getsockname()


# --- the process that serves -----------------------------------------------------------------

_OPEN: Final = f'<answer><rim:RegistryObjectList xmlns:rim="{NS.RIM}">'.encode()
_CLOSE: Final = b"</rim:RegistryObjectList></answer>"

_Reply = Callable[[bytes], object]
_Work = Callable[[bytes, _Reply], object]
"""What a hop does with the message that has been taken in."""
_Ask = Callable[[str, bytes], Any]


def _serve(folder: Path, listening: socket.socket) -> None:
    """Answer until ended; says when it does."""
    from twisted.internet import reactor  # noqa: PLC0415  importing it installs it
    from twisted.web.resource import Resource  # noqa: PLC0415
    from twisted.web.server import Site  # noqa: PLC0415

    loop: Any = reactor
    root = Resource()
    listening.setblocking(False)
    port = loop.adoptStreamPort(listening.fileno(), listening.family, Site(root)).getHost().port
    ask = _asker(loop, f"http://127.0.0.1:{port}")
    works: dict[str, _Work] = {
        **_registering(floors.Store(folder, durable=False), ask),
        "query": _found(),
        "rg": _through(ask, "query"),
        "ig": _through(ask, "query", "rg"),
    }
    hop = _hop_class()
    for path, work in works.items():
        root.putChild(path.encode(), hop(work))
    print("ready", flush=True)
    loop.run()


def _asker(reactor: Any, base: str) -> _Ask:
    from twisted.internet.defer import succeed  # noqa: PLC0415
    from twisted.web.client import Agent, HTTPConnectionPool, readBody  # noqa: PLC0415
    from twisted.web.http_headers import Headers  # noqa: PLC0415
    from twisted.web.iweb import IBodyProducer  # noqa: PLC0415
    from zope.interface import implementer  # noqa: PLC0415

    pool = HTTPConnectionPool(reactor)
    pool.maxPersistentPerHost = _CONNECTIONS
    agent = Agent(reactor, pool=pool)
    headers = Headers({b"Content-Type": [b"application/soap+xml; charset=UTF-8"]})

    @implementer(IBodyProducer)
    class AtOnce:
        def __init__(self, body: bytes) -> None:
            self.length = len(body)
            self._body = body

        def startProducing(self, consumer: Any) -> Any:
            consumer.write(self._body)
            return succeed(None)

        def pauseProducing(self) -> None:
            """It is out already."""

        stopProducing = resumeProducing = pauseProducing

    def ask(path: str, body: bytes) -> Any:
        url = f"{base}/{path}".encode()
        return agent.request(b"POST", url, headers, AtOnce(body)).addCallback(readBody)

    return ask


def _registering(store: floors.Store, ask: _Ask) -> dict[str, _Work]:
    """Keep the document, hand the message on, register it there."""
    names = count()

    def provide(message: bytes, reply: _Reply) -> None:
        store.keep(str(next(names)), messages.DOCUMENT)
        ask("register", message).addCallback(reply)

    def register(message: bytes, reply: _Reply) -> None:
        store.register(message, "")
        reply(b"<answer status='Success'/>")

    return {"provide": provide, "register": register}


def _found() -> _Work:
    """Ten entries, at hand."""
    made = etree.fromstring(registry.submit_objects(0, _PATIENT, _ENTRIES))
    entries = [etree.tostring(entry) for entry in made.iter(f"{{{NS.RIM}}}ExtrinsicObject")]
    return lambda _message, reply: reply(b"".join((_OPEN, *entries, _CLOSE)))


def _through(ask: _Ask, *paths: str) -> _Work:
    """Ask them all at once, and put together what they have."""
    from twisted.internet.defer import gatherResults  # noqa: PLC0415

    def join(answers: list[bytes]) -> bytes:
        lists = [etree.fromstring(answer)[0] for answer in answers]
        return b"".join((_OPEN, *(etree.tostring(entry) for each in lists for entry in each), _CLOSE))

    return lambda message, reply: (
        gatherResults([ask(path, message) for path in paths]).addCallback(join).addCallback(reply)
    )


def _hop_class() -> Any:
    """The resource of a hop: Spyne takes the message in, then its work answers."""
    from twisted.web.resource import Resource  # noqa: PLC0415
    from twisted.web.server import NOT_DONE_YET  # noqa: PLC0415

    take = _spyne()

    class Hop(Resource):
        isLeaf = True

        def __init__(self, work: _Work) -> None:
            super().__init__()
            self._work = work

        def render_POST(self, request: Any) -> int:
            message = request.content.read()
            take(message)

            def reply(answer: bytes) -> None:
                request.setHeader("Content-Type", "application/soap+xml; charset=UTF-8")
                request.setHeader("Content-Length", str(len(answer)))
                request.write(answer)
                request.finish()

            self._work(message, reply)
            return NOT_DONE_YET

    return Hop


def _spyne() -> Callable[[bytes], None]:
    """Spyne's way from octets to the operation that is called; what it does on the way out is left out."""
    from xdsi_sim.services import compat  # noqa: F401, PLC0415  must come before anything of Spyne

    from spyne import AnyXml, Application, MethodContext, ServiceBase, rpc  # noqa: PLC0415  isort: skip
    from spyne.protocol.soap import Soap12  # noqa: PLC0415  isort: skip
    from spyne.server import ServerBase  # noqa: PLC0415  isort: skip

    def operation(name: str) -> Any:
        return rpc(AnyXml, _body_style="bare", _operation_name=name)(lambda _context, _body: None)

    names = ("ProvideAndRegisterDocumentSetRequest", "AdhocQueryRequest")
    servers = {}
    for namespace, name in zip((NS.XDS, NS.QUERY), names, strict=True):
        service = type(ServiceBase)(name, (ServiceBase,), {"operation": operation(name)})
        made = Application([service], tns=namespace, in_protocol=Soap12(), out_protocol=Soap12())
        servers[name.encode()] = type("Served", (ServerBase,), {"transport": "bench"})(made)

    def take(message: bytes) -> None:
        server = next(server for name, server in servers.items() if name in message)
        context = MethodContext(server, MethodContext.SERVER)
        context.in_string = [message]
        (context,) = server.generate_contexts(context)
        for step in (server.get_in_object, server.get_out_object):
            if context.in_error is not None:
                raise context.in_error
            step(context)

    return take


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])))
