"""One exchange in full: heads, bodies as text where they are text, findings with rule and citation.

Bodies are whatever peers sent: they are parsed by the hardened reader alone, shown within limits, and
none of their characters acts on the terminal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rich.console import Console

from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.listing import colour_of
from xdsi_sim.inspector.pieces import SIDES, Piece, message_of, pieces_of
from xdsi_sim.scenario.printing import plain_line
from xdsi_sim.scenario.reports.body_view import PLAIN, view_of
from xdsi_sim.scenario.reports.wording import duration_text, iso_time, plural, size_text
from xdsi_sim.soap.media import Headers

__all__ = ["print_exchange"]


def print_exchange(output: Console, exchange: Exchange, sides: Collection[str] = SIDES) -> None:
    """Who asked whom for what and how it came out, then the messages of these sides, then the findings."""
    for line in _facts(exchange):
        output.print(line)
    pieces = pieces_of(exchange)
    for side in SIDES:
        if side in sides:
            output.print(f"\n[bold]{side}[/bold]")
            _print_message(
                output, message_of(exchange, side), [piece for piece in pieces if piece.side == side]
            )
    output.print(f"\n[bold]{plural(len(exchange.findings), 'finding')}[/bold]")
    for finding in exchange.findings:
        output.print(_finding(finding))


def _facts(exchange: Exchange) -> Iterator[str]:
    colour = colour_of(exchange.status)
    ends = f"{plain_line(exchange.sender)} → {plain_line(exchange.receiver)}"
    yield f"[bold]{plain_line(exchange.transaction)}[/bold] {ends}"
    yield f"[{colour}]{plain_line(exchange.status)}[/{colour}] after {duration_text(exchange.duration)}"
    yield f"id {plain_line(exchange.id)}, conversation {plain_line(exchange.conversation)}"
    session = f", session {plain_line(exchange.session)}" if exchange.session else ""
    yield f"started {iso_time(exchange.started)}{session}"
    for deviation in exchange.deviations:
        yield f"[yellow]wrong on purpose:[/yellow] {plain_line(deviation)}"


def _print_message(output: Console, message: HttpMessage | None, pieces: list[Piece]) -> None:
    if message is None:
        output.print("no answer came")
        return
    output.print(plain_line(message.start_line))
    _print_headers(output, message.headers)
    for piece in pieces:
        _print_piece(output, piece)


def _print_headers(output: Console, headers: Headers) -> None:
    for name, value in headers:
        output.print(f"[dim]{plain_line(name)}:[/dim] {plain_line(value)}")


def _print_piece(output: Console, piece: Piece) -> None:
    try:
        view = view_of(piece.headers, piece.body, dress=PLAIN)
    except OSError as error:  # a crash cut the log short, or it has forgotten this one meanwhile
        output.print(f"\n\\[{piece.number}] the log has lost it: {plain_line(error.strerror or str(error))}")
        return
    kind = piece.type or "no media type"
    notes = "".join(f"; {plain_line(note)}" for note in view.notes)
    output.print(f"\n\\[{piece.number}] {plain_line(kind)}, {view.kind}, {size_text(view.size)}{notes}")
    if not piece.whole:
        _print_headers(output, piece.headers)
    if view.text is not None:
        output.print(view.text.rstrip("\n"), markup=False)


def _finding(finding: Finding) -> str:
    place = f" at {plain_line(finding.location)}" if finding.location else ""
    cites = f" ({plain_line(finding.cites)})" if finding.cites else ""
    return f"{finding.severity.value} {plain_line(finding.rule)}{place}: {plain_line(finding.text)}{cites}"
