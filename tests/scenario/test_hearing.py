from __future__ import annotations

from pathlib import Path

from a_scenario import run, write

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen

TWICE = """\
  - {name: tell, patient: {registry: registry, new: 3}, save: who}
  - name: what came
    received: {actor: registry}
    expect: {count: 3}
"""


def test_a_run_hears_what_was_since_its_beginning_in_the_order_in_which_it_began(tmp_path: Path) -> None:
    record = run(tmp_path, TWICE)
    assert [exchange.transaction for exchange in record.exchanges] == ["ITI-44"] * 3
    assert list(record.exchanges) == sorted(record.exchanges, key=lambda exchange: exchange.started)


def test_runs_on_one_topology_do_not_hear_each_other(tmp_path: Path) -> None:
    loaded = load_scenario(write(tmp_path, TWICE))
    with start(loaded.topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        records = [play(loaded, running) for _ in range(2)]
    assert [record.verdict for record in records] == [Verdict.PASS] * 2
    assert [len(record.exchanges) for record in records] == [3, 3]
