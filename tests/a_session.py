"""A domain whose actors are in sessions, too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from a_domain import topology

from xdsi_sim.limits import Limits
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology

__all__ = ["at_home", "base_of", "below", "domain_of_sessions", "with_sessions"]


def with_sessions(found: Topology, mode: str = "open", **limits: int) -> Topology:
    """A topology with sessions, and with limits for them."""
    return found.model_copy(update={"sessions": mode, "limits": replace(Limits(), **limits)})


def domain_of_sessions(data: Path, mode: str = "open", **limits: Any) -> RunningTopology:
    """Registry, repository, On-Demand and imaging source, for all and in sessions."""
    return start(with_sessions(topology(), mode, **limits), data, Listen("127.0.0.1", 0))


def base_of(running: RunningTopology) -> str:
    """Where all of them answer, without a slash at its end."""
    return running.url_of("registry").removesuffix("/c/registry")


def below(running: RunningTopology, name: str, actor: str = "registry") -> str:
    """The address of an actor in a session."""
    return f"{base_of(running)}/s/{name}/c/{actor}"


def at_home(url: str) -> str:
    """The same actor, out of its session."""
    host, _, rest = url.partition("/s/")
    return f"{host}/{rest.partition('/')[2]}"
