"""The bodies of all messages as files beside the report, byte for byte.

Names are made here, from the position of the exchange and what its body looks like; nothing that a
peer sent becomes part of a path. Text is `.txt` whatever it claims to be, so that a browser shows it
and never runs it; all else is of a type that browsers do not open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xdsi_sim.content import Content, chunks_of
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.media import SNIFFED, Kind, head_of, kind_of
from xdsi_sim.soap.media import header

__all__ = ["FOLDER", "file_of", "write_messages"]

FOLDER: Final = "messages"

_SUFFIX: Final = {Kind.XML: "txt", Kind.JSON: "txt", Kind.TEXT: "txt", Kind.HL7: "txt", Kind.DICOM: "dcm"}
_OURS: Final = re.compile(r"\d{4,}-(?:request|response)\.(?:txt|dcm|bin)")


def file_of(number: int, side: str, message: HttpMessage | None) -> str | None:
    """Path from the report to the body of one message; None where there is no body.

    `number` counts exchanges from 1, `side` is `request` or `response`.
    """
    if message is None or not message.body.size:
        return None
    return f"{FOLDER}/{number:04}-{side}.{_suffix(message)}"


def _suffix(message: HttpMessage) -> str:
    if header(message.headers, "content-encoding"):
        return "bin"
    return _SUFFIX.get(kind_of(message.headers, head_of(message.body, SNIFFED)), "bin")


def write_messages(record: RunRecord, folder: Path) -> None:
    """Write every body below `folder`, a piece at a time; bodies of an earlier report go first."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for old in (folder / FOLDER).iterdir():
        if _OURS.fullmatch(old.name):
            old.unlink()
    for number, exchange in enumerate(record.exchanges, start=1):
        for name, body in _bodies(number, exchange):
            _copy(body, folder / name)


def _bodies(number: int, exchange: Exchange) -> Iterator[tuple[str, Content]]:
    for side, message in (("request", exchange.request), ("response", exchange.response)):
        name = file_of(number, side, message)
        if name is not None and message is not None:
            yield name, message.body


def _copy(body: Content, path: Path) -> None:
    with path.open("wb") as target:
        for piece in chunks_of(body):
            target.write(piece)
