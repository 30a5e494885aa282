"""The actors of a topology behind their addresses, with all that they keep: what others ask of a world."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, Self

from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource
from xdsi_sim.actors.ports import ReceivedSubmission
from xdsi_sim.actors.trace import Trace
from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.dicomweb.xc_wado import CrossGateway
from xdsi_sim.errors import UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.proxy import ProxyResource
from xdsi_sim.server.replies import RepliesResource
from xdsi_sim.server.site import Branch
from xdsi_sim.server.soap import Post, SendFrom, SoapResource
from xdsi_sim.server.wado_uri import WadoUriResource
from xdsi_sim.server.xc_wado import XcWadoResource
from xdsi_sim.services.host import Endpoint
from xdsi_sim.soap.peers import Peers
from xdsi_sim.store.exchanges import NOT_RECORDED, Log, Recorder
from xdsi_sim.store.opening import Share
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology import whereabouts
from xdsi_sim.topology.addresses import DICOM_WEB, IMAGE_DISPLAY, WADO, Addresses
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.codes.in_force import CodeDomain
from xdsi_sim.topology.faces import (
    dicomweb_face,
    fhir_resource,
    image_display,
    viewer_face,
    wado_face,
    xc_wado_face,
)
from xdsi_sim.topology.faults import FAULTS, faults_resource
from xdsi_sim.topology.gateways import XC_WADO, cross_gateway_of
from xdsi_sim.topology.model import Listen, Mhd, Peer, Placed, Server, Source, Topology
from xdsi_sim.topology.opening import offer, recover
from xdsi_sim.topology.outside import BlockingClient
from xdsi_sim.topology.players import ROLES, Players
from xdsi_sim.topology.proxies import proxy_of
from xdsi_sim.topology.roster import Roster
from xdsi_sim.topology.stores import SourceStore

__all__ = ["World"]

_Stoppable = SoapResource | DicomWebResource | WadoUriResource | XcWadoResource

REPLIES: Final = "replies"
"""Path of the address at which the answers to asynchronous calls arrive."""


class World(Addresses):
    """Actors that answer, in a folder of their own. Close it to stop them and to give up what they hold."""

    def __init__(
        self,
        topology: Topology,
        elsewhere: Mapping[str, str],
        *,
        loop: Loop,
        faults: Switchboard,
        share: Share = Share.ALONE,
    ) -> None:
        """Nobody answers yet: see `_play`."""
        super().__init__(topology, elsewhere)
        self.only: frozenset[str] | None = None
        """Ids of the actors that were to be played here; None where that is all."""
        self.faults = faults
        self.roster = Roster(topology.peers)
        self._loop = loop
        self._share = share
        self._open = ExitStack()
        self._listening = ExitStack()  # closed before all else: what is asked for must be there
        self._resources: dict[str, tuple[_Stoppable, ...]] = {}
        self._crossing: dict[str, XcWadoResource] = {}
        self._traces: dict[str, Trace] = {}
        self._log: Log | None = None
        self._tls: Tls | None = None
        self._folder = Path()
        self._spool = Path()

    @abstractmethod
    def _branch_at(self, listen: Listen) -> Branch:
        """Where the resources are put of those who have this host and port in the file."""

    def _play(self, clients: Clients | None = None) -> None:
        """Let all answer that are to; `clients` of others may be there to share connections with."""
        recorder: Recorder = self._log or NOT_RECORDED
        servers = [placed for placed in self.topology.actors() if self.plays(placed)]
        if not servers and self.only is not None:
            raise UsageError("none of the actors that answer is to be played here.")
        listens = [*dict.fromkeys(map(self._listen_of, servers))]
        peers = (url for peer in self.topology.peers for url in (peer.url, *peer.addresses.values()))
        self._peers = Peers((*peers, *self._elsewhere.values(), *map(self.base_of, listens)))
        self._make_clients(recorder, listens[0] if listens else self.topology.listen, clients)
        keeping = (self._folder, self._spool, self._share)
        self._players = self._open.enter_context(closing(Players(self, self._clients, self._loop, *keeping)))
        self._actors = [self._serve(placed, recorder) for placed in servers]
        self._serve_viewer()

    def _settle(self) -> None:
        """What is done when all answer and before anybody asks."""
        recover(self._actors, self._clients.soap, self._loop)
        offer(self._players.on_demand_sources, self.topology, self._clients.soap, self._loop)

    def _make_clients(self, recorder: Recorder, first: Listen, beside: Clients | None) -> None:
        """All that sends; answers of asynchronous exchange come in at the first address."""
        self._first = first
        base = self.base_of(first)
        self.admin = base + FAULTS
        self._clients = Clients(
            self.topology,
            self._loop,
            tls=self._tls,
            recorder=recorder,
            spool=self._spool,
            traces=self._traces,
            reply_to=base + REPLIES,
            beside=beside,
        )
        self._open.callback(self._clients.close)
        branch = self._branch_at(first)
        branch.put(REPLIES, RepliesResource(self._clients.mailbox, recorder))
        branch.put(FAULTS, faults_resource(self.faults, alone=self.alone))

    @property
    def client(self) -> BlockingClient:
        """For whoever sends and is no actor."""
        return self._clients.outside

    def _ways_out(self) -> tuple[SendFrom, Post]:
        """What actors send by: messages, and answers that travel as messages of their own."""
        return self._clients.soap.send, self._clients.delivery.post

    # --- addresses

    def plays(self, placed: Placed) -> bool:
        """Whether the actor answers here, and neither elsewhere nor nowhere."""
        return not placed.address_less and placed.actor.id not in self._elsewhere

    def _listen_of(self, placed: Placed) -> Listen:
        return whereabouts.listen_of(self.topology, placed)

    def _branch(self, placed: Placed) -> Branch:
        """Where the resources of an actor are."""
        return self._branch_at(self._listen_of(placed))

    def mllp_of(self, registry_id: str) -> Listen | None:
        """Where the registry takes its feed by ITI-8, here or elsewhere; None where it does not."""
        peer = self.topology.played_by(registry_id)
        return None if peer is None else peer.mllp

    # --- actors

    def _serve(self, placed: Placed, recorder: Recorder) -> Any:
        model = placed.actor
        if (peer := self.topology.played_by(model.id)) is not None:
            return self._serve_proxy(placed, peer, recorder)
        strict = isinstance(model, Server) and model.strictness == "strict"
        role, make = ROLES[type(model)]
        send, post = self._ways_out()
        actor = make(self._players, placed, strict)
        desk, branch = self.faults.desk(model.id), self._branch(placed)
        if isinstance(model, Mhd):
            fhir = fhir_resource(actor, recorder, self._loop.reactor, desk=desk)
            self._resources[model.id] = (fhir,)
            branch.put(placed.path, fhir)
            return actor
        resource = SoapResource(
            actor_id=model.id,
            endpoint=Endpoint(
                role,
                actor,
                strict=strict,
                validation=model.validation,
                peers=self._peers if getattr(model, "asynchronous", False) else None,
            ),
            url=self.url_of(model.id),
            send=send,
            post=post,
            recorder=recorder,
            reactor=self._loop.reactor,
            desk=desk,
        )
        self._resources[model.id] = (resource,)
        branch.put(placed.path, resource)
        if isinstance(model, Source):
            self._serve_web(placed, model, actor, recorder)
        if type(model) in XC_WADO:
            cross = self._crossing[model.id] = self._cross(placed, recorder)
            self._resources[model.id] = (resource, cross)
            branch.put(f"{placed.path}/{XC_WADO[type(model)]}", cross)
        self._serve_beside(placed, actor, recorder)
        return actor

    def _serve_proxy(self, placed: Placed, peer: Peer, recorder: Recorder) -> ProxyResource:
        """What stands in front of a peer."""
        proxy = proxy_of(
            *(peer, placed),
            ask=self._clients.ask,
            recorder=recorder,
            data=self._folder,
            spool=self._spool,
            loop=self._loop,
        )
        self._open.callback(self._loop.call, proxy.close)
        self._branch(placed).put(placed.path, proxy)
        return proxy

    def _serve_web(self, placed: Placed, model: Source, actor: Any, recorder: Recorder) -> None:
        """The faces of an imaging source on the web."""
        base, branch, desk = self.dicomweb_of(model.id), self._branch(placed), self.faults.desk(model.id)
        web = (recorder, self._loop.reactor)
        face = dicomweb_face(model, actor.store, base, *web, viewer=self.viewer, desk=desk)
        branch.put(f"{placed.path}/{DICOM_WEB}", face)
        wado = wado_face(model, actor, *web, desk=desk)
        branch.put(f"{placed.path}/{WADO}", wado)
        self._resources[model.id] = (*self._resources[model.id], face, wado)
        if self.viewer is not None:
            display = image_display(model, actor.store, self.viewer, *web, desk=desk)
            branch.put(f"{placed.path}/{IMAGE_DISPLAY}", display)

    def _serve_beside(self, placed: Placed, actor: Any, recorder: Recorder) -> None:
        """What an actor serves that has no path."""

    def _serve_viewer(self) -> None:
        if self.topology.viewer is not None:
            models = (placed.actor for placed in self.topology.actors() if isinstance(placed.actor, Source))
            bases = ((model, self.dicomweb_of(model.id)) for model in models)
            faces = ((model, base, self.wado_of(model.id)) for model, base in bases if base)
            viewer = viewer_face(self.topology.viewer.folder, faces, path=self._path)
            self._branch_at(self.topology.listen).put_elsewhere(viewer)

    _path = "/"
    """What the paths of all addresses begin with."""

    def _cross(self, placed: Placed, recorder: Recorder) -> XcWadoResource:
        """What serves XC-WADO beside SOAP."""
        gateway, desk = self._cross_gateway(placed), self.faults.desk(placed.actor.id)
        web = (self._clients.passing, recorder, self._loop.reactor)
        return xc_wado_face(placed.actor, gateway, *web, spool=self._spool, desk=desk)

    def _cross_gateway(self, placed: Placed) -> CrossGateway:
        return cross_gateway_of(
            self.topology,
            placed,
            base_of=self.xc_wado_of,
            dicomweb_of=self.face_of,
            public_of=self.dicomweb_of,
        )

    # --- what others need

    @property
    def folder(self) -> Path:
        """Where everything is kept."""
        return self._folder

    @property
    def alone(self) -> bool:
        """Whether no other process answers as well."""
        return self._share is Share.ALONE

    @property
    def elsewhere(self) -> Collection[str]:
        """Ids of the actors that somebody else plays."""
        ids = {placed.actor.id for placed in self.topology.actors()}
        played = {id_ for id_ in ids if self.topology.played_by(id_) is not None}
        return self._elsewhere.keys() | played | (ids - self.only if self.only is not None else set())

    @property
    def trust(self) -> Path | None:
        """File of the CA that peers have to trust; None without TLS."""
        return self._tls.authorities[0] if self._tls is not None else None

    @property
    def sessions(self) -> str | None:
        """Below which address sessions are, with a slash at its end; None where there are none."""
        return None

    @property
    def domains(self) -> Mapping[str, CodeDomain]:
        """The codes of each community by its id: what changes them here is heard by its actors here."""
        return self._players.domains

    def store_of(self, source_id: str) -> SourceStore:
        """The instance store of an imaging source: its own, or the archive behind it."""
        return self._players.stores[self._here(source_id)]

    def inbox_of(self, recipient_id: str) -> Path:
        """Folder in which a recipient keeps what it gets."""
        return self._players.inboxes[self._here(recipient_id)].folder

    def received_by(self, recipient_id: str) -> Sequence[ReceivedSubmission]:
        """What a recipient has taken in since the topology was started, in the order of its coming."""
        return self._players.inboxes[self._here(recipient_id)].received()

    def on_demand_source(self, source_id: str) -> OnDemandDocumentSource:
        """The actor of an On-Demand source."""
        return self._players.on_demand_sources[self._here(source_id)]

    def stop(self, actor_id: str) -> None:
        """Let an actor answer HTTP 503 alone, by SOAP and on the web; raises KeyError where it only asks."""
        for resource in self._resources[self._here(actor_id)]:
            resource.stopped = True

    def delay(self, actor_id: str, seconds: float) -> None:
        """Let an actor be late with every answer; raises KeyError where it has no address."""
        placed = self.topology.find(self._here(actor_id))
        self._branch(placed).delay(placed.path, seconds)

    def move(self, source_id: str) -> None:
        """Give the DICOMweb face of a source another address: nobody is at the former one any more."""
        placed = self.topology.find(self._here(source_id))
        model, former = placed.actor, self.face_path(source_id)
        if not isinstance(model, Source):
            raise UsageError(f"{source_id} has no DICOMweb face that could move.")
        self.faces[source_id] = f"{former}-moved"
        recorder, base = self._log or NOT_RECORDED, self.dicomweb_of(source_id)
        web, desk = (recorder, self._loop.reactor), self.faults.desk(source_id)
        store = self._players.stores[source_id]
        face = dicomweb_face(model, store, base, *web, viewer=self.viewer, desk=desk)
        new = f"{placed.path}/{self.face_path(source_id)}"
        self._branch(placed).move(f"{placed.path}/{former}", new, face)
        self._resources[source_id] = (*self._resources[source_id], face)
        for gateway_id, crossing in self._crossing.items():  # who keeps the directory is told
            crossing.gateway = self._cross_gateway(self.topology.find(gateway_id))

    def _here(self, actor_id: str) -> str:
        """The id; raises UsageError where somebody else plays the actor, whom nobody here can look into."""
        if actor_id in self._elsewhere:
            raise UsageError(f"{actor_id} answers elsewhere, at {self._elsewhere[actor_id]}: it is not ours.")
        if (peer := self.topology.played_by(actor_id)) is not None:
            raise UsageError(f"{actor_id} is a proxy, behind which is {peer.url}: it is not ours.")
        return actor_id

    def exchanges(self, conversation: str | None = None) -> Sequence[Exchange]:
        """The log, whole or of one conversation, in the order in which the exchanges began."""
        return self._log.exchanges(conversation) if self._log is not None else ()

    def mark(self) -> int:
        """Stands behind all exchanges that were recorded so far."""
        return self._log.mark() if self._log is not None else 0

    def heard(self, since: int) -> Sequence[tuple[int, Exchange]]:
        """What was recorded after a mark, a page at most and in that order; each with the mark behind it."""
        return self._log.heard(since) if self._log is not None else ()

    def close(self) -> None:
        """Stop the actors and give up what they hold; a second call does nothing."""
        with self._open:
            self._listening.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
