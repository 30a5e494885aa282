"""Locust in its process, with a player that answers at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from xdsi_sim.scenario.load.player import Player
from xdsi_sim.scenario.load.rounds import Round, Rounds
from xdsi_sim.scenario.record import Check, StepRecord, Verdict


class Quick:
    """Each round has a step, and each fourth of them fails."""

    def __init__(self) -> None:
        self.times = 0

    def play(self) -> Round:
        self.times += 1
        good = self.times % 4 != 0
        step = StepRecord(
            name="ask",
            kind="send",
            verdict=Verdict.PASS if good else Verdict.FAIL,
            started=0,
            duration=0.25,
            checks=(Check(text="count is 1", ok=good, observed="2"),),
        )
        return Round(steps=(step,), exchanges=(), seconds=0.3)


def test_users_ask_at_their_pace_and_all_is_counted(tmp_path: Path) -> None:
    figures, plan, quick = tmp_path / "figures.json", tmp_path / "plan.json", Quick()
    with Player(cast("Rounds", quick)) as player:
        told: dict[str, Any] = {
            "role": "alone",
            "player": str(player.path),
            "figures": str(figures),
            "users": 4,
            "spawn": None,
            "rate": 40,
            "duration": 1.15,
        }
        plan.write_text(json.dumps(told), encoding="utf-8")
        command = [sys.executable, "-m", "xdsi_sim.scenario.load.swarm", str(plan)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    rows = {row["kind"]: row for row in found["rows"]}
    counted = rows["round"]["times"]
    assert quick.times - 4 <= counted <= quick.times  # who is about to begin at the end is not waited for
    assert 16 <= counted <= 56  # 40 a second for 1.15 s
    assert rows["step"]["failed"] == rows["round"]["failed"] >= counted // 4 - 1
    assert rows["step"]["name"] == "1. ask"
    assert rows["step"]["p95"] == 0.25
    assert {failure["text"] for failure in found["failures"]} == {
        "ask: count is 1: found 2",
        "count is 1: found 2",
    }


def test_nothing_is_rewired_before_it_is_asked_for() -> None:
    code = (
        "import sys, xdsi_sim.scenario.load.swarm, xdsi_sim.scenario.load.drive\n"
        "print([name for name in ('locust', 'gevent') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
