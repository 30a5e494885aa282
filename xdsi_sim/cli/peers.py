"""`--peer ACTOR=URL`: a foreign system plays an actor of a topology that is used as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.cli.conventions import peer_address
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.topology.model import Topology

__all__ = ["with_peers"]

_FORM: Final = (
    "ACTOR=URL, for an imaging source ACTOR=URL,BASE[,WADO] with its addresses of DICOMweb and WADO-URI, "
    "for an imaging gateway ACTOR=URL,BASE with that of XC-WADO"
)


def with_peers(topology: Topology, options: Sequence[str] | None) -> Topology:
    """The topology with a peer for each option; raises UsageError where one cannot be."""
    if not options:
        return topology
    from pydantic import ValidationError  # noqa: PLC0415

    from xdsi_sim.topology.model import Peer, Topology  # noqa: PLC0415

    roles = {placed.actor.id: placed.actor.role for placed in topology.actors()}
    told = [_peer(option, roles) for option in options]
    taken = {each["plays"] for each in told}
    kept = [peer for peer in topology.peers if peer.plays not in taken]
    try:
        peers = (*kept, *(Peer.model_validate(each) for each in told))
        return Topology.model_validate({**dict(topology), "peers": peers})
    except ValidationError as error:
        raise UsageError(f"--peer: {error.errors()[0]['msg'].rstrip('.')}.") from None


def _peer(option: str, roles: Mapping[str, str]) -> dict[str, Any]:
    actor, separator, addresses = option.partition("=")
    if not separator:
        raise UsageError(f"--peer: '{option}' is not {_FORM}.")
    url, _, web = addresses.partition(",")
    base, _, wado = web.partition(",")
    face = "xcWado" if "Imaging Gateway" in roles.get(actor, "") else "dicomweb"
    return {
        "id": f"peer-{actor}",
        "plays": actor,
        "url": peer_address("--peer", url, "http", "https"),
        face: peer_address("--peer", base, "http", "https") if base else None,
        "wado": peer_address("--peer", wado, "http", "https") if wado else None,
    }
