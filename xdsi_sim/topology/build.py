"""From a topology to running actors: stores opened, actors made, ports listened on.

Everything that binds the layers together is here, so that no other module needs to know them all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.web.resource import Resource

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.dicomweb import DicomWebClient, HttpReply
from xdsi_sim.client.http import HttpClient
from xdsi_sim.client.soap import SoapClient, SoapReply
from xdsi_sim.errors import UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.drive import drive
from xdsi_sim.server.http import Front
from xdsi_sim.server.loop import Loop, running_loop
from xdsi_sim.server.soap import SoapResource
from xdsi_sim.services.host import Endpoint
from xdsi_sim.store.exchanges import NOT_RECORDED, ExchangeLog, Recorder
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.topology.model import Actor, Listen, Placed, Registry, Repository, Server, Source, Topology

__all__ = ["BlockingClient", "RunningTopology", "start"]

DICOM_WEB: Final = "dicom-web"
"""Path of a source's DICOMweb face, below its address."""
_BACKLOG: Final = 512


class BlockingClient:
    """Sends for whoever is not an actor: scenarios and the command line, in their own thread."""

    def __init__(self, loop: Loop, soap: SoapClient, dicomweb: DicomWebClient) -> None:
        self._loop = loop
        self._soap = soap
        self._dicomweb = dicomweb

    def call(self, call: Call, *, sender: str, conversation: str) -> SoapReply:
        """Send a SOAP message and wait for what comes of it."""
        return self._loop.call(self._soap.call, call, Trace(conversation, sender))

    def get(self, url: str, *, accept: str, transaction: str, sender: str, conversation: str) -> HttpReply:
        """Send a GET of DICOMweb and wait for what comes of it."""
        trace = Trace(conversation, sender)
        return self._loop.call(self._dicomweb.get, url, accept=accept, transaction=transaction, trace=trace)


@dataclass(frozen=True, slots=True)
class _Site:
    """A port that is listened on."""

    port: Any
    base: str
    root: Resource


class RunningTopology:
    """A topology whose actors answer. Close it to stop them and to give up what they hold."""

    def __init__(self, topology: Topology, data: Path | None, listen: Listen | None, *, record: bool) -> None:
        """Start everything, or nothing: what was begun is undone where a part fails."""
        self.topology = topology
        self.listen = listen or topology.listen
        self._urls: dict[str, str] = {}
        self._stores: dict[str, SqliteInstanceStore] = {}
        self._open = ExitStack()
        try:
            self._start(data, record=record)
        except BaseException:
            self._open.close()
            raise

    def _start(self, data: Path | None, *, record: bool) -> None:
        folder = data if data is not None else Path(tempfile.mkdtemp(prefix="xdsi-sim-"))
        if data is None:
            self._open.callback(shutil.rmtree, folder, ignore_errors=True)
        self._folder = folder
        self._spool = folder / "spool"
        shutil.rmtree(self._spool, ignore_errors=True)  # what a crash left half received
        self._spool.mkdir(parents=True)
        self._loop = running_loop()
        self._log = self._opened(ExchangeLog(folder / "log")) if record else None
        recorder: Recorder = self._log or NOT_RECORDED
        http = HttpClient(self._loop.reactor)
        self._open.callback(self._loop.call, http.close)
        self._soap = SoapClient(http, recorder, self._spool)
        self.client = BlockingClient(self._loop, self._soap, DicomWebClient(http, recorder, self._spool))
        self._recorder = recorder
        self._sites = self._listen()
        repositories = [self._serve(placed) for placed in self._servers()]
        self._recover([actor for actor in repositories if isinstance(actor, DocumentRepository)])

    def _opened(self, thing: Any) -> Any:
        """Something that is closed with the topology."""
        self._open.callback(thing.close)
        return thing

    def _servers(self) -> list[Placed]:
        return [placed for placed in self.topology.actors() if isinstance(placed.actor, Server)]

    # --- addresses

    def _listen(self) -> dict[int | None, _Site]:
        """Listen on every port, so that all addresses are known before an actor needs one."""
        ports = {getattr(placed.actor, "port", None) for placed in self._servers()}
        sites = {
            port: self._loop.call(self._listen_on, port)
            for port in sorted(ports, key=lambda port: port or -1)
        }
        for placed in self._servers():
            site = sites[getattr(placed.actor, "port", None)]
            self._urls[placed.actor.id] = site.base + placed.path
        return sites

    def _listen_on(self, port: int | None) -> _Site:
        number = self.listen.port if port is None else port
        root = Resource()
        try:
            listening = self._loop.reactor.listenTCP(
                number, Front(root, self._spool), backlog=_BACKLOG, interface=self.listen.host
            )
        except CannotListenError as error:
            raise UsageError(
                f"cannot listen on {Listen(self.listen.host, number)}: {error.socketError}.",
                hint="Stop what listens there, or name another address with --listen HOST:PORT.",
            ) from None
        self._open.callback(self._loop.call, listening.stopListening)
        return _Site(listening, f"http://{Listen(self.listen.host, listening.getHost().port)}", root)

    def url_of(self, actor_id: str) -> str:
        """Where the actor answers; raises KeyError for one that has no address."""
        return self._urls[actor_id]

    def dicomweb_of(self, source_id: str) -> str:
        """Base URI of a source's DICOMweb face."""
        return f"{self._urls[source_id]}/{DICOM_WEB}"

    # --- actors

    def _serve(self, placed: Placed) -> Any:
        role, actor = _MAKE[type(placed.actor)](self, placed)
        model = placed.actor
        strict = isinstance(model, Server) and model.strictness == "strict"
        resource = SoapResource(
            actor_id=model.id,
            endpoint=Endpoint(role, actor, strict=strict),
            url=self.url_of(model.id),
            send=self._soap.send,
            recorder=self._recorder,
            reactor=self._loop.reactor,
        )
        if isinstance(model, Source):
            resource.isLeaf = False
            face = DicomWebResource(
                actor_id=model.id, store=actor.store, base=self.dicomweb_of(model.id), recorder=self._recorder
            )
            resource.putChild(DICOM_WEB.encode(), face)
        self._loop.call(self._put, placed, resource)
        return actor

    def _put(self, placed: Placed, resource: Resource) -> None:
        root = self._sites[getattr(placed.actor, "port", None)].root
        community = placed.community.id.encode()
        below = root.getStaticEntity(community) or Resource()
        root.putChild(community, below)
        below.putChild(placed.actor.id.encode(), resource)

    def _registry(self, placed: Placed) -> tuple[str, DocumentRegistry]:
        store = self._opened(SqliteRegistryStore(self._folder / placed.actor.id))
        return "registry", DocumentRegistry(store=store)

    def _repository(self, placed: Placed) -> tuple[str, DocumentRepository]:
        model = placed.actor
        store = self._opened(SqliteDocumentStore(self._folder / model.id))
        registry = self.url_of(placed.community.registry.id)
        return "repository", DocumentRepository(oid=model.metadata_oid or "", registry=registry, store=store)

    def _source(self, placed: Placed) -> tuple[str, ImagingDocumentSource]:
        model = placed.actor
        store = self._stores[model.id] = self._opened(SqliteInstanceStore(self._folder / model.id))
        return "source", ImagingDocumentSource(oid=model.metadata_oid or "", store=store)

    def _recover(self, repositories: Sequence[DocumentRepository]) -> None:
        """Settle what a crash cut short, before anybody asks."""
        for repository in repositories:
            trace = Trace.begin("recovery")
            flow = repository.recover()
            self._loop.call(
                lambda flow=flow, trace=trace: Deferred.fromCoroutine(
                    drive(flow, lambda call: self._soap.send(call, trace), self._loop.reactor)
                )
            )

    # --- what scenarios need

    def store_of(self, source_id: str) -> SqliteInstanceStore:
        """The instance store of an imaging source."""
        return self._stores[source_id]

    def exchanges(self, conversation: str | None = None) -> Sequence[Exchange]:
        """The log, whole or of one conversation, in the order in which the exchanges began."""
        return self._log.exchanges(conversation) if self._log is not None else ()

    def close(self) -> None:
        """Stop the actors and give up what they hold; a second call does nothing."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


_MAKE: Final[dict[type[Actor], Callable[[RunningTopology, Placed], tuple[str, Any]]]] = {
    Registry: RunningTopology._registry,
    Repository: RunningTopology._repository,
    Source: RunningTopology._source,
}


def start(
    topology: Topology, data: Path | None = None, listen: Listen | None = None, *, record: bool = True
) -> RunningTopology:
    """Start a topology; without `data` its folder is temporary and goes with it."""
    return RunningTopology(topology, data, listen, record=record)
