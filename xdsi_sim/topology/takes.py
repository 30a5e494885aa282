"""`feed:` and `takesFrom:` of a registry: what it takes beside submissions, and from whom."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.listen import Listen, read_port_or_listen
from xdsi_sim.topology.names import Oid

__all__ = ["Feed", "TakesFrom"]


class Feed(Checked):
    """Where a registry takes its patient identity feed beside its SOAP address."""

    mllp: Annotated[
        Listen,
        BeforeValidator(read_port_or_listen),
        WithJsonSchema({"type": ["integer", "string"], "examples": [2575, "127.0.0.1:2575"]}),
    ]
    """Port, or host and port, for ITI-8; a port alone is one on the host of the topology."""


class TakesFrom(Checked):
    """Whom a registry knows beside the repositories and sources of its community."""

    repositories: tuple[Oid, ...] | None = None
    """repositoryUniqueIds; None takes from any."""
    sources: tuple[Oid, ...] | None = None
    """sourceIds; None takes from any."""
