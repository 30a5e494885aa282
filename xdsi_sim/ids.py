"""Random ids that cannot be guessed, without asking the system for each of them.

The system's source gives the interpreter away to other threads at every call; a message needs a dozen
ids, so randomness is fetched in blocks. For a run whose messages are to be the same every time, ids can be
counted: what goes into messages then has counters of its own, as the names of files are made whenever a
thread comes to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from typing import Final

__all__ = ["counted", "new_mark", "new_token", "new_uid", "new_uuid"]

_OCTETS: Final = 16
_BLOCKS: Final = 256
_blocks: list[bytes] = []


class _Counters:
    """Ids that follow from a seed, and from how many of their kind there were before."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counters = {kind: count(1) for kind in ("token", "id", "mark")}

    def digits(self, kind: str) -> str:
        """The next id of a kind, as hexadecimal digits; safe to call from any thread."""
        number = next(self._counters[kind])  # atomic, as is taking from a list
        return sha256(f"{self._seed} {kind} {number}".encode()).hexdigest()[: 2 * _OCTETS]


_counting: list[_Counters] = []


@contextmanager
def counted(seed: int) -> Iterator[None]:
    """Ids are counted in the whole process, as long as the context lasts."""
    _counting.append(_Counters(seed))
    try:
        yield
    finally:
        _counting.pop()


def _digits(kind: str) -> str:
    if _counting:
        return _counting[-1].digits(kind)
    while True:
        try:
            return _blocks.pop().hex()  # taking from a list is atomic: threads never share a block
        except IndexError:
            fetched = os.urandom(_OCTETS * _BLOCKS)
            _blocks.extend(fetched[at : at + _OCTETS] for at in range(0, len(fetched), _OCTETS))


def new_token() -> str:
    """32 hexadecimal digits, never given before."""
    return _digits("token")


def new_mark() -> str:
    """The same, for what goes into a message: a boundary, a control id."""
    return _digits("mark")


def new_uuid() -> str:
    """A fresh `urn:uuid:` for an object or a message (RFC 4122: 4.4)."""
    digits = _digits("id")
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def new_uid() -> str:
    """A fresh UID made of a UUID, for a document or a DICOM object (PS3.5: B.2)."""
    return f"2.25.{int(new_uuid().removeprefix('urn:uuid:').replace('-', ''), 16)}"
