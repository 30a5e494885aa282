"""All checks together: importing this registers them; a row without one has to be asked."""

from __future__ import annotations

from collections.abc import Collection

from xdsi_sim.checklist import access, coding, content, fhir, identity, linkage, mado, positioning, tracking
from xdsi_sim.checklist.checking import CHECKS, judge
from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Judgement
from xdsi_sim.checklist.rows import ROWS, Row

__all__ = ["automatic", "cited", "judge_all"]

_MODULES = (access, coding, content, fhir, identity, linkage, mado, positioning, tracking)
"""Named, so that none is taken for an import that nobody needs."""


def automatic(row: Row) -> bool:
    """Whether a program finds out; rows on MHD wait for deployments that have it."""
    return row.id in CHECKS


def cited(row: Row) -> str | None:
    """The section that decides, where there is one and a program looks."""
    return CHECKS[row.id].cites if automatic(row) else None


def judge_all(seen: Observed, sets: Collection[str] = ()) -> dict[str, Judgement]:
    """What comes of each row, by its id; of some sets alone, if asked for."""
    return {row.id: judge(row, seen) for row in ROWS.values() if not sets or row.set in sets}
