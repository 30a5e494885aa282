"""How everything is printed for people: the terminal, text of others in it, and tables.

Whatever comes from a file or a peer is shown as plain text: it can neither colour nor move the terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xdsi_sim.scenario.reports.wording import one_line
from xdsi_sim.visible import visible

__all__ = ["console", "plain", "plain_line", "print_table"]

_WIDE: Final = 200  # columns where nobody looks: a log or a pipe wraps nothing


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """Nobody reads any more (`| head`): what goes on is not shown, but neither is it cut short."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console(*, stderr: bool = False) -> Console:
    """Standard output, or the other one; in colour only where it is a terminal."""
    width = None if (sys.stderr if stderr else sys.stdout).isatty() else _WIDE
    return _Output(highlight=False, soft_wrap=True, width=width, stderr=stderr)


def plain(text: object) -> str:
    """Text of others, to stand within markup."""
    return escape(visible(str(text)))


def plain_line(text: object) -> str:
    """The same, without line breaks."""
    return escape(one_line(str(text)))


def print_table(output: Console, title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A table of plain text; what does not fit into a cell is folded, never cut."""
    table = Table(title=plain(title))
    for name in columns:
        table.add_column(name, overflow="fold")
    for cells in rows:
        table.add_row(*map(plain, cells))
    output.print(table)
