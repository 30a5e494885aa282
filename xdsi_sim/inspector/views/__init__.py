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

__all__ = ["HEAD", "VIEWS", "Rows", "View", "views_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a body."""

    name: str
    """In an address."""
    title: str
    fits: Callable[[Kind, bytes], bool]
    """Whether it is for a body of that kind and with that beginning."""
    rows: Callable[[Content], Rows]


VIEWS: Final = (
    View(name="selection", title="Selection (KOS)", fits=selection.fits, rows=selection.rows),
    View(name="tags", title="DICOM tags", fits=lambda kind, _head: kind is Kind.DICOM, rows=dicom_tags.rows),
    View(name="octets", title="Octets", fits=lambda _kind, _head: True, rows=octets.rows),
)
HEAD: Final = 4_096
"""Octets of a body by which a view knows whether it fits."""


def views_for(kind: Kind, head: bytes) -> tuple[View, ...]:
    """Those that fit, the most telling first."""
    return tuple(view for view in VIEWS if view.fits(kind, head))
