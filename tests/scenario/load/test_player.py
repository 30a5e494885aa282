from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, cast

import pytest

from xdsi_sim.scenario.load.player import PLAY, Player
from xdsi_sim.scenario.load.rounds import Round, Rounds


class Asked:
    """Rounds of which each takes no time; the third is a defect."""

    def __init__(self) -> None:
        self.times = 0

    def play(self) -> Round:
        self.times += 1
        if self.times == 3:
            raise ValueError("oh")
        return Round(steps=(), exchanges=(), seconds=0.5)


def ask(path: Path, *lines: bytes) -> list[Any]:
    with socket.socket(socket.AF_UNIX) as user:
        user.settimeout(10)
        user.connect(str(path))
        answers = user.makefile("rb")
        told = []
        for line in lines:
            user.sendall(line)
            answer = answers.readline()
            told.append(json.loads(answer) if answer else None)
        return told


def test_each_line_is_a_round_and_a_defect_is_a_failed_one() -> None:
    with Player(cast("Rounds", Asked())) as player:
        told = ask(player.path, PLAY, PLAY, PLAY)
    assert told[0] == {"seconds": 0.5, "failed": None, "steps": [], "transactions": []}
    assert told[2]["failed"] == "went wrong inside xdsi-sim: ValueError('oh')"


@pytest.mark.parametrize("line", [b"stop\n", b"\x00" * 100 + b"\n", b"\n"])
def test_who_asks_for_anything_else_is_left(line: bytes) -> None:
    asked = Asked()
    with Player(cast("Rounds", asked)) as player:
        assert ask(player.path, line) == [None]
        assert len(ask(player.path, PLAY)) == 1
    assert asked.times == 1
    assert not player.path.exists()
