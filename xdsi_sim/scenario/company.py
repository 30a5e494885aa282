"""Who plays with a step: the steps that it holds, and the log in which it hears others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.language import RESERVED
from xdsi_sim.scenario.making import Making, Stop
from xdsi_sim.scenario.record import StepRecord
from xdsi_sim.scenario.stage import Act, Acted, Cut, Listening
from xdsi_sim.scenario.variables import filled

if TYPE_CHECKING:
    from xdsi_sim.scenario.runner import Run

__all__ = ["Audience", "Block", "Ear", "Troupe", "begun"]


class Audience(Protocol):
    """Who is told how the run goes, while it goes; from several threads, where steps are played at once."""

    def begins(self, number: str, name: str, *, holds: bool) -> None:
        """A step (`3`, `3.1.2`) is about to be played; `holds`: it is made of others."""
        ...

    def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:
        """A step waits for somebody; told again and again with the seconds that are left."""
        ...

    def ended(self, number: str, record: StepRecord) -> None:
        """A step was played, or will not be."""
        ...


@dataclass(slots=True)
class Ear:
    """How far a sequence of steps has listened to the log; None before it has begun to."""

    mark: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What steps that are played one after the other have in common."""

    making: Making
    """What holds them."""
    scope: dict[str, Any]
    folder: Path
    stop: Stop
    ear: Ear = field(default_factory=Ear)
    listening: Listening | None = None
    """Since when others are listened to, where steps are played at once; else since each begins."""
    saved: dict[str, Any] = field(default_factory=dict)

    def save(self, values: Mapping[str, Any]) -> None:
        """Later steps find these."""
        self.scope.update(values)
        self.saved.update(values)


def begun(work: Callable[[], None], name: str) -> threading.Thread:
    """A thread that may be left behind when the process ends."""
    thread = threading.Thread(target=work, name=f"step {name}", daemon=True)
    thread.start()
    return thread


@dataclass(kw_only=True)
class Troupe:
    """Plays with one step: the steps that it holds, and those for whose messages it waits."""

    run: Run
    making: Making
    block: Block
    stop: Stop
    keeps: bool

    # --- steps that hold others

    def act(self, act: Act) -> Acted:
        """Play the steps; those behind the first that does not pass are not played."""
        made = self._made(act)
        acted = self._acted(act, made, self.block.ear, self.block.listening)
        self._keep(acted)
        return acted

    def act_together(self, acts: Sequence[Act]) -> tuple[Acted, ...]:
        """Play all acts at once, each in a thread; returns when the last has ended."""
        since = self.listening(anew=False)
        prepared = [(act, self._made(act), Ear(self.block.ear.mark)) for act in acts]
        acted: dict[int, Acted] = {}

        def work(number: int) -> None:
            """Play one of the acts; one that is cut short leaves no outcome."""
            act, made, ear = prepared[number]
            with suppress(Cut):
                acted[number] = self._acted(act, made, ear, since)

        threads = [
            begun(lambda number=number: work(number), made.name)  # type: ignore[misc]
            for number, (_, made, _) in enumerate(prepared)
        ]
        for thread in threads:
            thread.join()
        self.stop.check()
        marks = [ear.mark for _, _, ear in prepared if ear.mark is not None]
        if marks:
            self.heard(max(marks), ())
        done = tuple(acted[number] for number in range(len(prepared)))
        for each in done:
            self._keep(each)
        return done

    def _made(self, act: Act) -> Making:
        if act.name is None:
            return self.making
        made = self.making.child(name=act.name, kind=act.kind)
        self.run.audience.begins(made.number, made.name, holds=True)
        return made

    def _acted(self, act: Act, made: Making, ear: Ear, listening: Listening | None) -> Acted:
        known = self.block.scope
        outside = {name: known[name] for name in RESERVED} if act.alone else known
        block = Block(
            making=made,
            scope={**outside, **act.names},
            folder=act.folder or self.block.folder,
            stop=self.stop,
            ear=ear,
            listening=listening,
        )
        passed = self.run.played(act.steps, block)
        if made is not self.making:
            made.finish(made.worst)
        return Acted(passed=passed, saved=block.saved)

    def _keep(self, acted: Acted) -> None:
        if self.keeps:
            self.block.save(acted.saved)

    def included(self, file: Path) -> Any:
        """The fragment that the loader has read from a file."""
        return self.run.loaded.fragments[file.resolve()]

    # --- steps that wait for others

    def listening(self, *, anew: bool) -> Listening:
        """From where to listen: behind what was waited for last, or, if `anew`, from this step on."""
        since = self.block.listening or Listening(
            mark=self.run.running.mark(), played=frozenset(tuple(self.run.conversations))
        )
        mark = since.mark if anew or self.block.ear.mark is None else self.block.ear.mark
        return replace(since, mark=mark)

    @property
    def since(self) -> int:
        """Mark of the log behind all that was before the run."""
        return self.run.since

    def heard(self, mark: int | None, exchanges: Sequence[Exchange]) -> None:
        """These are what the step is about; listening goes on behind the mark, the next time."""
        self.run.others.update(exchange.id for exchange in exchanges)
        if mark is not None:
            self.block.ear.mark = mark

    def ask(self, lines: Sequence[str], seconds: float) -> None:
        """Tell whoever watches what is waited for, and how long yet; with the same lines it counts down."""
        self.run.audience.waits(self.making.number, lines, seconds)

    def pause(self, seconds: float) -> None:
        """Let time go by; raises Cut where the run ends meanwhile."""
        self.stop.wait(seconds)

    def fill(self, text: str, encode: Callable[[str], str]) -> str:
        """The text with its references replaced by values that are encoded for where they stand."""
        return filled(text, self.block.scope, encode)

    @property
    def spool(self) -> Path:
        """Folder for what lasts as long as the run."""
        return self.run.spool
