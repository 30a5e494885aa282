from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from a_scenario import write

from xdsi_sim.cli.run_load import LoadOptions
from xdsi_sim.errors import UsageError

STEPS = '  - {name: gone, send: {text: "GET / HTTP/1.1\\n\\n", to: registry}, expect: {status: HTTP 404}}\n'


def options(**given: object) -> LoadOptions:
    return LoadOptions(**{"load": None, "master": None, "worker": None, "workers": 1, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"master": "127.0.0.1:1"}, "how much load"),
        ({"load": "users=1", "worker": "127.0.0.1:1"}, "--load is for the master"),
        ({"master": "127.0.0.1:1", "worker": "127.0.0.1:1"}, "exclude each other"),
        ({"load": "", "master": "nowhere"}, "nowhere"),
    ],
)
def test_options_that_do_not_go_together_are_told(given: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        _ = options(**given).place


def test_who_is_what_follows_from_the_options() -> None:
    assert not options().wanted
    assert options(load="").place.role == "alone"
    master = options(load="", master="127.0.0.1:5", workers=3).place
    assert (master.role, master.port, master.workers) == ("master", 5, 3)
    assert options(worker="127.0.0.1:6").place.role == "worker"


def test_limits_decide_the_exit_code(tmp_path: Path) -> None:
    scenario, reports = str(write(tmp_path, STEPS)), tmp_path / "reports"
    load = [
        "--load",
        "users=2,duration=0.5s,ITI-18.p50=1s",
        "--listen",
        "127.0.0.1:0",
        "--reports",
        str(reports),
    ]
    command = [sys.executable, "-m", "xdsi_sim", "run", scenario, *load, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] == "fail"
    assert [check["text"] for check in told["checks"] if not check["ok"]] == ["ITI-18.p50 <= 1000 ms"]
    assert told["reports"] == [str(reports / "load.html"), str(reports / "load.json")]
    assert json.loads((reports / "load.json").read_text(encoding="utf-8"))["users"] == 2
