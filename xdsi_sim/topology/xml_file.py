"""XML files that people name: read by the hardened reader, complaints with file, line and column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.errors import ProtocolViolation, UsageError

__all__ = ["read_xml"]

_PLACE: Final = re.compile(r", line (\d+), column (\d+)$")
"""How libxml2 ends what it says."""


def read_xml(path: Path) -> Element:
    """The root element of a file; raises UsageError where it cannot be read or is no XML that we take."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=str(path)) from error
    try:
        return parse(data)
    except ProtocolViolation as error:
        found = _PLACE.search(error.reason)
        line, column = (int(found[1]), int(found[2])) if found else (None, None)
        reason = _PLACE.sub("", error.reason)
        raise UsageError(reason, file=str(path), line=line, column=column) from error
