from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import topology

from xdsi_sim.errors import CannotRun
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.opening import offer

FREE = Listen("127.0.0.1", 0)


def on_demand(*patients: str) -> Topology:
    plain = topology().model_dump(mode="json", exclude_none=True)
    plain["listen"] = "127.0.0.1:0"
    source = {"id": "summaries", "repositoryUniqueId": "2.999.66.1", "offers": list(patients)}
    plain["communities"][0]["onDemandSources"] = [source]
    return Topology.model_validate(plain)


def test_what_is_offered_at_the_start_is_offered_once(tmp_path: Path) -> None:
    offering = on_demand("P1")
    for _ in range(2):
        with start(offering, tmp_path / "data", FREE) as running:
            sources = {"summaries": running.on_demand_source("summaries")}
            before = len(running.exchanges())
            offer(sources, offering, running._clients.soap, running._loop)
            sent = [each.transaction for each in running.exchanges()[before:]]
            assert "ITI-61" not in sent


def test_an_offer_that_is_refused_stops_the_start(tmp_path: Path) -> None:
    other = "P1^^^&2.999.404&ISO"  # of an authority that the community does not have
    with pytest.raises(CannotRun, match="summaries cannot offer a document of patient"):
        start(on_demand(other), tmp_path / "data", FREE)
