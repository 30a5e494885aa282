"""From the `dimse` of an imaging source to the port on which it listens."""

from __future__ import annotations

from xdsi_sim.server.dimse import DimsePort, DimseStore
from xdsi_sim.topology.model import Dimse, Source

__all__ = ["dimse_port"]


def dimse_port(source: Source, settings: Dimse, store: DimseStore, host: str) -> DimsePort:
    """Listen as the source says; raises CannotRun where that cannot be done."""
    return DimsePort(
        host,
        settings.port,
        ae_title=source.aeTitle,
        store=store,
        destinations={title: (to.host, to.port) for title, to in settings.destinations.items()},
        strict=source.strictness == "strict",
    )
