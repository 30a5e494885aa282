from __future__ import annotations

from io import StringIO

from rich.console import Console

from xdsi_sim.scenario.outline import print_outline
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Topology


def outline(topology: Topology) -> list[str]:
    output = StringIO()
    print_outline(Console(file=output, width=200), topology)
    return [" ".join(line.strip("│ \n").split()) for line in output.getvalue().splitlines()]


def test_each_actor_has_its_role_its_oid_and_whom_it_calls() -> None:
    lines = outline(load_topology(find_topology("federated-10")))
    assert (
        "aspen-pacs Imaging Document Source 2.999.40.1.10 → aspen-repository, aspen-ig: ITI-41, RAD-68"
        in lines
    )
    called = "9 actors: ITI-38, ITI-39, ITI-80, ITI-92"
    assert (lines.count(f"→ {called}"), lines.count(f"← {called}")) == (10, 10)


def test_peers_are_told_beside_whom_they_play_or_outside() -> None:
    central = load_topology(find_topology("central"))
    peers = [
        {"id": "vendor", "url": "http://v/r", "plays": "registry"},
        {"id": "other", "url": "http://v/else"},
    ]
    lines = outline(Topology.model_validate({**dict(central), "peers": peers}))
    assert "registry, played by vendor Document Registry" in lines
    assert "other http://v/else" in lines
