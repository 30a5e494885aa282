"""The sequence diagram of a run as geometry: lifelines, and for each step a strip of arrows.

One lifeline an actor, one arrow a request, a thin one back for its answer, nested hops between the
two. Values only, in pixels; the template draws them, so escaping stays in one place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xdsi_sim.errors import Severity
from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.record import ActorInfo, RunRecord
from xdsi_sim.scenario.reports.hops import Group, Hop, folded, groups_of, nested, walk
from xdsi_sim.scenario.reports.wording import duration_text, shorten

__all__ = [
    "HALF_BAR",
    "LOOP",
    "Arrow",
    "Band",
    "Diagram",
    "Lifeline",
    "Strip",
    "Tone",
    "conversation_diagram",
    "diagram_of",
    "participant",
    "tone_of",
]

_COLUMN: Final = 172  # between lifelines: room for `12 · RAD-69` over, and a status under, an arrow
_MARGIN: Final = 92
_LEAD: Final = 22  # from the top of a hop to its request: the label stands in between
_BACK: Final = 17  # from a request, or its last child, to the answer
_GAP: Final = 6
LOOP: Final = 46
"""Width of an arrow from an actor to itself."""
HALF_BAR: Final = 4
"""Half the width of the bar that shows an actor at work."""


_PORT: Final = re.compile(r"(?<=.):\d{1,5}$")


class Tone(StrEnum):
    """How an outcome is coloured."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


_TONES: Final = (
    ("Success", Tone.OK),
    ("HTTP 2", Tone.OK),
    ("PartialSuccess", Tone.WARN),
    ("HTTP 3", Tone.WARN),
)

_ORDER: Final = (  # left to right in a community: who asks, what is asked, who hands out images
    "Patient Identity Source",
    "Consumer",
    "Responding",
    "Registry",
    "Repository",
    "Recipient",
    "Imaging Document Source",
    "Source",
    "Initiating",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifeline:
    """One participant."""

    id: str
    role: str
    x: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One hop, or several equal ones: the request at `y`, its answer at `back_y`."""

    number: int
    times: int
    """More than one in a folded strip; it opens no message then."""
    from_x: int
    to_x: int
    y: int
    back_y: int
    label: str
    outcome: str
    tone: Tone
    title: str
    """All of it in words, for the pointer and for who cannot see the picture."""
    answered: bool
    findings: int
    broken: bool
    """Whether one of the findings is an error."""

    @property
    def loop(self) -> bool:
        """The actor talks to itself."""
        return self.from_x == self.to_x

    @property
    def direction(self) -> int:
        """1 to the right, -1 to the left."""
        return 1 if self.to_x >= self.from_x else -1

    @property
    def start_x(self) -> int:
        """Where it leaves the sender's bar."""
        return self.from_x + self.direction * HALF_BAR

    @property
    def end_x(self) -> int:
        """Where it meets the receiver's bar."""
        return self.to_x - self.direction * HALF_BAR

    @property
    def middle(self) -> int:
        """Where the labels are centred."""
        return self.from_x + LOOP if self.loop else (self.from_x + self.to_x) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One picture over all lifelines."""

    height: int
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What one step sent, or what was sent between steps."""

    step: int | None
    """Position of the step in `all_steps`, from 1."""
    hops: int
    """Number of messages in it."""
    strip: Strip
    folded: Strip | None
    """The same with repeats as one arrow, where that is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """The whole picture."""

    width: int
    lifelines: tuple[Lifeline, ...]
    bands: tuple[Band, ...]


def diagram_of(record: RunRecord) -> Diagram:
    """Lay out all exchanges of a run; each has exactly one arrow in the strips that are not folded."""
    return _diagram(record.exchanges, record.actors, groups_of(record))


def conversation_diagram(exchanges: Sequence[Exchange], actors: Iterable[ActorInfo]) -> Diagram:
    """The same for what one action has caused: exchanges in the order in which they began, in one strip."""
    hops = nested(enumerate(exchanges, start=1))
    return _diagram(exchanges, actors, (Group(step=None, hops=hops),))


def _diagram(exchanges: Sequence[Exchange], actors: Iterable[ActorInfo], groups: Iterable[Group]) -> Diagram:
    lifelines = _lifelines(exchanges, {actor.id: actor for actor in actors})
    places = {line.id: line.x for line in lifelines}
    bands = tuple(_band(group, places) for group in groups)
    width = 2 * _MARGIN + _COLUMN * max(0, len(lifelines) - 1)
    return Diagram(width=width, lifelines=lifelines, bands=bands)


def tone_of(status: str) -> Tone:
    """Colour of an outcome: what is not known to be good is bad."""
    return next((tone for start, tone in _TONES if status.startswith(start)), Tone.BAD)


# --- lifelines -------------------------------------------------------------------------------


def _lifelines(exchanges: Iterable[Exchange], actors: Mapping[str, ActorInfo]) -> tuple[Lifeline, ...]:
    ends = (end for hop in exchanges for end in (hop.sender, hop.receiver))
    used = dict.fromkeys(participant(end, actors) for end in ends)
    communities = list(dict.fromkeys(actors[id_].community for id_ in used if id_ in actors))
    ordered = sorted(used, key=lambda id_: _rank(actors.get(id_), communities))
    return tuple(
        Lifeline(id=id_, role=actors[id_].role if id_ in actors else "outside", x=_MARGIN + place * _COLUMN)
        for place, id_ in enumerate(ordered)
    )


def participant(end: str, known: Container[str]) -> str:
    """Lifeline of one end of a hop: clients known only by address share one a host, whatever the port."""
    return end if end in known else _PORT.sub("", end)


def _rank(actor: ActorInfo | None, communities: list[str]) -> tuple[int, int]:
    if actor is None:
        return -1, 0
    place = next((at for at, word in enumerate(_ORDER) if word in actor.role), len(_ORDER))
    return communities.index(actor.community), place


# --- strips ----------------------------------------------------------------------------------


def _band(group: Group, places: dict[str, int]) -> Band:
    short = folded(group.hops)
    return Band(
        step=group.step,
        hops=sum(1 for _ in walk(group.hops)),
        strip=_strip(group.hops, places),
        folded=None if short is None else _strip(short, places),
    )


def _strip(hops: Iterable[Hop], places: dict[str, int]) -> Strip:
    arrows: list[Arrow] = []
    y = 0
    for hop in hops:
        placed, y = _placed(hop, y, places)
        arrows += placed
    return Strip(height=y + _GAP, arrows=tuple(arrows))


def _placed(hop: Hop, top: int, places: dict[str, int]) -> tuple[list[Arrow], int]:
    """A hop and all below it, from `top` on, and where the next may begin."""
    y = bottom = top + _LEAD
    below: list[Arrow] = []
    for child in hop.children:
        placed, bottom = _placed(child, bottom, places)
        below += placed
    return [_arrow(hop, y, bottom + _BACK, places), *below], bottom + _BACK + _GAP


def _arrow(hop: Hop, y: int, back_y: int, places: dict[str, int]) -> Arrow:
    exchange = hop.exchange
    repeats = f" ×{hop.times}" if hop.times > 1 else ""
    number = "" if repeats else f"{hop.number} · "
    outcome = _outcome(hop)
    return Arrow(
        number=hop.number,
        times=hop.times,
        from_x=places[participant(exchange.sender, places)],
        to_x=places[participant(exchange.receiver, places)],
        y=y,
        back_y=back_y,
        label=f"{number}{shorten(exchange.transaction, 18)}{repeats}",
        outcome=shorten(outcome, 28),
        tone=tone_of(exchange.status),
        title=f"{number}{exchange.transaction}{repeats}, {exchange.sender} to {exchange.receiver}: {outcome}",
        answered=exchange.response is not None,
        findings=len(exchange.findings),
        broken=any(finding.severity is Severity.ERROR for finding in exchange.findings),
    )


def _outcome(hop: Hop) -> str:
    if hop.times > 1:
        return f"{hop.exchange.status} · {duration_text(hop.total)} in all"
    return f"{hop.exchange.status} · {duration_text(hop.exchange.duration)}"
