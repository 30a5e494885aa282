"""Exchanges as lines of a table, which can be printed one by one as they come.

Whatever a peer had a say in is shown as plain text: it can neither colour nor move the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape

from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.reports.wording import duration_text, iso_time, one_line, shorten, size_text

__all__ = ["SHORT", "colour_of", "print_heading", "print_lines"]

SHORT: Final = 8
"""Digits of an id in a list: enough to name one of many."""

_COLUMNS: Final = (  # title, columns that it takes at least, whether it stands at the right
    ("time (UTC)", 24, False),
    ("id", SHORT, False),
    ("from → to", 30, False),
    ("transaction", 11, False),
    ("status", 16, False),
    ("findings", 8, True),
    ("took", 8, True),
    ("size", 7, True),
)
_STATUS: Final = 4
_LONGEST: Final = 40
_COLOURS: Final = (("success", "green"), ("partialsuccess", "yellow"), ("http 2", "green"))


def colour_of(status: str) -> str:
    """Green is good, yellow half, red all the rest."""
    return next((colour for start, colour in _COLOURS if status.lower().startswith(start)), "red")


def print_heading(output: Console) -> None:
    """The names of the columns."""
    titles = [_padded(title, width, right) for title, width, right in _COLUMNS]
    output.print(f"[bold]{'  '.join(titles).rstrip()}[/bold]")


def print_lines(output: Console, exchanges: Sequence[Exchange]) -> None:
    """One line an exchange."""
    for exchange in exchanges:
        output.print("  ".join(_cells(exchange)).rstrip())


def _cells(exchange: Exchange) -> Iterator[str]:
    columns = zip(_texts(exchange), _COLUMNS, strict=True)
    for number, (text, (_, width, right)) in enumerate(columns):
        cell = escape(_padded(shorten(one_line(text), _LONGEST), width, right))
        colour = colour_of(exchange.status)
        yield f"[{colour}]{cell}[/{colour}]" if number == _STATUS else cell


def _texts(exchange: Exchange) -> tuple[str, ...]:
    size = exchange.request.body.size + (exchange.response.body.size if exchange.response else 0)
    session = f"{exchange.session}: " if exchange.session else ""
    return (
        iso_time(exchange.started),
        exchange.id[:SHORT],
        f"{session}{exchange.sender} → {exchange.receiver}",
        exchange.transaction,
        "; ".join((exchange.status, *(f"fault {one}" for one in exchange.deviations))),
        str(len(exchange.findings) or ""),
        duration_text(exchange.duration),
        size_text(size),
    )


def _padded(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
