"""The deviations of a topology: who can be told to answer wrongly to what, and who does from the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.services.host import PORT_TYPES
from xdsi_sim.topology.model import Actor, Server, Source, Topology

__all__ = ["switchboard_of"]

_BY_WEB: Final = ("WADO-RS", "QIDO-RS", "STOW-RS", "RAD-55")
_OTHER_NAMES: Final = {"ITI-41": "RAD-68"}
"""What a transaction is called where it brings a manifest (RAD TF: 4.68)."""


def switchboard_of(topology: Topology, roles: Mapping[type[Actor], str]) -> Switchboard:
    """With everything on that the topology asks for; raises UsageError for what does not fit.

    `roles` are port types by the kind of actor.
    """
    servers = [placed.actor for placed in topology.actors() if isinstance(placed.actor, Server)]
    board = Switchboard({actor.id: _answered(actor, roles[type(actor)]) for actor in servers})
    for actor in servers:
        for fault in actor.faults:
            board.on(fault.of(actor.id), by="topology")
    return board


def _answered(actor: Server, role: str) -> tuple[str, ...]:
    """The transactions that an actor answers, by all their names."""
    names = PORT_TYPES[role].transactions
    others = (other for name, other in _OTHER_NAMES.items() if name in names)
    return (*names, *others, *(_BY_WEB if isinstance(actor, Source) else ()))
