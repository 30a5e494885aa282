"""The exchanges of a run as a reader follows them: which hop caused which, which step caused them.

A hop is nested in another where its sender is at that moment answering the other, in the same
conversation; equal hops of one step can be folded into one with a count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.record import RunRecord, StepRecord

__all__ = ["Group", "Hop", "folded", "groups_of", "nested", "step_numbers", "walk"]

_FOLD_FROM: Final = 4  # three arrows are read faster than a count
_CLOCK_SLACK: Final = 0.002  # seconds: both ends of a hop are timed in different threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One exchange with those that its receiver made in order to answer it."""

    number: int
    """Position in the record, from 1."""
    exchange: Exchange
    children: tuple[Hop, ...] = ()
    times: int = 1
    """How many equal hops this one stands for; `exchange` is then the first of them."""
    total: float = 0.0
    """Seconds of all of them together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The hops of one step, or those between steps."""

    step: int | None
    """Position of the step in `all_steps`, from 1; None for hops that no step caused."""
    hops: tuple[Hop, ...]


def groups_of(record: RunRecord) -> tuple[Group, ...]:
    """Hops by step, in the order of the steps; hops of no step stand where they happened."""
    owners, steps = step_numbers(record), [each.step for each in record.all_steps]
    slots: dict[tuple[int, int | None], list[tuple[int, Exchange]]] = {}
    for number, exchange in enumerate(record.exchanges, start=1):
        step = owners[number - 1]
        slot = step if step is not None else _steps_begun(steps, exchange.started)
        slots.setdefault((slot, step), []).append((number, exchange))
    order = sorted(slots, key=lambda slot: (slot[0], slot[1] is None))
    return tuple(Group(step=slot[1], hops=nested(slots[slot])) for slot in order)


def step_numbers(record: RunRecord) -> tuple[int | None, ...]:
    """For each exchange its step: the one that names it, else the one that owns its conversation.

    A step is its position in `all_steps`, from 1.
    """
    steps = enumerate(record.all_steps, start=1)
    by_id = {id_: number for number, each in steps for id_ in each.step.exchanges}
    by_conversation = {
        exchange.conversation: by_id[exchange.id]
        for exchange in reversed(record.exchanges)
        if exchange.id in by_id
    }
    return tuple(by_id.get(item.id, by_conversation.get(item.conversation)) for item in record.exchanges)


def _steps_begun(steps: Sequence[StepRecord], moment: float) -> int:
    return sum(1 for step in steps if step.started <= moment)


def nested(numbered: Iterable[tuple[int, Exchange]]) -> tuple[Hop, ...]:
    """The exchanges as trees of cause and effect, each level in the order of its beginnings."""
    items = sorted(numbered, key=lambda item: (item[1].started, item[0]))
    below: dict[int | None, list[int]] = {}
    running: list[int] = []
    for place, (_, exchange) in enumerate(items):
        running = [at for at in running if _ends(items[at][1]) >= exchange.started]
        cause = next((at for at in reversed(running) if _causes(items[at][1], exchange)), None)
        below.setdefault(cause, []).append(place)
        running.append(place)

    def hop(place: int) -> Hop:
        """An exchange with all that it caused."""
        number, exchange = items[place]
        children = tuple(map(hop, below.get(place, ())))
        return Hop(number=number, exchange=exchange, children=children, total=exchange.duration)

    return tuple(map(hop, below.get(None, ())))


def _causes(outer: Exchange, inner: Exchange) -> bool:
    return (
        outer.receiver == inner.sender
        and outer.conversation == inner.conversation
        and _ends(inner) <= _ends(outer) + _CLOCK_SLACK
    )


def _ends(exchange: Exchange) -> float:
    return exchange.started + exchange.duration


def folded(hops: tuple[Hop, ...]) -> tuple[Hop, ...] | None:
    """One hop for each kind, with its count; None where nothing repeats often enough to gain by it."""
    kinds = [_kind(hop) for hop in hops]
    counts: Counter[object] = Counter(kinds)
    if not any(count >= _FOLD_FROM for count in counts.values()):
        return None
    first: dict[object, Hop] = {}
    totals: defaultdict[object, float] = defaultdict(float)
    for kind, hop in zip(kinds, hops, strict=True):
        first.setdefault(kind, hop)
        totals[kind] += hop.total
    return tuple(_times(hop, counts[kind], totals[kind]) for kind, hop in first.items())


def _times(hop: Hop, times: int, total: float) -> Hop:
    children = tuple(_times(child, times, child.total * times) for child in hop.children)
    return replace(hop, times=times, total=total, children=children)


def _kind(hop: Hop) -> tuple[object, ...]:
    """Equal for hops that a reader need not tell apart: ends, outcome, rules broken, faults."""
    exchange = hop.exchange
    rules = tuple(finding.rule for finding in exchange.findings)
    children = tuple(map(_kind, hop.children))
    ends = exchange.sender, exchange.receiver, exchange.transaction
    return *ends, exchange.status, rules, exchange.deviations, children


def walk(hops: Iterable[Hop]) -> Iterator[Hop]:
    """The hops and all below them, each before its children."""
    for hop in hops:
        yield hop
        yield from walk(hop.children)
