"""The deviations of a topology: who can be told to answer wrongly to what, and who does from the start."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xdsi_sim.client.faults import TOKEN_VARIABLE
from xdsi_sim.deviations.deviation import FHIR, OTHER_NAMES, TLS
from xdsi_sim.deviations.switches import Setting, Switchboard
from xdsi_sim.errors import UsageError
from xdsi_sim.server.admin import FaultsResource
from xdsi_sim.services.host import PORT_TYPES
from xdsi_sim.topology.fault import read_fault
from xdsi_sim.topology.model import (
    Actor,
    InitiatingImagingGateway,
    Mhd,
    RespondingImagingGateway,
    Server,
    Source,
    Topology,
)
from xdsi_sim.topology.yaml import Document, Place

__all__ = ["FAULTS", "Roles", "check_faults", "faults_resource", "switchboard_of"]

Roles = Mapping[type[Actor], tuple[str, Any]]
"""Port type, and what makes the actor, by the kind of actor."""

FAULTS: Final = "faults"
"""Path of the address at which faults are switched on and off."""

_BY_WEB: Final[Mapping[type[Actor], tuple[str, ...]]] = {
    Source: ("WADO-RS", "QIDO-RS", "STOW-RS", "RAD-55"),
    InitiatingImagingGateway: ("XC-WADO",),
    RespondingImagingGateway: ("XC-WADO",),
    Mhd: FHIR,
}
"""What actors answer beside SOAP, or in place of it."""


def switchboard_of(topology: Topology, roles: Roles) -> Switchboard:
    """With everything on that the topology asks for; raises UsageError for what does not fit."""
    board = _board(topology, roles)
    for _, setting in _asked_for(topology):
        board.on(setting, by="topology")
    return board


def faults_resource(board: Switchboard, *, alone: bool) -> FaultsResource:
    """Where faults are switched over HTTP, if this process answers `alone`."""
    return FaultsResource(
        board,
        lambda asked: board.on(read_fault(asked), by="admin"),
        token=os.environ.get(TOKEN_VARIABLE) or None,
        alone=alone,
    )


def check_faults(topology: Topology, roles: Roles, document: Document, at: Place) -> None:
    """Raises UsageError for what does not fit, with its place in a document that has the topology at `at`."""
    board = _board(topology, roles)
    for place, setting in _asked_for(topology):
        try:
            board.on(setting, by="topology")
        except UsageError as error:
            raise document.error((*at, *place), error.message, hint=error.hint) from None


def _board(topology: Topology, roles: Roles) -> Switchboard:
    actors = (placed.actor for placed in topology.actors())
    return Switchboard(
        {
            actor.id: _answered(topology, actor, roles[type(actor)][0])
            for actor in actors
            if isinstance(actor, Server)
        }
    )


def _answered(topology: Topology, actor: Server, role: str) -> tuple[str, ...]:
    """The transactions that an actor answers, by all their names."""
    names = PORT_TYPES[role].transactions if role in PORT_TYPES else ()
    others = (other for other, name in OTHER_NAMES.items() if name in names)
    secured = () if topology.tls is None else (TLS,)
    shown = ("RAD-106",) if topology.viewer is not None and isinstance(actor, Source) else ()
    return (*names, *others, *_BY_WEB.get(type(actor), ()), *shown, *secured)


def _asked_for(topology: Topology) -> Iterator[tuple[Place, Setting]]:
    for number, community in enumerate(topology.communities):
        for place, actor in community.actors():
            for index, fault in enumerate(actor.faults if isinstance(actor, Server) else ()):
                yield ("communities", number, *place, "faults", index), fault.of(actor.id)
