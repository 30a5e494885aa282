"""What partners of a test have to know of a topology, as its file says it: nothing is started for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xdsi_sim.topology import whereabouts
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.gateways import XC_WADO
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import Placed, Registry, Source, Topology
from xdsi_sim.topology.within import PATH

__all__ = ["Shown", "sessions_at", "shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An actor with all its addresses."""

    placed: Placed
    url: str | None
    """None for one that asks only."""
    beside: Mapping[str, str]
    """Where else it answers, by what it answers there."""


class _Written(Addresses):
    """Addresses as they are in the file; port 0 is still open."""

    def listening(self, listen: Listen) -> Listen:
        """Nobody listens yet."""
        return listen


def shown(topology: Topology) -> Iterator[Shown]:
    """All actors in the order of the file."""
    addresses = _Written(topology, whereabouts.others(topology, None))
    for placed in topology.actors():
        url = None if placed.address_less else addresses.url_of(placed.actor.id)
        yield Shown(placed=placed, url=url, beside=dict(_beside(addresses, placed)))


def sessions_at(topology: Topology) -> tuple[str, ...]:
    """Below which addresses sessions are, with NAME for the name of one; empty where there are none."""
    if topology.sessions == "off":
        return ()
    servers = (placed for placed in topology.actors() if not placed.address_less)
    bases = (whereabouts.base_of(topology, whereabouts.listen_of(topology, each)) for each in servers)
    return tuple(dict.fromkeys(f"{base}{PATH}/NAME/" for base in bases))


def _beside(addresses: Addresses, placed: Placed) -> Iterator[tuple[str, str]]:
    model, id_ = placed.actor, placed.actor.id
    found: list[tuple[str, str | None]] = []
    if isinstance(model, Source):
        found += (("DICOMweb", addresses.dicomweb_of(id_)), ("WADO-URI", addresses.wado_of(id_)))
        found += (("Image display (RAD-106)", addresses.image_display_of(id_)),)
    if type(model) in XC_WADO:
        found.append(("XC-WADO", addresses.xc_wado_of(id_)))
    found.append(_without_http(addresses.topology, placed))
    yield from ((what, where) for what, where in found if where)


def _without_http(topology: Topology, placed: Placed) -> tuple[str, str | None]:
    """Where an actor takes DIMSE or the patient feed by ITI-8."""
    model, host = placed.actor, whereabouts.listen_of(topology, placed).host
    peer = topology.played_by(model.id)
    if isinstance(model, Source):
        there = None if model.dimse is None or peer is not None else f"{host}:{model.dimse.port}"
        return "DIMSE", there and f"{model.aeTitle}@{there}"
    feed = model.feed.mllp if isinstance(model, Registry) and model.feed is not None else None
    if peer is not None:
        return "MLLP (ITI-8)", None if peer.mllp is None else str(peer.mllp)
    return "MLLP (ITI-8)", None if feed is None else str(Listen(feed.host or host, feed.port))
