"""Messages as octets: head and body one after the other, for files and pipes, and archives of them.

A body is what travelled, byte for byte. A head is rebuilt from its fields, in their order, with the usual
capitals; a body that came in chunks is joined, so that its head may still speak of chunks.
"""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from xdsi_sim.content import chunks_of
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.facts import facts_of

__all__ = ["ARCHIVE", "INDEX", "archive", "export", "octets_of"]

ARCHIVE: Final = "messages.zip"
INDEX: Final = "index.json"
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""Before that the form has no times."""


def octets_of(message: HttpMessage) -> Iterator[bytes]:
    """Head and body, a piece at a time."""
    yield message.head
    yield from chunks_of(message.body)


def export(exchanges: Iterable[Exchange], path: Path) -> int:
    """Write a ZIP of `.http` files and `index.json`, whole or not at all; gives the number of exchanges.

    Names are made here, from the position in the export; nothing that a peer sent becomes part of one.
    """
    return len(_written(exchanges, path, {}, {}))


def archive(record: RunRecord, path: Path) -> None:
    """The same of all messages of a run; the index says how it came out, and of which step each is."""
    steps = {id_: each.label for each in record.all_steps for id_ in each.step.exchanges}
    run = {"scenario": record.scenario, "verdict": record.verdict.value}
    _written(record.exchanges, path, run, steps)


def _written(
    exchanges: Iterable[Exchange], path: Path, more: dict[str, str], steps: dict[str, str]
) -> list[dict[str, Any]]:
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as target:
            index = [_write(target, number, exchange) for number, exchange in enumerate(exchanges, start=1)]
            if more:
                index = [{**entry, "step": steps.get(entry["id"])} for entry in index]
            target.writestr(_member(INDEX, 0), json.dumps({**more, "exchanges": index}, indent=1))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return index


def _write(target: zipfile.ZipFile, number: int, exchange: Exchange) -> dict[str, Any]:
    """The exchange's entry in the index."""
    files = {}
    for side, message in (("request", exchange.request), ("response", exchange.response)):
        if message is not None:
            files[side] = name = f"{number:06}-{side}.http"
            with target.open(_member(name, exchange.started), "w", force_zip64=True) as file:
                for octets in octets_of(message):
                    file.write(octets)
    return {"number": number, **facts_of(exchange), "files": files}


def _member(name: str, seconds: float) -> zipfile.ZipInfo:
    """A file with the time of its exchange: the same messages make the same archive."""
    year, month, day, hour, minute, second, *_ = time.gmtime(seconds)
    member = zipfile.ZipInfo(name, max((year, month, day, hour, minute, second), _EARLIEST))
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
