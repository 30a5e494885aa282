"""From a topology to running actors: stores opened, actors made, ports listened on.

Everything that binds the layers together is here, so that no other module needs to know them all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any, Final, Self, TypeVar

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource
from xdsi_sim.actors.ports import ReceivedSubmission
from xdsi_sim.actors.recipient import DocumentRecipient
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.client.delivery import Delivery
from xdsi_sim.client.dicomweb import DicomWebClient
from xdsi_sim.client.http import HttpClient
from xdsi_sim.client.mllp import MllpClient
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.errors import CannotRun
from xdsi_sim.exchange import Exchange
from xdsi_sim.rules.code_sets import CodeSets
from xdsi_sim.server.drive import drive_blocking
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.mllp import MllpPort
from xdsi_sim.server.ports import Ports
from xdsi_sim.server.replies import RepliesResource
from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.soap import SoapResource
from xdsi_sim.server.wado_uri import WadoUriResource
from xdsi_sim.services.host import Endpoint
from xdsi_sim.soap.letters import Mailbox
from xdsi_sim.soap.peers import Peers
from xdsi_sim.store.exchange_reader import FOLDER
from xdsi_sim.store.exchanges import NOT_RECORDED, ExchangeLog, Recorder, Retention
from xdsi_sim.store.inbox import FolderInbox
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.store.transcoding import SpoolingTranscoder
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.addresses import DICOM_WEB, IMAGE_DISPLAY, WADO, Addresses, port_of
from xdsi_sim.topology.dimse import dimse_port
from xdsi_sim.topology.faces import dicomweb_face, image_display, viewer_face
from xdsi_sim.topology.faults import FAULTS, faults_resource, switchboard_of
from xdsi_sim.topology.gateways import gateway_of
from xdsi_sim.topology.model import (
    Actor,
    Community,
    Feed,
    InitiatingGateway,
    InitiatingImagingGateway,
    Listen,
    OnDemandSource,
    Placed,
    Recipient,
    Registry,
    Repository,
    RespondingGateway,
    RespondingImagingGateway,
    Server,
    Source,
    Topology,
)
from xdsi_sim.topology.outside import BlockingClient
from xdsi_sim.topology.presented import presenting
from xdsi_sim.topology.settings import acceptance_of, codes_of, registry_of, timeouts_of, validating
from xdsi_sim.vocab import SUCCESS

__all__ = ["ROLES", "Joined", "RunningTopology", "start"]

T = TypeVar("T")

RECEIVED: Final = "received"
"""Folder of what a recipient got, in its own."""
REPLIES: Final = "replies"
"""Path of the address at which the answers to asynchronous calls arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What the first process of a topology hands to another one."""

    sockets: Mapping[str, socket]
    """Those that are listened on, by the names of `Ports`."""
    log: str
    """Name of the exchange log; empty where nothing is recorded."""

    def close(self) -> None:
        """Give the sockets up, on the side that has handed them over."""
        for one in self.sockets.values():
            one.close()


class RunningTopology(Addresses):
    """A topology whose actors answer. Close it to stop them and to give up what they hold."""

    def __init__(
        self,
        topology: Topology,
        data: Path | None,
        listen: Listen | None,
        *,
        record: bool,
        shared: bool = False,
        joined: Joined | None = None,
    ) -> None:
        """Start everything, or nothing: what was begun is undone where a part fails.

        If `shared`, other processes may join once this is done; each of them is told by `joined`.
        """
        self.topology = topology
        self._listen = listen or topology.listen
        self._record = record
        self._joined = joined
        self._share = Share.JOINING if joined else Share.FIRST if shared else Share.ALONE
        self._loop = running_loop()
        self._ports = Ports(self._loop, joined.sockets if joined else None, shared=shared)
        self._open = ExitStack()
        self._listening = ExitStack()  # closed before all else: what is asked for must be there
        self._sites: dict[int, ActorSite] = {}
        self._stores: dict[str, SqliteInstanceStore] = {}
        self._inboxes: dict[str, FolderInbox] = {}
        self._on_demand: dict[str, OnDemandDocumentSource] = {}
        self._feeds: dict[str, Listen] = {}
        self._resources: dict[str, SoapResource] = {}
        self._registries: dict[str, SqliteRegistryStore] = {}
        self._traces: dict[str, Trace] = {}
        self._codes: dict[str, CodeSets | None] = {}
        self.faults = switchboard_of(topology, ROLES)
        try:
            self._start(data)
        except BaseException:
            self.close()
            raise

    def _start(self, data: Path | None) -> None:
        self._open_folder(data)
        recorder: Recorder = self._log or NOT_RECORDED
        self._tls = self._settle_tls()
        known = (self.topology, self.faults, self._folder, self._tls, self._listen)
        self._presents = partial(presenting, *known)
        servers = [placed for placed in self.topology.actors() if not placed.address_less]
        for placed in servers:  # all addresses, before an actor needs one
            self._site(placed)
        self._peers = Peers((*(peer.url for peer in self.topology.peers), *map(self.base_of, self._sites)))
        self._make_clients(recorder, servers[0])
        actors = [self._serve(placed, recorder) for placed in servers]
        self._serve_viewer()
        if self._joined is None:
            self._recover(actors)
            self._offer([placed.actor for placed in servers if isinstance(placed.actor, OnDemandSource)])

    def _open_folder(self, data: Path | None) -> None:
        self._folder = data if data is not None else Path(tempfile.mkdtemp(prefix="xdsi-sim-"))
        if data is None:
            self._open.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._spool = self._folder / "spool"
        self._log = self._opened(self._exchange_log()) if self._record else None
        if self._joined is None:
            shutil.rmtree(self._spool, ignore_errors=True)  # what a crash left half received
            self._spool.mkdir(parents=True)

    def _make_clients(self, recorder: Recorder, first: Placed) -> None:
        """All that sends; answers of asynchronous exchange come in at the port of the first actor."""
        http = HttpClient(self._loop.reactor, timeouts_of(self.topology.timeouts), tls=self._tls)
        self._open.callback(self._loop.call, http.close)
        limits = self.topology.limits
        mailbox = Mailbox()
        self._site(first).put(REPLIES, RepliesResource(mailbox, recorder))
        self.admin = self.base_of(port_of(first)) + FAULTS
        self._site(first).put(FAULTS, faults_resource(self.faults, alone=self._share is Share.ALONE))
        self._soap = AsynchronousClient(
            http,
            recorder,
            self._spool,
            limits,
            validating=validating(self.topology),
            mailbox=mailbox,
            reply_to=self.base_of(port_of(first)) + REPLIES,
        )
        self._delivery = Delivery(http, recorder)
        self._open.callback(self._loop.call, self._delivery.close)
        dicomweb = DicomWebClient(http, recorder, self._spool, limits)
        mllp = MllpClient(self._loop.reactor, recorder, self._traces, self._tls)
        self.client = BlockingClient(self._loop, self._soap, dicomweb, mllp)

    def _exchange_log(self) -> ExchangeLog:
        keep = self.topology.log
        return ExchangeLog(
            self._folder / FOLDER,
            Retention(exchanges=keep.exchanges, size=keep.size),
            share=self._share,
            name=self._joined.log if self._joined else None,
        )

    def _settle_tls(self) -> Tls | None:
        """Certificates and trust, made where the topology asks for TLS and there are none yet."""
        if self.topology.tls is None:
            return None
        from xdsi_sim.topology.certificates import settle  # noqa: PLC0415  costs start-up time

        models = (placed.actor for placed in self.topology.actors())
        feeds = (model.feed for model in models if isinstance(model, Registry) and model.feed is not None)
        hosts = (self._listen.host, *(feed.mllp.host for feed in feeds if feed.mllp.host))
        return settle(self.topology.tls, self._folder, *hosts)

    def _opened(self, thing: T) -> T:
        """Something that is closed with the topology."""
        self._open.callback(thing.close)  # type: ignore[attr-defined]  # whatever it is, it can be closed
        return thing

    # --- addresses

    def _site(self, placed: Placed) -> ActorSite:
        """The port of an actor: its own, or the one of the topology."""
        return self._site_at(port_of(placed))

    def _site_at(self, port: int | None) -> ActorSite:
        number = self._listen.port if port is None else port
        if number not in self._sites:
            site = ActorSite(
                self._loop,
                self._listen.host,
                number,
                self._spool,
                self.topology.limits,
                tls=self._tls,
                ports=self._ports,
                presents=self._presents(number),
            )
            self._listening.callback(site.close)
            self._sites[number] = site
        return self._sites[number]

    def listening(self, port: int | None) -> Listen:
        """Where those answer that have this port in the file; None is the port of the topology."""
        return Listen(self._listen.host, self._site_at(port).port)

    def mllp_of(self, registry_id: str) -> Listen | None:
        """Where the registry takes its feed by ITI-8; None where it does not."""
        return self._feeds.get(registry_id)

    # --- actors

    def _serve(self, placed: Placed, recorder: Recorder) -> Any:
        model = placed.actor
        strict = isinstance(model, Server) and model.strictness == "strict"
        role, make = ROLES[type(model)]
        actor = make(self, placed, strict)
        resource = SoapResource(
            actor_id=model.id,
            endpoint=Endpoint(
                role, actor, strict=strict, validation=model.validation, peers=self._peers_of(model)
            ),
            url=self.url_of(model.id),
            send=self._soap.send,
            post=self._delivery.post,
            recorder=recorder,
            reactor=self._loop.reactor,
            desk=(desk := self.faults.desk(model.id)),
        )
        self._resources[model.id] = resource
        site = self._site(placed)
        site.put(placed.path, resource)
        if isinstance(model, Source):
            base = self.dicomweb_of(model.id)
            web = (recorder, self._loop.reactor)
            face = dicomweb_face(model, actor.store, base, *web, viewer=self.viewer, desk=desk)
            site.put(f"{placed.path}/{DICOM_WEB}", face)
            if self.viewer is not None:
                display = image_display(model, actor.store, self.viewer, *web)
                site.put(f"{placed.path}/{IMAGE_DISPLAY}", display)
            if model.dimse is not None and self._share is not Share.JOINING:  # the first process has the port
                port = dimse_port(model, model.dimse, actor.store, self._listen.host)
                self._listening.callback(port.close)
            wado = WadoUriResource(actor, model.id, recorder, self._loop.reactor, desk)
            site.put(f"{placed.path}/{WADO}", wado)
        if isinstance(model, Registry) and model.feed is not None:
            self._feed(model.id, model.feed, actor, recorder)
        return actor

    def _serve_viewer(self) -> None:
        if self.topology.viewer is not None:
            models = (placed.actor for placed in self.topology.actors())
            sources = [model for model in models if isinstance(model, Source)]
            faces = ((model, self.dicomweb_of(model.id), self.wado_of(model.id)) for model in sources)
            viewer = viewer_face(self.topology.viewer.folder, faces)
            self._site_at(None).put_elsewhere(viewer)

    def _peers_of(self, model: Actor) -> Peers | None:
        return self._peers if isinstance(model, Server) and model.asynchronous else None

    def _feed(self, registry_id: str, feed: Feed, actor: DocumentRegistry, recorder: Recorder) -> None:
        """Listen for ITI-8."""
        host = feed.mllp.host or self._listen.host
        port = MllpPort(
            *(self._loop, host, feed.mllp.port),
            actor_id=registry_id,
            actor=actor,
            recorder=recorder,
            traces=self._traces,
            tls=self._tls,
            ports=self._ports,
        )
        self._listening.callback(port.close)
        self._feeds[registry_id] = Listen(host, port.port)

    def registry(self, placed: Placed, strict: bool) -> DocumentRegistry:
        """The actor behind a registry of the topology."""
        store = self._registries[placed.community.id] = self._opened(
            SqliteRegistryStore(self._folder / placed.actor.id, self._share)
        )
        return registry_of(placed, store, codes=self._codes_of(placed), strict=strict)

    def repository(self, placed: Placed, _strict: bool) -> DocumentRepository:
        """The actor behind a repository of the topology."""
        model = placed.actor
        return DocumentRepository(
            oid=model.metadata_oid or "",
            registry=self._registry_of(placed.community),
            store=self._opened(SqliteDocumentStore(self._folder / model.id, self._share)),
            codes=self._codes_of(placed),
            profile=placed.community.rules,
        )

    def _registry_of(self, community: Community) -> str:
        """Where the registry of a community answers; raises KeyError where it has none."""
        return self.url_of(community.registry.id if community.registry is not None else "")

    def recipient(self, placed: Placed, _strict: bool) -> DocumentRecipient:
        """The actor behind a recipient of the topology."""
        model = placed.actor
        inbox = self._inboxes[model.id] = self._opened(
            FolderInbox(self._folder / model.id / RECEIVED, self._share)
        )
        return DocumentRecipient(
            inbox=inbox,
            acceptance=acceptance_of(model),
            codes=self._codes_of(placed),
            profile=placed.community.rules,
        )

    def _codes_of(self, placed: Placed) -> CodeSets | None:
        """The codes of the actor's affinity domain, read once."""
        community = placed.community
        if community.id not in self._codes:
            self._codes[community.id] = codes_of(community)
        return self._codes[community.id]

    def source(self, placed: Placed, _strict: bool) -> ImagingDocumentSource:
        """The actor behind an imaging source of the topology."""
        model = placed.actor
        store = self._stores[model.id] = self._opened(
            SqliteInstanceStore(self._folder / model.id, self._share)
        )
        transcoder = self._opened(SpoolingTranscoder(self._spool))
        return ImagingDocumentSource(oid=model.metadata_oid or "", store=store, transcoder=transcoder)

    def gateway(self, placed: Placed, _strict: bool) -> Any:
        """The actor behind a gateway of the topology."""
        return gateway_of(
            self.topology, placed, self.url_of, directory=self._registries.get(placed.community.id)
        )

    def on_demand(self, placed: Placed, strict: bool) -> OnDemandDocumentSource:
        """The actor behind an On-Demand source of the topology."""
        model = placed.actor
        publisher = Publisher(
            sourceId=model.metadata_oid or "",
            patient_authority=placed.community.patientAuthority,
            institution=model.institution if isinstance(model, OnDemandSource) else None,
        )
        source = self._on_demand[model.id] = OnDemandDocumentSource(
            snapshots=self.repository(placed, strict),
            publisher=publisher,
            persists=isinstance(model, OnDemandSource) and model.persists,
        )
        return source

    def _recover(self, actors: Sequence[Any]) -> None:
        """Settle what a crash cut short, before anybody asks."""
        for actor in actors:
            if isinstance(actor, DocumentRepository | OnDemandDocumentSource):
                drive_blocking(actor.recover(), self._send_for_recovery, self._loop)

    def _offer(self, models: Sequence[OnDemandSource]) -> None:
        """Register what On-Demand sources offer from the start, where it is not registered yet."""
        for model in models:
            source = self._on_demand[model.id]
            send = partial(self._soap.send, trace=Trace.begin(model.id))
            for patient in model.offers:
                offering = source.register(source.patientId(patient), anew=False)
                response = drive_blocking(offering, send, self._loop).response
                if response.status != SUCCESS:
                    told = response.errors[0].codeContext
                    raise CannotRun(f"{model.id} cannot offer a document of patient '{patient}': {told}")

    def _send_for_recovery(self, call: Call) -> Any:
        return self._soap.send(call, Trace.begin("recovery"))

    # --- what others need

    @property
    def folder(self) -> Path:
        """Where everything is kept."""
        return self._folder

    @property
    def listens(self) -> Listen:
        """Host and port of all actors that have no port of their own, as they were asked for."""
        return self._listen

    def to_join(self) -> Joined:
        """What one of the others needs to answer beside this process; who asks has to close it."""
        return Joined(sockets=self._ports.hand_over(), log=self._log.name if self._log is not None else "")

    @property
    def trust(self) -> Path | None:
        """File of the CA that peers have to trust; None without TLS."""
        return self._tls.authorities[0] if self._tls is not None else None

    def store_of(self, source_id: str) -> SqliteInstanceStore:
        """The instance store of an imaging source."""
        return self._stores[source_id]

    def inbox_of(self, recipient_id: str) -> Path:
        """Folder in which a recipient keeps what it gets."""
        return self._inboxes[recipient_id].folder

    def received_by(self, recipient_id: str) -> Sequence[ReceivedSubmission]:
        """What a recipient has taken in since the topology was started, in the order of its coming."""
        return self._inboxes[recipient_id].received()

    def on_demand_source(self, source_id: str) -> OnDemandDocumentSource:
        """The actor of an On-Demand source."""
        return self._on_demand[source_id]

    def stop(self, actor_id: str) -> None:
        """Let an actor answer HTTP 503 alone at its SOAP address; raises KeyError where it has none."""
        self._resources[actor_id].stopped = True

    def exchanges(self, conversation: str | None = None) -> Sequence[Exchange]:
        """The log, whole or of one conversation, in the order in which the exchanges began."""
        return self._log.exchanges(conversation) if self._log is not None else ()

    def close(self) -> None:
        """Stop the actors and give up what they hold; a second call does nothing."""
        with self._open:
            self._listening.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


ROLES: Final[dict[type[Actor], tuple[str, Callable[[RunningTopology, Placed, bool], Any]]]] = {
    Registry: ("registry", RunningTopology.registry),
    Repository: ("repository", RunningTopology.repository),
    Recipient: ("recipient", RunningTopology.recipient),
    Source: ("source", RunningTopology.source),
    InitiatingGateway: ("initiating-gateway", RunningTopology.gateway),
    RespondingGateway: ("responding-gateway", RunningTopology.gateway),
    InitiatingImagingGateway: ("source", RunningTopology.gateway),
    RespondingImagingGateway: ("responding-imaging-gateway", RunningTopology.gateway),
    OnDemandSource: ("on-demand source", RunningTopology.on_demand),
}
"""Port type of each kind of actor, and what makes the actor."""


def start(
    topology: Topology,
    data: Path | None = None,
    listen: Listen | None = None,
    *,
    record: bool = True,
    shared: bool = False,
) -> RunningTopology:
    """Start a topology; without `data` its folder is temporary and goes with it.

    If `shared`, other processes may join it: see `topology.workers`.
    """
    return RunningTopology(topology, data, listen, record=record, shared=shared)
