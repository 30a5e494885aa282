from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from a_scenario import write

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.playing import Plays, Run
from xdsi_sim.scenario.loader import find_scenario, load_scenario
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen


def a_run(folder: Path) -> Run:
    return Run(number=1, loaded=load_scenario(find_scenario("central")), folder=folder)


def a_step(name: str = "load") -> StepRecord:
    return StepRecord(name=name, kind="load", verdict=Verdict.PASS, started=0, duration=1)


def test_a_step_is_a_line_from_its_beginning_on(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    run.begins("1", "load", holds=False)
    assert [(line.number, line.record) for line in run.lines] == [("1", None)]
    run.ended("1", a_step())
    run.ended("2", a_step("not begun"))
    assert [(line.number, line.name, line.record is not None) for line in run.lines] == [
        ("1", "load", True),
        ("2", "not begun", True),
    ]


def test_what_is_waited_for_is_told_until_the_step_ends(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    run.begins("1", "receive", holds=False)
    run.waits("1", ["send a manifest to http://127.0.0.1/"], 30.0)
    assert run.waiting == ("Step 1", "send a manifest to http://127.0.0.1/")
    assert (run.left, run.over) == (30.0, False)
    run.ended("1", a_step())
    assert run.waiting == ()


def test_what_goes_wrong_ends_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("xdsi_sim.inspector.playing.play", fails)
    with start(load_topology(find_topology("central")), tmp_path, Listen("127.0.0.1", 0)) as running:
        plays = Plays(running)
        run = plays.start("central")
        until = time.monotonic() + 10
        while not run.over and time.monotonic() < until:
            time.sleep(0.01)
        assert run.trouble == "RuntimeError: broken"
        assert plays.last() == (run,)
        assert plays.numbered("1") is run
        assert plays.numbered("2") is None
        with pytest.raises(UsageError, match="no scenario 'nobody' fits"):
            plays.start("nobody")


def test_a_run_that_is_under_way_ends_with_its_teardown_and_its_report(tmp_path: Path) -> None:
    waits = "  - {name: wait, wait: {to: registry, seconds: 60}}\n"
    last = "teardown:\n  - {name: after, load: {source: pacs-north, samples: [cr-chest]}}\n"
    loaded = load_scenario(write(tmp_path, waits + last))
    with start(loaded.topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        plays = Plays(running)
        plays.fitting = {"trial": loaded}
        run = plays.start("trial")
        until = time.monotonic() + 30
        while not run.waiting and time.monotonic() < until:
            time.sleep(0.01)
        plays.close()
        assert (run.over, run.trouble) == (True, None)
        assert run.record is not None
        assert run.record.interrupted
        assert [(step.name, step.verdict, step.text == "interrupted") for step in run.record.steps] == [
            ("wait", Verdict.ERROR, True),
            ("after", Verdict.PASS, False),
        ]
        assert (run.folder / "report.html").is_file()
