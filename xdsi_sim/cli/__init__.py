"""The command line: one module a group of commands, put together in `app`."""

from xdsi_sim.cli.app import main

__all__ = ["main"]
