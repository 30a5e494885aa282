"""One message that meets deviations: what is asked of the actor, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from xdsi_sim.deviations.deviation import Case, Level, Message, Presented, Sending
from xdsi_sim.deviations.switches import Desk, Switch

__all__ = ["Meeting", "StandIn"]

_NOBODY: Final = Message(status=200, headers=(), segments=())
"""What stands for the message of an actor that is not asked."""


class Meeting:
    """The deviations that change one answer, and which of them have."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._switches: tuple[Switch, ...] = ()
        self._case = Case(transaction="", chance=desk.chance)
        self._done: list[Switch] = []
        self.unasked = False
        """Whether the actor is not asked, since the answer is another one anyway."""

    def begin(self, case: Case, *names: str) -> None:
        """The message is known by now: these are its case and the names of its transaction."""
        self._case = replace(case, chance=self._desk.chance)
        self._switches = self._desk.meet(*dict.fromkeys(names))
        self.unasked = any(switch.row.instead for switch in self._switches)

    @property
    def concerned(self) -> bool:
        """Whether any of them may change the answer."""
        return bool(self._switches)

    @property
    def applied(self) -> tuple[str, ...]:
        """What was done to the answer, in words."""
        return tuple(switch.words for switch in self._done)

    def answer(self, answer: Any) -> Any:
        """The value with what is wrong; None is that of an actor that was not asked."""
        return self._changed(Level.ANSWER, answer)

    @property
    def written(self) -> bool:
        """Whether the answer is a message that no value stands behind."""
        return self.unasked and not any(
            switch.row.instead and switch.row.level is Level.ANSWER for switch in self._switches
        )

    def message(self, message: Message | None) -> Message:
        """The message with what is wrong."""
        changed: Message = self._changed(Level.MESSAGE, message or _NOBODY)
        return changed

    def sending(self) -> Sending:
        """How to send it."""
        sending: Sending = self._changed(Level.SENDING, Sending())
        return sending

    def presented(self) -> Presented:
        """Which certificate to present."""
        presented: Presented = self._changed(Level.CONNECTION, Presented())
        return presented

    def _changed(self, level: Level, subject: Any) -> Any:
        for switch in self._of(level):
            changed = switch.row.change(subject, replace(self._case, parameters=switch.parameters))
            if changed is not subject:
                subject = changed
                switch.fired += 1
                self._done.append(switch)
        return subject

    def _of(self, level: Level) -> Sequence[Switch]:
        """Those of a level, first what stands in the place of the actor's answer."""
        found = [switch for switch in self._switches if switch.row.level is level]
        return sorted(found, key=lambda switch: not switch.row.instead)


class StandIn:
    """In the place of an actor: it asks the actor, unless the answer is another one anyway."""

    def __init__(self, actor: Any, begin: Callable[[Any], Meeting]) -> None:
        """`begin` is told of the request once it is read."""
        self._actor = actor
        self._begin = begin

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(request: Any, *more: Any) -> Any:
            """What the actor's method of that name gives; None where nobody would look at it."""
            return None if self._begin(request).unasked else getattr(self._actor, name)(request, *more)

        return ask
