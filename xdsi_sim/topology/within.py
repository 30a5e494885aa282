"""What a topology is within a session: the same actors, but for what has no path."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from xdsi_sim.deviations.catalogue import deviation_named
from xdsi_sim.deviations.deviation import TLS
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.topology.model import Community, Registry, Server, Source, Topology

__all__ = ["FOLDER", "PATH", "check_sessions", "name_trouble", "within"]

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
    communities = tuple(_community(community, codes) for community in topology.communities)
    return topology.model_copy(update={"tls": None, "communities": communities})


def _community(community: Community, codes: Path | None) -> Community:
    changed: dict[Any, list[Any]] = {}
    for place, actor in community.actors():
        changed.setdefault(place[0], []).append(_actor(actor))
    update: dict[str, Any] = {
        key: tuple(actors) if isinstance(getattr(community, key), tuple) else actors[0]
        for key, actors in changed.items()
    }
    if codes is not None:
        settings = community.codes or CodeSettings(files=(codes,))
        update["codes"] = settings.looked_at().model_copy(update={"files": (codes,), "valueSets": {}})
    return community.model_copy(update=update)


def _actor(actor: Any) -> Any:
    update: dict[str, Any] = {}
    if isinstance(actor, Registry):
        update["feed"] = None
    if isinstance(actor, Source):
        update["dimse"] = None
        update["dicomweb"] = actor.dicomweb.model_copy(update={"publicUrl": None})
    if isinstance(actor, Server):
        update["faults"] = tuple(fault for fault in actor.faults if _has_a_path(fault.deviation))
    return actor.model_copy(update=update) if update else actor


def _has_a_path(deviation: str) -> bool:
    """Whether it changes messages, and not connections."""
    return set(deviation_named(deviation).transactions or ()) != {TLS}
