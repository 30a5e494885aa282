from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import topology

from xdsi_sim.actors.imaging_source import ImagingDocumentSource
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.errors import CannotRun
from xdsi_sim.services.host import PORT_TYPES
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Actor, Consumer, Listen, Server
from xdsi_sim.topology.players import ROLES


def kinds(of: type[Actor]) -> set[type[Actor]]:
    """All kinds of actors below one, that are no mere kin of others."""
    below = set().union(*(kinds(each) for each in of.__subclasses__()))
    return below or {of}


def test_every_kind_of_actor_that_answers_has_a_port_type_and_is_made() -> None:
    assert set(ROLES) == kinds(Actor) - {Consumer}
    assert all(issubclass(kind, Server) for kind in ROLES)
    assert {port_type for port_type, _ in ROLES.values()} <= {*PORT_TYPES, "mhd"}


def test_what_actors_keep_is_held_as_long_as_the_topology_runs(tmp_path: Path) -> None:
    with start(topology(), tmp_path, Listen("127.0.0.1", 0)) as running:
        players = running._players
        assert set(players.stores) == {"pacs"}
        assert set(players.on_demand_sources) == {"summaries"}
        again = running.topology.find("registry")
        with pytest.raises(CannotRun, match="cannot be used"):
            players.registry(again, strict=False)  # the store is open already
    with start(topology(), tmp_path, Listen("127.0.0.1", 0)) as running:
        assert running._players.stores["pacs"].studies() == ()


def test_actors_are_of_the_kind_that_the_file_says() -> None:
    made = {kind.__name__: make.__annotations__["return"] for kind, (_, make) in ROLES.items()}
    assert made["Source"] == ImagingDocumentSource.__name__
    assert made["Registry"] == DocumentRegistry.__name__
