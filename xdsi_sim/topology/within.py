"""What a topology is once more beside itself, in a session or on ports of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from xdsi_sim.deviations.catalogue import deviation_named
from xdsi_sim.deviations.deviation import TLS
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.topology.model import Community, Registry, Server, Source, Topology

__all__ = ["FOLDER", "PATH", "apart", "check_sessions", "name_trouble", "within"]

PATH: Final = "s"
"""Below which sessions are, on every port."""
FOLDER: Final = "sessions"
"""Of what sessions keep, in the data folder; also the path at which they are made."""
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
"""One that is the same in a path, as a folder on any disk, and on a command line."""


def name_trouble(name: str) -> str | None:
    """Why this cannot be the name of a session; None where it can."""
    if _NAME.fullmatch(name):
        return None
    shown = name if len(name) <= 60 else f"{name[:60]}…"
    return (
        f"'{shown}' is no name of a session: 1 to 40 small letters, digits, '-' and '_', "
        "a letter or digit at both ends."
    )


def check_sessions(topology: Topology, *, alone: bool) -> None:
    """Raises UsageError where sessions of the topology would share what they are to have for themselves."""
    if not alone:
        raise UsageError(
            "sessions are kept by one process that plays all actors.", hint="Leave out --workers and --only."
        )
    for community in topology.communities:
        if community.id in (PATH, FOLDER):
            raise UsageError(f"sessions have the path of community '{community.id}'.", hint="Rename it.")
    for placed in topology.actors():
        actor = placed.actor
        if actor.id == FOLDER:
            raise UsageError(f"sessions have the folder of actor '{actor.id}'.", hint="Rename it.")
        if (peer := topology.played_by(actor.id)) is not None:
            raise UsageError(f"all sessions would share {actor.id}, which {peer.id} plays.", hint=_SHARED)
        if isinstance(actor, Source) and actor.backend is not None:
            raise UsageError(f"all sessions would share the archive behind {actor.id}.", hint=_SHARED)


_SHARED: Final = "Sessions are for actors that are simulated here."


def within(topology: Topology, codes: Path | None = None) -> Topology:
    """The topology of a session: nothing that has no path, and nothing that others know by another address.

    With `codes`, a table of its own takes the place of those that the communities have.
    """
    communities = tuple(_coded(_with(community, _actor), codes) for community in topology.communities)
    return topology.model_copy(update={"tls": None, "communities": communities})


def apart(topology: Topology) -> Topology:
    """The same actors on ports that are free: nothing that is fixed to one, or known by another address."""
    viewer = topology.viewer and topology.viewer.model_copy(update={"publicUrl": None})
    communities = tuple(_with(community, _portless) for community in topology.communities)
    return topology.model_copy(update={"sessions": "off", "viewer": viewer, "communities": communities})


def _with(community: Community, change: Callable[[Any], Any]) -> Community:
    """The same, each of its actors changed."""
    changed: dict[Any, list[Any]] = {}
    for place, actor in community.actors():
        changed.setdefault(place[0], []).append(change(actor))
    update: dict[str, Any] = {
        key: tuple(actors) if isinstance(getattr(community, key), tuple) else actors[0]
        for key, actors in changed.items()
    }
    return community.model_copy(update=update)


def _coded(community: Community, codes: Path | None) -> Community:
    if codes is None:
        return community
    settings = community.codes or CodeSettings(files=(codes,))
    own = settings.looked_at().model_copy(update={"files": (codes,), "valueSets": {}})
    return community.model_copy(update={"codes": own})


def _actor(actor: Any) -> Any:
    if isinstance(actor, Server):
        faults = tuple(fault for fault in actor.faults if _has_a_path(fault.deviation))
        return _unbound(actor, faults=faults)
    return actor


def _portless(actor: Any) -> Any:
    return _unbound(actor, port=None) if isinstance(actor, Server) else actor


def _unbound(actor: Any, **update: Any) -> Any:
    """Without ports of other protocols, and without an address that leads elsewhere."""
    if isinstance(actor, Registry):
        update["feed"] = None
    if isinstance(actor, Source):
        update["dimse"] = None
        update["dicomweb"] = actor.dicomweb.model_copy(update={"publicUrl": None})
    return actor.model_copy(update=update)


def _has_a_path(deviation: str) -> bool:
    """Whether it changes messages, and not connections."""
    return set(deviation_named(deviation).transactions or ()) != {TLS}
