"""Which deviations are on: for whom, for which messages, and what they have done so far.

Whoever serves a message asks the desk of its actor; where nothing is on, that is one look at an empty
tuple. Settings may come from any thread; messages are served in one.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from xdsi_sim.deviations.catalogue import deviation_named, near, set_parameters
from xdsi_sim.deviations.deviation import Deviation
from xdsi_sim.errors import UsageError

__all__ = ["Desk", "Setting", "Switch", "Switchboard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What somebody asks for: a deviation of an actor, and for which of its answers."""

    actor: str
    deviation: str
    transaction: str | None = None
    """None: every one that the deviation fits."""
    call: int | None = None
    """The one answer that it is for, counted from 1 since it was switched on."""
    first: int = 1
    """The first answer that it is for."""
    last: int | None = None
    """The last one."""
    probability: float = 1.0
    """Of each answer that it is for."""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Switch:
    """A deviation that is on."""

    number: int
    """By which it is switched off."""
    setting: Setting
    row: Deviation
    parameters: Mapping[str, Any]
    """All of them."""
    by: str
    """Who has switched it on: `topology`, `scenario`, `admin`."""
    met: int = 0
    """Answers that it might have changed: those that are counted."""
    fired: int = 0
    """Answers that it has changed."""

    def concerns(self, names: Collection[str]) -> bool:
        """Whether a message that goes by these names of a transaction is one to count."""
        asked = self.setting.transaction
        return any(map(self.row.fits, names)) and (asked is None or asked in names)

    def meets(self, chance: Callable[[], float]) -> bool:
        """Count an answer; whether it is one to change."""
        self.met += 1
        setting = self.setting
        if setting.call is not None and self.met != setting.call:
            return False
        if self.met < setting.first or (setting.last is not None and self.met > setting.last):
            return False
        return setting.probability >= 1 or chance() < setting.probability

    @property
    def words(self) -> str:
        """The deviation and what was set of it: `delay seconds=2`."""
        given = [f"{name}={self.parameters[name]}" for name in self.setting.parameters]
        return " ".join((self.row.id, *given))

    def facts(self) -> dict[str, Any]:
        """As plain values."""
        setting = self.setting
        return {
            "number": self.number,
            "actor": setting.actor,
            "deviation": setting.deviation,
            "transaction": setting.transaction,
            "call": setting.call,
            "from": setting.first,
            "to": setting.last,
            "probability": setting.probability,
            "parameters": dict(self.parameters),
            "by": self.by,
            "met": self.met,
            "fired": self.fired,
        }


class Desk:
    """The switches of one actor."""

    switches: tuple[Switch, ...] = ()

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self.chance = chance

    def meet(self, *names: str) -> tuple[Switch, ...]:
        """Those that change the answer to a message of a transaction, which may go by several names."""
        return tuple(
            switch for switch in self.switches if switch.concerns(names) and switch.meets(self.chance)
        )


class Switchboard:
    """The desks of all actors of a topology."""

    def __init__(
        self, actors: Mapping[str, Collection[str]], chance: Callable[[], float] = random.random
    ) -> None:
        """`actors` are ids, each with the transactions that it answers."""
        self._actors = {id: tuple(names) for id, names in actors.items()}
        self._desks = {id: Desk(chance) for id in actors}
        self._lock = threading.Lock()
        self._count = 0

    def desk(self, actor: str) -> Desk:
        """That of an actor; raises KeyError where there is none."""
        return self._desks[actor]

    def on(self, setting: Setting, by: str) -> Switch:
        """Switch a deviation on; raises UsageError for what is not there, or does not fit."""
        row = deviation_named(setting.deviation)
        self._check(setting, row)
        parameters = set_parameters(row, dict(setting.parameters))
        desk = self._desks[setting.actor]
        with self._lock:
            self._count += 1
            switch = Switch(number=self._count, setting=setting, row=row, parameters=parameters, by=by)
            desk.switches = (*desk.switches, switch)
        return switch

    def _check(self, setting: Setting, row: Deviation) -> None:
        served = self._actors.get(setting.actor)
        if served is None:
            known = ", ".join(self._actors)
            hint = near(setting.actor, self._actors) or f"Those with an address are {known}."
            raise UsageError(f"no actor '{setting.actor}' answers here.", hint=hint)
        fitting = [name for name in served if row.fits(name)]
        asked = setting.transaction
        if asked is not None and asked not in served:
            hint = f"It answers {', '.join(served)}."
            raise UsageError(f"{setting.actor} does not answer {asked}.", hint=hint)
        if asked is not None and not row.fits(asked):
            raise UsageError(f"'{row.id}' does not fit {asked}.", hint=_fits(row))
        if not fitting:
            raise UsageError(
                f"'{row.id}' does not fit anything that {setting.actor} answers.", hint=_fits(row)
            )
        if not 0 <= setting.probability <= 1:
            raise UsageError(f"a probability is from 0 to 1, found {setting.probability:g}.")
        numbers = (setting.first, setting.call, setting.last)
        if any(number is not None and number < 1 for number in numbers):
            raise UsageError("calls are counted from 1.")

    def off(self, number: int | None = None, *, by: str | None = None, actor: str | None = None) -> int:
        """Switch off what is of that number, was switched on by them, and is that actor's; gives how many."""

        def stays(switch: Switch) -> bool:
            """Whether a switch differs in anything that was asked for."""
            return (
                (number is not None and switch.number != number)
                or (by is not None and switch.by != by)
                or (actor is not None and switch.setting.actor != actor)
            )

        with self._lock:
            before = len(self.switches())
            for desk in self._desks.values():
                desk.switches = tuple(filter(stays, desk.switches))
            return before - len(self.switches())

    def switches(self) -> tuple[Switch, ...]:
        """All that are on, in the order in which they were switched on."""
        found = (switch for desk in self._desks.values() for switch in desk.switches)
        return tuple(sorted(found, key=lambda switch: switch.number))


def _fits(row: Deviation) -> str:
    return f"It fits {', '.join(row.transactions or ())}."
