"""QIDO-RS: studies, series and instances that fit (PS3.18: 10.6, RAD TF: 4.129)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicomweb.accept import accepted
from xdsi_sim.dicomweb.answers import data_sets
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Answer, WebRequest
from xdsi_sim.dicomweb.query import read_query

__all__ = ["search"]


def search(level: Level) -> Callable[[Archive, WebRequest, Target], Answer]:
    """What answers a search at a level."""

    def answer(archive: Archive, request: WebRequest, target: Target) -> Answer:
        """What is found at that level, warned of more that there is (PS3.18: 8.3.4.4)."""
        query = read_query(level, request.query, target.study, target.series)
        found = archive.store.search(query.search, base=archive.base, most=archive.most)
        warnings = list(query.warnings)
        if found.remaining:
            warnings.append(f"There are {found.remaining} additional results that can be requested")
        elif found.remaining is None:
            warnings.append("There are additional results that can be requested")
        return data_sets(
            found.items,
            accepted(request),
            base=archive.base,
            what="the results of a search",
            headers=(("Warning", _told(archive.base, warnings)),) if warnings else (),
        )

    return answer


def _told(base: str, warnings: Iterable[str]) -> str:
    """In the form that PS3.18: 8.3.4.2 gives such headers, which is not that of HTTP."""
    return ", ".join(f"299 {base}: {text}" for text in warnings)
