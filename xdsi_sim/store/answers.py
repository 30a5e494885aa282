"""The fragments of an answer: at hand while they are few, in a file from there on.

An answer may be a thousand times larger than what a query costs to find, so it is never held whole. The file
is a picture of one moment, as the statement saw the registry, and goes with the last handle to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from sqlite3 import Cursor
from typing import Final

from xdsi_sim.actors.registry_port import Found
from xdsi_sim.content import PassingContent, Segment, discard
from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.ids import new_token
from xdsi_sim.store.trouble import troubles

__all__ = ["AT_HAND", "fresh_folder", "gathered"]

AT_HAND: Final = 1024 * 1024
"""Octets of fragments that an answer keeps in memory."""
_ROWS: Final = 100  # of one read: most answers are complete with the first


def fresh_folder(folder: Path) -> Path:
    """An empty folder for such files; what a crash has left there goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def gathered(rows: Cursor, folder: Path) -> Found:
    """What a statement of `registry_sql` finds; raises StoreTrouble where the folder cannot take it."""
    seen = _Seen()
    batches = seen.batches(rows)
    kept: list[bytes] = []
    size = 0
    for batch in batches:
        kept += batch
        size += sum(map(len, batch))
        if size > AT_HAND:
            fragments: tuple[Segment, ...] = (_in_file(chain([kept], batches), folder),)
            break
    else:
        fragments = tuple(kept)
    return Found(count=seen.count, patients=frozenset(seen.patients), fragments=fragments)


class _Seen:
    """What is to be known of rows that are not kept."""

    def __init__(self) -> None:
        self.count = 0
        self.patients: set[str] = set()

    def batches(self, rows: Cursor) -> Iterator[list[bytes]]:
        """The fragments, some at a time."""
        more = True
        while more:
            some = rows.fetchmany(_ROWS)
            more = len(some) == _ROWS
            self.count += len(some)
            self.patients.update(patient for _, patient, _ in some if patient is not None)
            yield [write_object_ref(uuid) if fragment is None else fragment for uuid, _, fragment in some]


def _in_file(batches: Iterable[list[bytes]], folder: Path) -> PassingContent:
    path = folder / new_token()
    try:
        with troubles(), path.open("wb") as file:
            for batch in batches:
                file.writelines(batch)
    except BaseException:
        discard(path)
        raise
    return PassingContent(path, path.stat().st_size)
