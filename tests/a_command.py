"""The command, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

COMMAND = [sys.executable, "-m", "xdsi_sim"]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run it to its end, at most a minute."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
