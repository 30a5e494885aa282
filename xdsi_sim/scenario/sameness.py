"""What came by different ways as short texts that are equal where it is the same: number and digest.

Images count by SOP Instance UID and bytes. Of an entry counts what does not depend on who has published
it, and where: the elements by which studies are found (region, modality, study, accession number, order,
procedure), the format, and when the study was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.scenario.images import Image
from xdsi_sim.scenario.variables import as_text, is_list

__all__ = ["cell"]

_SHOWN: Final = 12  # hex digits of SHA-256: enough for people to compare, and for chance never to agree


def cell(value: Any) -> str:
    """A single value as text; a list, perhaps of lists, as number and digest of its items in any order."""
    if not is_list(value):
        return as_text(value)
    told = sorted(f"{_told(leaf)}\n" for leaf in _leaves(value))
    return f"{len(told)}, {sha256(''.join(told).encode()).hexdigest()[:_SHOWN]}" if told else "0"


def _leaves(value: Any) -> Iterator[Any]:
    if is_list(value):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _told(leaf: Any) -> str:
    if isinstance(leaf, Image):
        return f"{leaf.sopInstanceUID} {leaf.sha1}"
    if isinstance(leaf, DocumentEntry):
        return " ".join(
            (
                as_text(leaf.typeCode),
                as_text(leaf.formatCode),
                leaf.mimeType or "",
                leaf.serviceStartTime or "",
                *sorted(map(as_text, leaf.eventCodeList)),
                *sorted(leaf.referenceIdList),
            )
        )
    return as_text(leaf)
