"""Messages as octets: head and body one after the other, for files and pipes.

A body is what travelled, byte for byte. A head is rebuilt from its fields, in their order, with the usual
capitals; a body that came in chunks is joined, so that its head may still speak of chunks.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from xdsi_sim.content import chunks_of
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.facts import facts_of
from xdsi_sim.inspector.pieces import SIDES, message_of

__all__ = ["export", "octets_of"]


def octets_of(message: HttpMessage) -> Iterator[bytes]:
    """Head and body, a piece at a time."""
    yield message.head
    yield from chunks_of(message.body)


def export(exchanges: Iterable[Exchange], path: Path) -> int:
    """Write a ZIP of `.http` files and `index.json`, whole or not at all; gives the number of exchanges.

    Names are made here, from the position in the export; nothing that a peer sent becomes part of one.
    """
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            index = [_write(archive, number, exchange) for number, exchange in enumerate(exchanges, start=1)]
            archive.writestr("index.json", json.dumps({"exchanges": index}, indent=1))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(index)


def _write(archive: zipfile.ZipFile, number: int, exchange: Exchange) -> dict[str, Any]:
    """The exchange's entry in the index."""
    files = {}
    for side in SIDES:
        message = message_of(exchange, side)
        if message is not None:
            files[side] = name = f"{number:06}-{side}.http"
            with archive.open(name, "w", force_zip64=True) as target:
                for octets in octets_of(message):
                    target.write(octets)
    return {"number": number, **facts_of(exchange), "files": files}
