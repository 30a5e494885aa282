"""From a topology to running actors: stores opened, actors made, ports listened on.

Everything that binds the layers together is here, so that no other module needs to know them all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource
from xdsi_sim.actors.ports import ReceivedSubmission
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.trace import Trace
from xdsi_sim.dicomweb.xc_wado import CrossGateway
from xdsi_sim.errors import UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.server.dicomweb import DicomWebResource
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.mllp import MllpPort
from xdsi_sim.server.ports import Ports
from xdsi_sim.server.replies import RepliesResource
from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.soap import SoapResource
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
from xdsi_sim.topology.dimse import dimse_port
from xdsi_sim.topology.faces import dicomweb_face, image_display, viewer_face, wado_face, xc_wado_face
from xdsi_sim.topology.faults import FAULTS, faults_resource, switchboard_of
from xdsi_sim.topology.gateways import XC_WADO, cross_gateway_of
from xdsi_sim.topology.joined import Joined, exchange_log
from xdsi_sim.topology.model import (
    Feed,
    Listen,
    Placed,
    Registry,
    Server,
    Source,
    Topology,
)
from xdsi_sim.topology.opening import offer, recover
from xdsi_sim.topology.players import ROLES, Players
from xdsi_sim.topology.presented import presenting
from xdsi_sim.topology.proxies import proxy_of
from xdsi_sim.topology.roster import Roster
from xdsi_sim.topology.stores import SourceStore

__all__ = ["RunningTopology", "start"]

T = TypeVar("T")

_Stoppable = SoapResource | DicomWebResource | WadoUriResource | XcWadoResource

REPLIES: Final = "replies"
"""Path of the address at which the answers to asynchronous calls arrive."""


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
        only: Collection[str] | None = None,
        log: Log | None = None,
    ) -> None:
        """Start everything, or nothing: what was begun is undone where a part fails.

        If `shared`, other processes may join once this is done; each of them is told by `joined`.
        """
        moved = topology if listen is None else whereabouts.moved_to(topology, listen)
        super().__init__(moved, whereabouts.others(moved, only))
        self.only = None if only is None else frozenset(only)
        """Ids of the actors that were to be played here; None where that is all."""
        self._record = record
        self._log = log
        self._joined = joined
        self._share = Share.JOINING if joined else Share.FIRST if shared else Share.ALONE
        self._loop = running_loop()
        self._ports = Ports(self._loop, joined.sockets if joined else None, shared=shared)
        self._open = ExitStack()
        self._listening = ExitStack()  # closed before all else: what is asked for must be there
        self._sites: dict[Listen, ActorSite] = {}
        self._feeds: dict[str, Listen] = {}
        self._resources: dict[str, tuple[_Stoppable, ...]] = {}
        self._crossing: dict[str, XcWadoResource] = {}
        self._traces: dict[str, Trace] = {}
        self.faults = switchboard_of(topology, ROLES)
        self.roster = Roster(moved.peers)
        try:
            self._start(data)
        except BaseException:
            self.close()
            raise

    def _start(self, data: Path | None) -> None:
        self._open_folder(data)
        recorder: Recorder = self._log or NOT_RECORDED
        servers = [placed for placed in self.topology.actors() if self.plays(placed)]
        if not servers and self.only is not None:
            raise UsageError("none of the actors that answer is to be played here.")
        self._tls = self._settle_tls(servers)
        known = (self.topology, self.faults, self._folder, self._tls)
        self._presents = partial(presenting, *known)
        for placed in servers:  # all addresses, before an actor needs one
            self._site(placed)
        peers = (url for peer in self.topology.peers for url in (peer.url, *peer.addresses.values()))
        self._peers = Peers((*peers, *self._elsewhere.values(), *map(self.base_of, self._sites)))
        first = whereabouts.listen_of(self.topology, servers[0]) if servers else self.topology.listen
        self._make_clients(recorder, first)
        keeping = (self._folder, self._spool, self._share)
        self._players = self._opened(Players(self, self._clients, self._loop, *keeping))
        actors = [self._serve(placed, recorder) for placed in servers]
        self._serve_viewer()
        if self._joined is None:
            recover(actors, self._clients.soap, self._loop)
            offer(self._players.on_demand_sources, self.topology, self._clients.soap, self._loop)

    def _open_folder(self, data: Path | None) -> None:
        self._folder = data if data is not None else Path(tempfile.mkdtemp(prefix="xdsi-sim-"))
        if data is None:
            self._open.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._spool = self._folder / "spool"
        logged = (self.topology.log, self._folder, self._share, self._joined)
        if self._record and self._log is None:
            self._log = self._opened(exchange_log(*logged))
        if self._joined is None:
            shutil.rmtree(self._spool, ignore_errors=True)  # what a crash left half received
            self._spool.mkdir(parents=True)

    def _make_clients(self, recorder: Recorder, first: Listen) -> None:
        """All that sends; answers of asynchronous exchange come in at the first address."""
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
        )
        self._open.callback(self._clients.close)
        site = self._site_at(first)
        site.put(REPLIES, RepliesResource(self._clients.mailbox, recorder))
        site.put(FAULTS, faults_resource(self.faults, alone=self._share is Share.ALONE))
        self.client = self._clients.outside

    def _settle_tls(self, servers: Sequence[Placed]) -> Tls | None:
        """Certificates and trust, made where the topology asks for TLS and there are none yet."""
        if self.topology.tls is None:
            return None
        from xdsi_sim.topology.certificates import settle  # noqa: PLC0415  costs start-up time

        hosts = whereabouts.hosts_of(self.topology, servers) or (self.topology.listen.host,)
        return settle(self.topology.tls, self._folder, *hosts)

    def _opened(self, thing: T) -> T:
        """Something that is closed with the topology."""
        self._open.callback(thing.close)  # type: ignore[attr-defined]  # whatever it is, it can be closed
        return thing

    # --- addresses

    def plays(self, placed: Placed) -> bool:
        """Whether the actor answers here, and neither elsewhere nor nowhere."""
        return not placed.address_less and placed.actor.id not in self._elsewhere

    def _site(self, placed: Placed) -> ActorSite:
        """The port of an actor of this process."""
        return self._site_at(whereabouts.listen_of(self.topology, placed))

    def _site_at(self, listen: Listen) -> ActorSite:
        if listen not in self._sites:
            limits = self.topology.limits
            site = ActorSite(
                *(self._loop, listen.host, listen.port, self._spool, limits),
                tls=self._tls,
                ports=self._ports,
                presents=self._presents(listen),
            )
            self._listening.callback(site.close)
            self._sites[listen] = site
        return self._sites[listen]

    def listening(self, listen: Listen) -> Listen:
        """What a port of this process has become that was asked for so."""
        return Listen(listen.host, self._site_at(listen).port)

    def mllp_of(self, registry_id: str) -> Listen | None:
        """Where the registry takes its feed by ITI-8, here or elsewhere; None where it does not."""
        peer = self.topology.played_by(registry_id)
        return self._feeds.get(registry_id) if peer is None else peer.mllp

    # --- actors

    def _serve(self, placed: Placed, recorder: Recorder) -> Any:
        model = placed.actor
        if (peer := self.topology.played_by(model.id)) is not None:
            proxy = proxy_of(
                *(peer, placed),
                ask=self._clients.ask,
                recorder=recorder,
                data=self._folder,
                spool=self._spool,
                loop=self._loop,
            )
            self._open.callback(self._loop.call, proxy.close)
            self._site(placed).put(placed.path, proxy)
            return proxy
        strict = isinstance(model, Server) and model.strictness == "strict"
        role, make = ROLES[type(model)]
        actor = make(self._players, placed, strict)
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
            send=self._clients.soap.send,
            post=self._clients.delivery.post,
            recorder=recorder,
            reactor=self._loop.reactor,
            desk=(desk := self.faults.desk(model.id)),
        )
        self._resources[model.id] = (resource,)
        site = self._site(placed)
        site.put(placed.path, resource)
        if isinstance(model, Source):
            base = self.dicomweb_of(model.id)
            web = (recorder, self._loop.reactor)
            face = dicomweb_face(model, actor.store, base, *web, viewer=self.viewer, desk=desk)
            site.put(f"{placed.path}/{DICOM_WEB}", face)
            wado = wado_face(model, actor, *web, desk=desk)
            site.put(f"{placed.path}/{WADO}", wado)
            self._resources[model.id] = (resource, face, wado)
            if self.viewer is not None:
                display = image_display(model, actor.store, self.viewer, *web)
                site.put(f"{placed.path}/{IMAGE_DISPLAY}", display)
            if model.dimse is not None and self._share is not Share.JOINING:  # the first process has the port
                port = dimse_port(model, model.dimse, actor.store, self._host_of(placed))
                self._listening.callback(port.close)
        if type(model) in XC_WADO:
            cross = self._crossing[model.id] = self._cross(placed, recorder)
            self._resources[model.id] = (resource, cross)
            site.put(f"{placed.path}/{XC_WADO[type(model)]}", cross)
        if isinstance(model, Registry) and model.feed is not None:
            self._feed(placed, model.feed, actor, recorder)
        return actor

    def _host_of(self, placed: Placed) -> str:
        return whereabouts.listen_of(self.topology, placed).host

    def _serve_viewer(self) -> None:
        if self.topology.viewer is not None:
            models = (placed.actor for placed in self.topology.actors() if isinstance(placed.actor, Source))
            bases = ((model, self.dicomweb_of(model.id)) for model in models)
            faces = ((model, base, self.wado_of(model.id)) for model, base in bases if base)
            viewer = viewer_face(self.topology.viewer.folder, faces)
            self._site_at(self.topology.listen).put_elsewhere(viewer)

    def _cross(self, placed: Placed, recorder: Recorder) -> XcWadoResource:
        """What serves XC-WADO beside SOAP."""
        gateway = self._cross_gateway(placed)
        return xc_wado_face(placed.actor, gateway, self._clients.passing, recorder, self._spool)

    def _cross_gateway(self, placed: Placed) -> CrossGateway:
        return cross_gateway_of(
            self.topology,
            placed,
            base_of=self.xc_wado_of,
            dicomweb_of=self.face_of,
            public_of=self.dicomweb_of,
        )

    def _feed(self, placed: Placed, feed: Feed, actor: DocumentRegistry, recorder: Recorder) -> None:
        """Listen for ITI-8."""
        host, registry_id = feed.mllp.host or self._host_of(placed), placed.actor.id
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

    # --- what others need

    @property
    def folder(self) -> Path:
        """Where everything is kept."""
        return self._folder

    @property
    def elsewhere(self) -> Collection[str]:
        """Ids of the actors that somebody else plays."""
        ids = {placed.actor.id for placed in self.topology.actors()}
        played = {id_ for id_ in ids if self.topology.played_by(id_) is not None}
        return self._elsewhere.keys() | played | (ids - self.only if self.only is not None else set())

    def to_join(self) -> Joined:
        """What one of the others needs to answer beside this process; who asks has to close it."""
        return Joined(sockets=self._ports.hand_over(), log=self._log.name if self._log is not None else "")

    @property
    def trust(self) -> Path | None:
        """File of the CA that peers have to trust; None without TLS."""
        return self._tls.authorities[0] if self._tls is not None else None

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
        self._site(placed).delay(placed.path, seconds)

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
        self._site(placed).move(f"{placed.path}/{former}", f"{placed.path}/{self.face_path(source_id)}", face)
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


def start(
    topology: Topology,
    data: Path | None = None,
    listen: Listen | None = None,
    *,
    record: bool = True,
    shared: bool = False,
    only: Collection[str] | None = None,
    log: Log | None = None,
) -> RunningTopology:
    """Start a topology; without `data` its folder is temporary and goes with it.

    Exchanges go to `log`, else into the data folder, or nowhere unless they are to be a `record`.
    With `only`, ids of actors, all others answer elsewhere, at their addresses in the file. If `shared`,
    other processes may join: see `topology.workers`.
    """
    return RunningTopology(topology, data, listen, record=record, shared=shared, only=only, log=log)
