from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.errors import Severity
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen

ARCHITECTURES = sorted(scenarios().glob("architecture-*.yaml"))
SHIPPED = sorted({*scenarios().glob("*.yaml")} - {*ARCHITECTURES})
TOPOLOGIES = sorted((scenarios() / "topologies").glob("*.yaml"))


def passing(path: Path, folder: Path) -> RunRecord:
    """The record of a scenario, which has to pass."""
    loaded = load_scenario(path)
    with start(loaded.topology, folder, Listen("127.0.0.1", 0)) as running:
        record = play(loaded, running)
    assert record.verdict is Verdict.PASS, [step for step in record.steps if step.verdict is not Verdict.PASS]
    # what was refused was to be refused, else a step would not have passed
    accepted = [exchange for exchange in record.exchanges if exchange.status == "Success"]
    found = [finding for exchange in accepted for finding in exchange.findings]
    assert [finding for finding in found if finding.severity is not Severity.INFO] == []
    wrong = {exchange.id for exchange in record.exchanges if exchange.deviations}  # on purpose
    right = [step for step in record.steps if not wrong & set(step.exchanges)]
    assert [finding for step in right for finding in step.findings] == []
    return record


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_every_shipped_scenario_passes_without_findings(path: Path, tmp_path: Path) -> None:
    assert passing(path, tmp_path).steps


def test_in_every_architecture_the_same_images_come_to_the_last_octet(tmp_path: Path) -> None:
    records = {path.stem: passing(path, tmp_path / path.stem) for path in ARCHITECTURES}
    assert [*records] == ["architecture-a", "architecture-b", "architecture-c", "architecture-mixed"]
    compared = [
        dict(step.details)["Digest of UIDs and bytes"]
        for record in records.values()
        for step in record.steps
        if step.kind == "compare"
    ]
    assert len(compared) == 2 + 3 + 2 + 3
    assert len(set(compared)) == 1


@pytest.mark.parametrize("path", TOPOLOGIES, ids=[path.stem for path in TOPOLOGIES])
def test_every_shipped_topology_can_be_started(path: Path, tmp_path: Path) -> None:
    start(load_topology(path), tmp_path, Listen("127.0.0.1", 0)).close()
