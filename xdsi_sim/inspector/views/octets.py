"""The beginning of any body: offset, octets, characters."""

from __future__ import annotations

from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.inspector.views.rows import Row, Rows
from xdsi_sim.scenario.reports.media import head_of
from xdsi_sim.scenario.reports.wording import size_text

__all__ = ["rows"]

_SHOWN: Final = 4_096
_LINE: Final = 16


def rows(content: Content) -> Rows:
    """Sixteen octets a line."""
    try:
        data = head_of(content, _SHOWN)
    except OSError as error:
        return Rows(notes=(f"it cannot be read: {error.strerror or error}",))
    cut = (f"first {size_text(len(data))} of {size_text(content.size)}",) if len(data) < content.size else ()
    lines = tuple(_line(at, data[at : at + _LINE]) for at in range(0, len(data), _LINE))
    return Rows(columns=("Offset", "Octets", "Characters"), rows=lines, notes=cut)


def _line(at: int, data: bytes) -> Row:
    characters = "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in data)
    return Row(0, (f"{at:08x}", data.hex(" "), characters))
