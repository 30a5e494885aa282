"""A run while it is played: a tree of steps, each of which becomes a record when it has ended.

Several threads may play below one step. What is recorded stays as it is: a thread that comes late, because
its step was ended by a time-out or by Ctrl-C, changes nothing any more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from xdsi_sim.scenario.language import StepBase
from xdsi_sim.scenario.record import StepRecord, Verdict, worst_of
from xdsi_sim.scenario.stage import Cut

__all__ = ["Making", "Stop"]

_INTERRUPTED: Final = "interrupted"


class Stop:
    """Says that something is to end, to itself and to all that is part of it."""

    def __init__(self, above: Stop | None = None) -> None:
        self._above = above
        self._event = threading.Event()

    def set(self) -> None:
        """From here on, nothing more is begun."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether this or what it is part of has to end."""
        return self._event.is_set() or (self._above is not None and self._above.is_set)

    def check(self) -> None:
        """Raises Cut where it has to end."""
        if self.is_set:
            raise Cut(_INTERRUPTED)

    def wait(self, seconds: float) -> None:
        """Let time go by; raises Cut as soon as it has to end."""
        until, slice_ = time.monotonic() + seconds, 0.05
        while (left := until - time.monotonic()) > 0:
            self.check()
            self._event.wait(min(left, slice_))
        self.check()


@dataclass(slots=True, kw_only=True)
class Making:
    """A step, or a branch or round of one, while it is played; the run itself, at the top."""

    ended: Callable[[str, StepRecord], None]
    """Is told of each that has ended, with its number."""
    number: str = ""
    name: str = ""
    kind: str = ""
    block: str = ""
    started: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.perf_counter)
    children: list[Making] = field(default_factory=list)
    pending: tuple[StepBase, ...] = ()
    """Steps that are to be played in it, those that have begun included."""
    begun: int = 0
    """How many of them have begun, or will not."""
    record: StepRecord | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def child(self, *, name: str, kind: str, block: str = "") -> Making:
        """The next one in it; raises Cut where it has ended."""
        with self.lock:
            if self.record is not None:
                raise Cut(_INTERRUPTED)
            prefix = f"{self.number}." if self.number else ""
            number = f"{prefix}{len(self.children) + 1}"
            made = Making(ended=self.ended, number=number, name=name, kind=kind, block=block)
            self.children.append(made)
            return made

    def step(self, step: StepBase, name: str, block: str = "") -> Making:
        """The next of its pending steps, under a name in which references are replaced."""
        made = self.child(name=name, kind=step.kind.key, block=block)
        self.begun += 1
        return made

    def finish(self, verdict: Verdict, text: str = "", **said: Any) -> StepRecord:
        """Record it, once; what it holds and has not ended is cut short."""
        for made in tuple(self.children):
            made.cut_short()
        with self.lock:
            if self.record is None:
                self.record = StepRecord(
                    name=self.name,
                    kind=self.kind,
                    verdict=verdict,
                    started=self.started,
                    duration=0.0 if verdict in (Verdict.NOT_RUN, Verdict.SKIPPED) else self.elapsed,
                    text=text,
                    block=self.block,
                    children=self.records,
                    **said,
                )
                self.ended(self.number, self.record)
            return self.record

    def cut_short(self) -> None:
        """Record it as interrupted, and what was still to be played in it as not run."""
        if self.record is not None:
            return
        for made in tuple(self.children):
            made.cut_short()
        self.leave_out()
        self.finish(Verdict.ERROR, _INTERRUPTED)

    def interrupt(self, block: str = "") -> None:
        """Record as interrupted what is under way in it, or what would have been next."""
        under_way = [made for made in tuple(self.children) if made.record is None]
        for made in under_way:
            made.cut_short()
        if not under_way and self.pending[self.begun :]:
            step = self.pending[self.begun]
            self.step(step, step.name, block).cut_short()

    def leave_out(self, block: str = "") -> None:
        """Record as not run what was still to be played in it."""
        rest, self.pending = self.pending[self.begun :], ()
        for step in rest:
            self.child(name=step.name, kind=step.kind.key, block=block).finish(Verdict.NOT_RUN)

    @property
    def records(self) -> tuple[StepRecord, ...]:
        """Of all in it that have ended, in their order."""
        return tuple(made.record for made in self.children if made.record is not None)

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.clock

    @property
    def worst(self) -> Verdict:
        """Of what it holds; pass where it holds nothing."""
        return worst_of((record.verdict for record in self.records), Verdict.PASS)

    def begin(self, steps: Sequence[StepBase]) -> None:
        """These are to be played next."""
        self.pending, self.begun = tuple(steps), 0
