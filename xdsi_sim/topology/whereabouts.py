"""Where everybody answers, as the file of a topology says: by port, by community, or as a peer.

Nothing here listens. Port 0 is still open: whoever listens knows which one it became.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import did_you_mean
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import Peer, Placed, Registry, Server, Topology

__all__ = ["base_of", "foreign", "hosts_of", "listen_of", "moved_to", "named", "others", "url_of"]


def listen_of(topology: Topology, placed: Placed) -> Listen:
    """Host and port of an actor: those of its community or topology, with its own port where it has one."""
    shared = placed.community.listen or topology.listen
    own = placed.actor.port if isinstance(placed.actor, Server) else None
    return shared if own is None else Listen(shared.host, own)


def base_of(topology: Topology, listen: Listen) -> str:
    """What the addresses of all that answer there begin with."""
    return f"{'http' if topology.tls is None else 'https'}://{listen}/"


def foreign(topology: Topology, actor_id: str) -> Peer | None:
    """The peer at whose own address an actor is asked; None where that is ours, be it that of a proxy."""
    peer = topology.played_by(actor_id)
    return None if peer is None or peer.proxy is not None else peer


def url_of(topology: Topology, placed: Placed) -> str:
    """The address of an actor, be it simulated, played by a peer, or that of a proxy."""
    peer = foreign(topology, placed.actor.id)
    here = base_of(topology, listen_of(topology, placed)) + placed.path.removeprefix("/")
    return here if peer is None else peer.url


def hosts_of(topology: Topology, servers: Iterable[Placed]) -> tuple[str, ...]:
    """Hosts on which so many actors listen, for their certificate; each once."""
    models = [(placed.actor, listen_of(topology, placed).host) for placed in servers]
    feeds = (model.feed for model, _ in models if isinstance(model, Registry) and model.feed is not None)
    hosts = (*(host for _, host in models), *(feed.mllp.host for feed in feeds if feed.mllp.host))
    return tuple(dict.fromkeys(hosts))


def moved_to(topology: Topology, listen: Listen) -> Topology:
    """The same, all of it at another host and port; only ports of single actors stay."""
    communities = tuple(each.model_copy(update={"listen": None}) for each in topology.communities)
    return topology.model_copy(update={"listen": listen, "communities": communities})


def named(topology: Topology, words: Collection[str]) -> frozenset[str]:
    """Ids of all actors of the communities and of the single actors that are named.

    Raises UsageError for a name that is neither.
    """
    known = {placed.actor.id: {placed.actor.id} for placed in topology.actors()}
    for community in topology.communities:
        known[community.id] = {actor.id for _, actor in community.actors()}
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known)
            raise UsageError(f"{topology.name} has no community and no actor '{word}'.", hint=hint)
    return frozenset(id_ for word in words for id_ in known[word])


def others(topology: Topology, only: Collection[str] | None) -> dict[str, str]:
    """Addresses by id of the actors that answer elsewhere: those that peers play, and all but `only`.

    Raises UsageError where the file leaves such an address open.
    """
    found = {}
    for placed in topology.actors():
        id_ = placed.actor.id
        here = only is None or id_ in only
        if placed.address_less or (here and foreign(topology, id_) is None):
            continue
        if not here and foreign(topology, id_) is None and listen_of(topology, placed).port == 0:
            raise UsageError(
                f"{id_} is to be played elsewhere, but port 0 says nothing of where.",
                hint="Give it, or its community, a port in the file.",
            )
        found[id_] = url_of(topology, placed)
    return found
