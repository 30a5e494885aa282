"""What a kind of step is: its key, its parameters as a model, and the function that plays it.

A new kind is one module in `steps` and one line in `steps.KINDS`; loader, runner, schema and manual
follow from that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from xdsi_sim.scenario.stage import Outcome, Stage
from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.model import (
    Actor,
    Consumer,
    InitiatingGateway,
    InitiatingImagingGateway,
    OnDemandSource,
    Recipient,
    Registry,
    Server,
    Source,
)

__all__ = [
    "ActorOf",
    "ConsumerId",
    "FileName",
    "GatewayId",
    "ImagingGatewayId",
    "OnDemandSourceId",
    "RecipientId",
    "RegistryId",
    "ServerIds",
    "SourceId",
    "StepKind",
]


@dataclass(frozen=True, slots=True)
class ActorOf:
    """Marks a parameter that names an actor of the topology, of this kind."""

    kind: type[Actor]


@dataclass(frozen=True, slots=True)
class FileName:
    """Marks a parameter that names a file or folder, relative to the scenario."""


SourceId = Annotated[str, ActorOf(Source)]
ConsumerId = Annotated[str, ActorOf(Consumer)]
OnDemandSourceId = Annotated[str, ActorOf(OnDemandSource)]
RegistryId = Annotated[str, ActorOf(Registry)]
RecipientId = Annotated[str, ActorOf(Recipient)]
GatewayId = Annotated[str | None, ActorOf(InitiatingGateway)]
ImagingGatewayId = Annotated[str | None, ActorOf(InitiatingImagingGateway)]
ServerIds = Annotated[tuple[str, ...], ActorOf(Server)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """One kind of step."""

    key: str
    """As a scenario writes it."""
    parameters: type[Checked]
    play: Callable[[Any, Stage], Outcome]
    """Gets the parameters with all references resolved."""
    counts: str
    """What `expect.count` counts."""
    answers: bool = False
    """Whether SOAP answers come back, so that `expect` may name status and errors."""

    @property
    def field(self) -> str:
        """Name of the key in Python."""
        return self.key.replace("-", "_")
