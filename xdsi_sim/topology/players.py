"""From the models of a topology to the actors behind them, and to what these keep."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource
from xdsi_sim.actors.recipient import DocumentRecipient
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.mhd.face import Face
from xdsi_sim.server.loop import Loop
from xdsi_sim.store.inbox import FolderInbox
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.store.transcoding import SpoolingTranscoder
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.codes.in_force import CodeDomain
from xdsi_sim.topology.gateways import gateway_of
from xdsi_sim.topology.mhd import fhir_face
from xdsi_sim.topology.model import (
    Actor,
    Community,
    InitiatingGateway,
    InitiatingImagingGateway,
    Mhd,
    OnDemandSource,
    Placed,
    Recipient,
    Registry,
    Repository,
    RespondingGateway,
    RespondingImagingGateway,
    Source,
)
from xdsi_sim.topology.settings import acceptance_of, registry_of
from xdsi_sim.topology.stores import SourceStore, store_of

__all__ = ["ROLES", "Players"]

_RECEIVED: Final = "received"
"""Folder of what a recipient got, in its own."""


class Players:
    """Makes actors, and has what is asked of them beside their messages; close it to close their stores."""

    def __init__(
        self,
        addresses: Addresses,
        clients: Clients,
        loop: Loop,
        folder: Path,
        spool: Path,
        share: Share,
    ) -> None:
        self._addresses = addresses
        self._clients = clients
        self._loop = loop
        self._folder = folder
        self._spool = spool
        self._share = share
        self._open = ExitStack()
        self._registries: dict[str, SqliteRegistryStore] = {}
        communities = addresses.topology.communities
        self.domains = {community.id: CodeDomain(community.codes) for community in communities}
        """Codes, by the ids of communities."""
        self.stores: dict[str, SourceStore] = {}
        """Of imaging sources, by their ids: their own, or the archives behind them."""
        self.inboxes: dict[str, FolderInbox] = {}
        """Of recipients, by their ids."""
        self.on_demand_sources: dict[str, OnDemandDocumentSource] = {}

    def close(self) -> None:
        """Finish what was begun."""
        self._open.close()

    def registry(self, placed: Placed, strict: bool) -> DocumentRegistry:
        """The actor behind a registry of the topology."""
        store = self._registries[placed.community.id] = self._open.enter_context(
            closing(SqliteRegistryStore(self._folder / placed.actor.id, self._share, self._loop.soon))
        )
        return registry_of(placed, store, codes=self.domains[placed.community.id].now, strict=strict)

    def repository(self, placed: Placed, _strict: bool) -> DocumentRepository:
        """The actor behind a repository of the topology."""
        model = placed.actor
        return DocumentRepository(
            oid=model.metadata_oid or "",
            registry=self._registry_of(placed.community),
            store=self._open.enter_context(
                closing(SqliteDocumentStore(self._folder / model.id, self._share, self._loop.soon))
            ),
            codes=self.domains[placed.community.id].now,
            profile=placed.community.rules,
        )

    def _registry_of(self, community: Community) -> str:
        """Where the registry of a community answers; raises KeyError where it has none."""
        return self._addresses.url_of(community.registry.id if community.registry is not None else "")

    def recipient(self, placed: Placed, _strict: bool) -> DocumentRecipient:
        """The actor behind a recipient of the topology."""
        model = placed.actor
        inbox = self.inboxes[model.id] = self._open.enter_context(
            closing(FolderInbox(self._folder / model.id / _RECEIVED, self._share))
        )
        return DocumentRecipient(
            inbox=inbox,
            acceptance=acceptance_of(model),
            codes=self.domains[placed.community.id].now,
            profile=placed.community.rules,
        )

    def source(self, placed: Placed, _strict: bool) -> ImagingDocumentSource:
        """The actor behind an imaging source of the topology."""
        model = placed.actor
        own = self._open.enter_context(closing(SqliteInstanceStore(self._folder / model.id, self._share)))
        store = self.stores[model.id] = store_of(
            model,
            own,
            itself=self._addresses.dicomweb_of(model.id),
            client=self._clients.dicomweb,
            wait=self._loop.call,
        )
        if store is not own:
            self._open.enter_context(closing(store))
        transcoder = self._open.enter_context(closing(SpoolingTranscoder(self._spool)))
        return ImagingDocumentSource(oid=model.metadata_oid or "", store=store, transcoder=transcoder)

    def gateway(self, placed: Placed, _strict: bool) -> Any:
        """The actor behind a gateway of the topology."""
        return gateway_of(
            self._addresses.topology,
            placed,
            self._addresses.url_of,
            directory=self._registries.get(placed.community.id),
        )

    def on_demand(self, placed: Placed, strict: bool) -> OnDemandDocumentSource:
        """The actor behind an On-Demand source of the topology."""
        model = placed.actor
        publisher = Publisher(
            sourceId=model.metadata_oid or "",
            patient_authority=placed.community.patientAuthority,
            institution=model.institution if isinstance(model, OnDemandSource) else None,
        )
        source = self.on_demand_sources[model.id] = OnDemandDocumentSource(
            snapshots=self.repository(placed, strict),
            publisher=publisher,
            persists=isinstance(model, OnDemandSource) and model.persists,
        )
        return source

    def fhir(self, placed: Placed, strict: bool) -> Face:
        """What is behind the FHIR face of a community."""
        return fhir_face(self._addresses, placed, self._clients.soap, self._loop, strict=strict)


ROLES: Final[dict[type[Actor], tuple[str, Callable[[Players, Placed, bool], Any]]]] = {
    Registry: ("registry", Players.registry),
    Repository: ("repository", Players.repository),
    Recipient: ("recipient", Players.recipient),
    Source: ("source", Players.source),
    InitiatingGateway: ("initiating-gateway", Players.gateway),
    RespondingGateway: ("responding-gateway", Players.gateway),
    InitiatingImagingGateway: ("source", Players.gateway),
    RespondingImagingGateway: ("responding-imaging-gateway", Players.gateway),
    OnDemandSource: ("on-demand source", Players.on_demand),
    Mhd: ("mhd", Players.fhir),
}
"""Port type of each kind of actor, `mhd` for one without SOAP, and what makes the actor."""
