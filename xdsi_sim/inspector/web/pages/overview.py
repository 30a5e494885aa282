"""What runs here: who is there and calls whom, where each answers, how much there was, which studies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from xdsi_sim.inspector.tally import Counts
from xdsi_sim.inspector.web.asked import Answered, Asked
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.inspector.web.pages.studies import sources
from xdsi_sim.inspector.web.policy import policy_with
from xdsi_sim.scenario.cast import description_of
from xdsi_sim.scenario.reports.glossary import ROLES
from xdsi_sim.scenario.reports.templates import hash_source
from xdsi_sim.topology.drawing import as_svg, drawing_of

__all__ = ["actors", "overview"]

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_ADDRESSES: Final = (
    ("url", "address"),
    ("dicomweb", "DICOMweb"),
    ("wado", "WADO-URI"),
    ("xcWado", "XC-WADO"),
    ("viewer", "viewer"),
    ("imageDisplay", "image display"),
    ("dimse", "DIMSE"),
    ("mllp", "MLLP"),
    ("received", "inbox"),
    ("oid", "OID"),
    ("home", "community"),
)
"""What there is to copy of an actor, and what it is called."""
_LINKS: Final = ("viewer",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ActorRow:
    id: str
    role: str
    meaning: str | None
    community: str
    here: bool
    addresses: tuple[tuple[str, str, bool], ...]
    """Name, text, and whether it is a page."""
    counts: Counts
    faults: int


def overview(inspected: Inspected, _asked: Asked) -> Answered:
    """The first page."""
    drawing = as_svg(drawing_of(inspected.running.topology))
    told = inspected.page(
        "overview.html.j2",
        drawing=Markup(drawing),
        rows=_rows(inspected),
        total=inspected.tally.total(),
        recorded=inspected.reader is not None,
        trust=inspected.running.trust,
        sources=sources(inspected),
    )
    policy = policy_with(*map(hash_source, _STYLE.findall(drawing)))
    return Answered(segments=told.segments, headers=(("Content-Security-Policy", policy),))


def actors(inspected: Inspected, _asked: Asked) -> Answered:
    """The rows of actors alone, for who has the page and wants what is new."""
    return inspected.page("actors.html.j2", rows=_rows(inspected))


def _rows(inspected: Inspected) -> list[_ActorRow]:
    switched = Counter(switch.setting.actor for switch in inspected.running.faults.switches())
    described = description_of(inspected.running)["actors"]
    return [_row(actor, inspected.tally.of(actor["id"]), switched[actor["id"]]) for actor in described]


def _row(actor: Mapping[str, Any], counts: Counts, faults: int) -> _ActorRow:
    return _ActorRow(
        id=actor["id"],
        role=actor["role"],
        meaning=ROLES.get(actor["role"]),
        community=actor["community"],
        here=actor["here"],
        addresses=tuple(_addresses(actor)),
        counts=counts,
        faults=faults,
    )


def _addresses(actor: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for key, name in _ADDRESSES:
        if text := actor.get(key):
            yield name, str(text), key in _LINKS
