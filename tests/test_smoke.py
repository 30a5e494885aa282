"""The shortest whole path, run on every Python: the central scenario by the real command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_central_scenario_passes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xdsi_sim", "run", "central", "--listen", "127.0.0.1:0"]
    ended = subprocess.run(
        [*command, "--reports", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {path.name for path in tmp_path.iterdir()} >= {"report.html", "junit.xml", "report.json"}
