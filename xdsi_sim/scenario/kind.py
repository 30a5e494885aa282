"""What a kind of step is: its key, its parameters as a model, and the function that plays it.

A new kind is one module in `steps` and one line in `steps.KINDS`; loader, runner, schema and manual
follow from that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from xdsi_sim.ebrim.datatypes import HOME_COMMUNITY_ID
from xdsi_sim.scenario.stage import Outcome, Stage
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import (
    Actor,
    Consumer,
    InitiatingGateway,
    InitiatingImagingGateway,
    OnDemandSource,
    Recipient,
    Registry,
    RespondingGateway,
    RespondingImagingGateway,
    Server,
    Source,
)

__all__ = [
    "NOT_EMPTY",
    "ActorOf",
    "AnyGatewayId",
    "AnyImagingGatewayId",
    "CommunityId",
    "ConsumerId",
    "FileName",
    "GatewayId",
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
    """Marks a parameter that names an actor of the topology, of this kind, or of one of several."""

    kind: type[Actor]
    others: tuple[type[Actor], ...] = ()

    @property
    def kinds(self) -> tuple[type[Actor], ...]:
        """All of them."""
        return (self.kind, *self.others)

    @property
    def roles(self) -> str:
        """In words."""
        return " or ".join(kind.role for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class FileName:
    """Marks a parameter that names a file or folder, relative to the scenario."""


SourceId = Annotated[str, ActorOf(Source)]
ConsumerId = Annotated[str, ActorOf(Consumer)]
OnDemandSourceId = Annotated[str, ActorOf(OnDemandSource)]
RegistryId = Annotated[str, ActorOf(Registry)]
RecipientId = Annotated[str, ActorOf(Recipient)]
GatewayId = Annotated[str | None, ActorOf(InitiatingGateway)]
AnyGatewayId = Annotated[str | None, ActorOf(InitiatingGateway, (RespondingGateway,))]
"""One's own gateway, or that of another community, which is asked as by an Initiating Gateway."""
AnyImagingGatewayId = Annotated[str | None, ActorOf(InitiatingImagingGateway, (RespondingImagingGateway,))]
"""The same, for images."""
ServerId = Annotated[str, ActorOf(Server)]
ServerIds = Annotated[tuple[str, ...], ActorOf(Server)]


def _a_home(text: str) -> str:
    if "${" not in text and not HOME_COMMUNITY_ID.fullmatch(text):
        raise wrong(f"'{text}' is not a homeCommunityId, such as urn:oid:2.999.1")
    return text


CommunityId = Annotated[str, AfterValidator(_a_home)]
"""A homeCommunityId, perhaps as a reference."""


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
