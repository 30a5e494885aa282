"""The command line: one module a group of commands, put together in `app`."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """The console script: runs a command and exits with its code."""
    # not above: a process of our own that is spawned imports the script that began it, and runs no command
    from xdsi_sim.cli import app

    app.main()
