"""Random ids that cannot be guessed, without asking the system for each of them.

The system's source gives the interpreter away to other threads at every call; a message needs a dozen
ids, so randomness is fetched in blocks.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = ["new_token", "new_uid", "new_uuid"]

_OCTETS: Final = 16
_BLOCKS: Final = 256
_blocks: list[bytes] = []


def new_token() -> str:
    """32 hexadecimal digits, never given before."""
    while True:
        try:
            return _blocks.pop().hex()  # taking from a list is atomic: threads never share a block
        except IndexError:
            fetched = os.urandom(_OCTETS * _BLOCKS)
            _blocks.extend(fetched[at : at + _OCTETS] for at in range(0, len(fetched), _OCTETS))


def new_uuid() -> str:
    """A fresh `urn:uuid:` for an object or a message (RFC 4122: 4.4)."""
    digits = new_token()
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def new_uid() -> str:
    """A fresh UID made of a UUID, for a document or a DICOM object (PS3.5: B.2)."""
    return f"2.25.{int(new_uuid().removeprefix('urn:uuid:').replace('-', ''), 16)}"
