"""A scenario as load, from end to end: actors here, Locust beside."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from a_scenario import HEAD, write

from xdsi_sim.scenario.load.drive import Place, SetupFailed, drive
from xdsi_sim.scenario.load.report import LoadReport
from xdsi_sim.scenario.load.settings import read_load
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.topology.model import Listen

FREE = Listen("127.0.0.1", 0)
STEPS = """\
  - name: found
    query:
      consumer: workstation
      registry: registry
      query: FindDocuments
      parameters: {patientId: "P1^^^&2.999.10.1&ISO", status: [Approved]}
    expect: {count: %s}
"""


def made(folder: Path, load: str, count: int = 0, place: Place | None = None) -> LoadReport | None:
    loaded = load_scenario(write(folder, STEPS % count))
    return drive(loaded, read_load(load), place or Place(), listen=FREE)


def test_a_scenario_is_made_load_of_and_its_limits_hold(tmp_path: Path) -> None:
    told: list[tuple[int, int, float]] = []
    loaded = load_scenario(write(tmp_path, STEPS % 0))
    settings = read_load("users=3,duration=1s,ITI-18.p95=5s,failures=0%")
    report = drive(loaded, settings, Place(), listen=FREE, tell=lambda *each: told.append(each))
    assert report is not None
    assert report.verdict == "pass", report
    (rounds,), (step,), (query,) = (report.of(kind) for kind in ("round", "step", "transaction"))
    assert rounds.times == step.times == query.times > 5
    assert (step.name, query.name) == ("1. found", "ITI-18 to registry")
    assert told[0][2] > told[-1][2]


def test_rounds_that_fail_are_told_with_the_reason(tmp_path: Path) -> None:
    report = made(tmp_path, "users=1,duration=0.5s", count=3)
    assert report is not None
    assert report.verdict == "fail"
    assert report.of("round")[0].failed == report.of("round")[0].times > 0
    assert report.failures[0].text.endswith("number of objects is 3: found 0")


def test_no_load_is_made_where_the_setup_does_not_pass(tmp_path: Path) -> None:
    head = HEAD.replace("steps:\n", f"setup:\n{STEPS % 9}steps:\n")
    loaded = load_scenario(write(tmp_path, STEPS % 0, head))
    with pytest.raises(SetupFailed, match="the setup has not passed: found"):
        drive(loaded, read_load("duration=1s"), Place(), listen=FREE)


def test_a_master_counts_what_its_workers_have_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    working = threading.Thread(
        target=made, args=(tmp_path / "w", ""), kwargs={"place": Place(role="worker", port=port)}
    )
    working.start()
    master = Place(role="master", port=port, workers=1)
    report = made(tmp_path / "m", "users=2,duration=1s,rate=50", place=master)
    working.join(20)
    assert not working.is_alive()
    assert report is not None
    assert report.verdict == "pass", report
    assert 10 < report.of("round")[0].times < 90  # the master has told the pace
