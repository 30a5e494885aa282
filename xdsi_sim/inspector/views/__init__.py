"""What is inside a body, for people: one decoder a module, octets in, rows of text out.

None of them raises on bad input: what it cannot read it says, and shows what it could.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.inspector.views import dicom_tags, octets, selection
from xdsi_sim.inspector.views.rows import Rows
from xdsi_sim.scenario.reports.media import Kind

__all__ = ["VIEWS", "Rows", "View", "views_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a body."""

    name: str
    """In an address."""
    title: str
    kinds: tuple[Kind, ...] | None
    """What it is for; None for everything."""
    rows: Callable[[Content], Rows]


VIEWS: Final = (
    View(name="selection", title="Selection (KOS)", kinds=(Kind.DICOM,), rows=selection.rows),
    View(name="tags", title="DICOM tags", kinds=(Kind.DICOM,), rows=dicom_tags.rows),
    View(name="octets", title="Octets", kinds=None, rows=octets.rows),
)


def views_for(kind: Kind) -> tuple[View, ...]:
    """Those that fit, the most telling first."""
    return tuple(view for view in VIEWS if view.kinds is None or kind in view.kinds)
