from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.tls import TlsSettings


def test_the_central_scenario_passes_over_mutual_tls(tmp_path: Path) -> None:
    loaded = load_scenario(scenarios() / "central.yaml")
    topology = loaded.topology.model_copy(update={"tls": TlsSettings()})
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        assert running.url_of("registry").startswith("https://")
        record = play(replace(loaded, topology=topology), running)
    assert record.verdict is Verdict.PASS, [step for step in record.steps if step.verdict is not Verdict.PASS]
    assert [finding for exchange in record.exchanges for finding in exchange.findings] == []
