"""What is done when all actors answer and before anybody asks: a crash is settled, documents are offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from xdsi_sim.actors.on_demand_source import OnDemandDocumentSource
from xdsi_sim.actors.repository import DocumentRepository
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.errors import CannotRun
from xdsi_sim.server.drive import drive_blocking
from xdsi_sim.server.loop import Loop
from xdsi_sim.topology.model import OnDemandSource, Topology
from xdsi_sim.vocab import SUCCESS

__all__ = ["offer", "recover"]


def recover(actors: Iterable[Any], soap: AsynchronousClient, loop: Loop) -> None:
    """Settle what a crash cut short."""
    for actor in actors:
        if isinstance(actor, DocumentRepository | OnDemandDocumentSource):
            drive_blocking(actor.recover(), lambda call: soap.send(call, Trace.begin("recovery")), loop)


def offer(
    sources: Mapping[str, OnDemandDocumentSource], topology: Topology, soap: AsynchronousClient, loop: Loop
) -> None:
    """Register what On-Demand sources offer from the start, where it is not registered yet.

    Raises CannotRun where the registry does not take it.
    """
    for id_, source in sources.items():
        model = topology.find(id_).actor
        send = partial(soap.send, trace=Trace.begin(id_))
        for patient in model.offers if isinstance(model, OnDemandSource) else ():
            response = drive_blocking(
                source.register(source.patientId(patient), anew=False), send, loop
            ).response
            if response.status != SUCCESS:
                told = response.errors[0].codeContext
                raise CannotRun(f"{id_} cannot offer a document of patient '{patient}': {told}")
