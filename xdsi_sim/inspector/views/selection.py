"""A Key Object Selection as its tree: what it says of itself, then each series with its instances."""

from __future__ import annotations

from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION
from xdsi_sim.inspector.views.rows import LARGEST, Row, Rows
from xdsi_sim.scenario.reports.media import Kind

__all__ = ["fits", "rows"]

_MOST: Final = 3_000
"""Lines that are shown."""


def fits(kind: Kind, head: bytes) -> bool:
    """Whether the object says that it is one."""
    from xdsi_sim.dicom.part10 import read_identity  # noqa: PLC0415  brings pydicom

    identity = read_identity(head) if kind is Kind.DICOM else None
    return identity is not None and identity.sop_class == KEY_OBJECT_SELECTION


def rows(content: Content) -> Rows:
    """Labels and texts, then the tree; only a note where it is no selection."""
    from xdsi_sim.dicom.kos import read_selection  # noqa: PLC0415  brings pydicom
    from xdsi_sim.inspector.manifest_view import facts_of, lines_of  # noqa: PLC0415  the same

    if content.size > LARGEST:
        return Rows(notes=(f"not read: it is larger than {LARGEST:,} octets",))
    try:
        manifest = read_selection(content)
        facts = facts_of(manifest)
        tree = list(lines_of(manifest))[len(facts) :]
    except (DicomError, OSError) as error:
        return Rows(notes=(f"it is no Key Object Selection: {error}",))
    lines = [Row(0, pair) for pair in facts]
    lines += (Row((len(line) - len(line.lstrip())) // 2, _parted(line)) for line in tree[:_MOST])
    cut = (f"only the first {_MOST:,} lines are shown",) if len(tree) > _MOST else ()
    return Rows(columns=("What", "Value"), rows=tuple(lines), notes=cut)


def _parted(line: str) -> tuple[str, str]:
    """What it is, and what is told of it."""
    name, _, told = line.strip().partition("  ")
    return name, told
