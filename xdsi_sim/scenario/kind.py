"""What a kind of step is: its key, its parameters as a model, and the function that plays it.

A new kind is one module in `steps` and one line in `steps.KINDS`; loader, runner, schema and manual
follow from that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from xdsi_sim.scenario.stage import Outcome, Stage
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import (
    Actor,
    Consumer,
    InitiatingGateway,
    InitiatingImagingGateway,
    Mhd,
    OnDemandSource,
    Recipient,
    Registry,
    Server,
    Source,
)

__all__ = [
    "NOT_EMPTY",
    "ActorOf",
    "ConsumerId",
    "FileName",
    "GatewayId",
    "ImagingGatewayId",
    "MhdId",
    "OnDemandSourceId",
    "RecipientId",
    "RegistryId",
    "ServerId",
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
MhdId = Annotated[str, ActorOf(Mhd)]
GatewayId = Annotated[str | None, ActorOf(InitiatingGateway)]
ImagingGatewayId = Annotated[str | None, ActorOf(InitiatingImagingGateway)]
ServerId = Annotated[str, ActorOf(Server)]
ServerIds = Annotated[tuple[str, ...], ActorOf(Server)]


def _not_empty(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise wrong("at least one is expected here")
    return value


NOT_EMPTY: Final = AfterValidator(_not_empty)
"""Of a list that holds something; what is wrong in it is told first."""


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
    gives: Callable[[Any], Collection[str]] = lambda _parameters: ()
    """Names that the steps which the parameters hold find beside all others: `as` of a loop."""
    holds: bool = False
    """Whether it is made of other steps."""
    keeps: bool = False
    """Whether what those steps save is known behind this one, too."""

    fills: Callable[[Any], str | None] = lambda _parameters: None
    """A file, relative to the scenario, in whose text references are replaced."""
    hears: bool = False
    """Whether it is about messages of others: `request` is then what came, and `answer` what we said."""

    @property
    def field(self) -> str:
        """Name of the key in Python."""
        return self.key.replace("-", "_")
