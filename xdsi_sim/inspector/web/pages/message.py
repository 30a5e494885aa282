"""One exchange: request and answer beside each other, what each says, and what is wrong with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from markupsafe import Markup

from xdsi_sim.content import Segment
from xdsi_sim.ebrim.xml import Element
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.attributes import AttributeTable, tables_of
from xdsi_sim.inspector.curl import address_of, curl_of, is_http
from xdsi_sim.inspector.judgement import Looked, Told, judge_exchange
from xdsi_sim.inspector.pieces import SIDES, Piece, message_of, pieces_of
from xdsi_sim.inspector.snippets import as_step, as_test, file_of
from xdsi_sim.inspector.views import HEAD, views_for
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.folded import folded
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.inspector.web.pages.findings import code_in_words, shown
from xdsi_sim.inspector.web.pages.messages import rows_of
from xdsi_sim.scenario.reports.body_view import BodyView, view_of
from xdsi_sim.scenario.reports.capture import octets_of
from xdsi_sim.scenario.reports.media import Kind, head_of, kind_of

__all__ = ["PartRow", "body", "message", "part_row", "raw", "where_it_went"]

_MOST_FINDINGS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One body, and what it looks like."""

    piece: Piece
    kind: Kind
    views: Sequence[str]
    """Names of the views that fit."""
    is_picture: bool
    """Whether it is a DICOM object that may have a picture in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """One object, or several of a kind that is listed."""

    tables: tuple[AttributeTable, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all attributes that there are."""
        return tuple(dict.fromkeys(row.name for table in self.tables for row in table.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Request or answer."""

    name: str
    message: HttpMessage | None
    what: str
    """What it is, where it could be read."""
    note: str | None
    told: Sequence[Markup]
    """Findings that are about no part of it, or about one that is not shown."""
    groups: Sequence[_Group]
    envelope: Markup | None
    view: BodyView | None
    """Of what is no envelope."""
    parts: tuple[PartRow, ...]


def message(inspected: Inspected, _asked: Asked, id: str) -> Answered:
    """The page of one exchange."""
    exchange = inspected.exchange(id)
    pieces = pieces_of(exchange)
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as folder:
        looked = judge_exchange(exchange, Path(folder))
        sides = [
            _side(inspected, exchange, name, one, pieces) for name, one in zip(SIDES, looked, strict=True)
        ]
        found = [one for each in looked for one in each.told]
    row = rows_of((exchange,))[0]
    return inspected.page(
        "message.html.j2",
        row=row,
        hop=exchange,
        sides=sides,
        count=len(found),
        mark_up=partial(_marked, inspected),
        code_in_words=code_in_words,
        curl=_curl(inspected, exchange),
        snippets=_snippets(inspected, exchange),
        resend=is_http(exchange.request),
    )


def _marked(inspected: Inspected, told: Sequence[Told]) -> list[Markup]:
    return [markup for _, markup in shown(inspected, told)]


def _side(
    inspected: Inspected, exchange: Exchange, name: str, looked: Looked, pieces: Sequence[Piece]
) -> _Side:
    told = looked.told[:_MOST_FINDINGS]
    judged, envelope = looked.judged, None
    tables: tuple[AttributeTable, ...] = ()
    left = told
    if judged is not None and judged.body is not None:
        tables, left = tables_of(judged.body, told)
        envelope = folded(judged.body.getroottree().getroot(), _marks(inspected, looked, told))
    own = [piece for piece in pieces if piece.side == name]
    return _Side(
        name=name,
        message=message_of(exchange, name),
        what=_what(looked),
        note=looked.note,
        told=_marked(inspected, left),
        groups=[_Group(tables=tuple(found)) for _, found in groupby(tables, key=_likeness)],
        envelope=envelope,
        view=_view(own) if envelope is None else None,
        parts=tuple(map(part_row, own)),
    )


def _likeness(table: AttributeTable) -> object:
    """Equal for tables that stand in one list."""
    return table.kind if table.listed else id(table)


def _what(looked: Looked) -> str:
    judged = looked.judged
    return "" if judged is None else f"{judged.name or judged.saved.form} {judged.side}"


def _marks(
    inspected: Inspected, looked: Looked, told: Sequence[Told]
) -> dict[Element, list[tuple[str, Markup]]]:
    marks: dict[Element, list[tuple[str, Markup]]] = {}
    for one, markup in zip(told, shown(inspected, told), strict=True):
        located = None if looked.locator is None else looked.locator.element((one.finding, one.place))[0]
        if located is not None:
            marks.setdefault(located, []).append(markup)
    return marks


def _view(pieces: Sequence[Piece]) -> BodyView | None:
    """The text of a body that is one; of several each has a page of its own."""
    if len(pieces) != 1:
        return None
    try:
        return view_of(pieces[0].headers, pieces[0].body)
    except OSError as error:
        return BodyView(kind=Kind.BINARY, size=pieces[0].body.size, notes=(f"the log has lost it: {error}",))


def part_row(piece: Piece) -> PartRow:
    """What a body is; a log that has lost it does not tell."""
    try:
        head = head_of(piece.body, HEAD)
    except OSError:
        head = b""
    kind = kind_of(piece.headers, head)
    names = [view.name for view in views_for(kind, head)]
    return PartRow(
        piece=piece, kind=kind, views=names, is_picture="tags" in names and "selection" not in names
    )


# --- to take away -----------------------------------------------------------------------------


def where_it_went(inspected: Inspected, exchange: Exchange) -> str:
    """The address of a request; empty where nobody knows it."""
    known = {actor.id: actor.url for actor in inspected.actors}
    return address_of(exchange.request, known.get(exchange.receiver))


def _curl(inspected: Inspected, exchange: Exchange) -> str | None:
    url = where_it_went(inspected, exchange)
    if not (is_http(exchange.request) and url):
        return None
    base = inspected.running.admin.rpartition("/")[0]
    return curl_of(exchange.request, url, lambda: f"{base}/{PATH}/messages/{exchange.id}/body/request")


def _snippets(inspected: Inspected, exchange: Exchange) -> tuple[tuple[str, str, str], ...]:
    """Ways to send it from files of one's own: a word for an address, a title and a text."""
    if exchange.receiver not in (actor.id for actor in inspected.actors):
        return ()
    return (
        ("step", "As a step of a scenario", as_step(exchange)),
        ("pytest", "As a test of pytest", as_test(exchange, inspected.running.topology.name)),
    )


def _side_of(inspected: Inspected, id: str, side: str) -> HttpMessage:
    found = message_of(inspected.exchange(id), side) if side in SIDES else None
    if found is None:
        raise Refused(404, "There is no such message in this exchange.")
    return found


def raw(inspected: Inspected, _asked: Asked, id: str, side: str) -> Answered:
    """Head and body as `xdsi-sim log show --raw` gives them."""
    found = _side_of(inspected, id, side)
    head, *_ = _heads(found)
    return Answered.download(file_of(inspected.exchange(id), side), [head, found.body])


def _heads(message: HttpMessage) -> Iterator[bytes]:
    yield from octets_of(message)


def body(inspected: Inspected, _asked: Asked, id: str, side: str) -> Answered:
    """The body byte for byte as it was on the wire."""
    found = _side_of(inspected, id, side)
    segments: list[Segment] = [found.body] if found.body.size else []
    return Answered.download(f"{id[:12]}-{side}.bin", segments)
