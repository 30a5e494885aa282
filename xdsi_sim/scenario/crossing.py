"""What a message is called where a gateway of another community gets it in place of an actor of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from xdsi_sim.topology.model import Actor, RespondingGateway, RespondingImagingGateway

if TYPE_CHECKING:
    from xdsi_sim.topology.world import World

__all__ = ["transaction_to"]

_ACROSS: Final[Mapping[tuple[type[Actor], str], str]] = {
    (RespondingGateway, "ITI-18"): "ITI-38",
    (RespondingGateway, "ITI-41"): "ITI-80",
    (RespondingGateway, "ITI-43"): "ITI-39",
    (RespondingImagingGateway, "RAD-69"): "RAD-75",
}
"""By who gets it: the transaction within a community, and the one between communities that is like it
(ITI TF-2: 3.38, 3.39; ITI XCDR; RAD TF: 4.75)."""


def transaction_to(running: World, actor_id: str, transaction: str) -> str:
    """The transaction by which an actor is asked for what `transaction` asks for."""
    return _ACROSS.get((type(running.topology.find(actor_id).actor), transaction), transaction)
