"""One body of an exchange: what is in it, in every way that fits, and its octets."""

from __future__ import annotations

from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.pieces import Piece, pieces_of
from xdsi_sim.inspector.views import VIEWS
from xdsi_sim.inspector.views.rows import LARGEST
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.inspector.web.pages.message import part_row
from xdsi_sim.scenario.reports.body_view import view_of
from xdsi_sim.scenario.reports.media import Kind

__all__ = ["octets", "part", "picture"]

_SIZES = {"small": (128, 128), "large": (900, 900)}
_TEXT = "text"
_WITHOUT_TEXT = (Kind.DICOM, Kind.PDF, Kind.BINARY)
_SUFFIXES = {Kind.DICOM: "dcm", Kind.PDF: "pdf"}


def part(inspected: Inspected, asked: Asked, id: str, number: str) -> Answered:
    """The page of one body, in the view that is asked for, or the most telling one."""
    exchange, piece = _found(inspected, id, number)
    row = part_row(piece)
    views = [view for view in VIEWS if view.name in row.views]
    texts = () if row.kind in _WITHOUT_TEXT else ((_TEXT, "Text"),)
    names = [*texts, *((view.name, view.title) for view in views)]
    chosen = asked.query.get("as", names[0][0])
    if chosen not in dict(names):
        raise Refused(404, "There is no such view of this part.")
    return inspected.page(
        "part.html.j2",
        hop=exchange,
        piece=piece,
        kind=row.kind,
        names=names,
        chosen=chosen,
        rows=next((view.rows(piece.body) for view in views if view.name == chosen), None),
        text=view_of(piece.headers, piece.body) if chosen == _TEXT else None,
        is_picture=row.is_picture,
    )


def picture(inspected: Inspected, asked: Asked, id: str, number: str) -> Answered:
    """A DICOM object as a picture; raises Refused where it has none."""
    _, piece = _found(inspected, id, number)
    from xdsi_sim.dicom.rendering import View, render  # noqa: PLC0415  brings pydicom

    if piece.body.size > LARGEST:
        raise Refused(404, "The object is too large to be shown here.")
    size = _SIZES.get(asked.query.get("size", "small"), _SIZES["small"])
    try:
        data = render(piece.body, View(size=size), "image/png")
    except (DicomError, OSError) as error:
        raise Refused(404, f"There is no picture: {error}.") from None
    return Answered(segments=[data], media_type="image/png")


def octets(inspected: Inspected, _asked: Asked, id: str, number: str) -> Answered:
    """The body byte for byte."""
    _, piece = _found(inspected, id, number)
    suffix = _SUFFIXES.get(part_row(piece).kind, "bin")
    return Answered.download(f"{id[:12]}-part-{piece.number}.{suffix}", [piece.body])


def _found(inspected: Inspected, id: str, number: str) -> tuple[Exchange, Piece]:
    exchange = inspected.exchange(id)
    for piece in pieces_of(exchange):
        if str(piece.number) == number:
            return exchange, piece
    raise Refused(404, "The message has no such part.")
