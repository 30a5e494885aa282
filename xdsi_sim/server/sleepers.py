"""What is open while it is asked for: woken by the first who comes, put to sleep when nobody does any more.

What is decided is decided in the reactor's thread; opening and closing, which take time, are done in others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, ParamSpec, Protocol, TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import deferLater

from xdsi_sim.errors import UsageError
from xdsi_sim.server.admin import Refused
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.threads import Threads

__all__ = ["Awake", "Lending", "Sleeper", "Sleepers"]

P = ParamSpec("P")
T = TypeVar("T")

_THREADS: Final = 4
"""Of those that open and close."""
_FAREWELL: Final = 5.0  # seconds; what takes longer is not waited for when all is closed
_PATIENCE: Final = 20.0  # seconds in which another one may fall asleep
_GLANCE: Final = 0.05  # seconds between two looks whether all are through


class Lending:
    """Counts who has something; not for other threads than the reactor's."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.busy = 0
        """Requests, calls and other borrowers that are not through."""
        self.rested = now()
        """When the last one gave it back."""

    def lend(self) -> None:
        """Somebody has it."""
        self.busy += 1

    def give_back(self) -> None:
        """They are through."""
        self.busy -= 1
        self.rested = self._now()

    def counted(self, work: Callable[P, Deferred[T]]) -> Callable[P, Deferred[T]]:
        """Work that has it until it is done."""

        def counting(*args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
            """Begin the work, which has it from here on."""
            self.lend()
            done = work(*args, **kwargs)
            done.addBoth(over)
            return done

        def over(outcome: Any) -> Any:
            """It is done, or has failed; the outcome goes on."""
            self.give_back()
            return outcome

        return counting


class Awake(Protocol):
    """What is open."""

    lending: Lending

    def close(self) -> None:
        """Close it, in a thread."""
        ...


@dataclass(eq=False, kw_only=True)
class Sleeper:
    """One that is awake or asleep."""

    name: str
    wake: Callable[[Callable[[Any], None]], Any]
    """Opens it, in a thread, and calls what it is given as soon as it may be borrowed."""
    seen: Callable[[Any], None]
    """Told of what may be borrowed from now on: what is awake, or None."""
    awake: Awake | None = None
    leaving: Awake | None = None
    """What is about to be closed, once those are through that have it."""
    turn: DeferredLock = field(default_factory=DeferredLock)
    """One at a time wakes it, puts it to sleep, or changes it while it sleeps."""
    gone: bool = False


class Sleepers:
    """Wakes them and lets them sleep. Close it to have all asleep."""

    def __init__(
        self, loop: Loop, *, idle: float, most_awake: int, rested: Callable[[], object] = lambda: None
    ) -> None:
        """They sleep after so many seconds, or where too many are awake; `rested` is called after that."""
        self._loop = loop
        self._threads = Threads(loop.reactor, _THREADS)
        self._idle = idle
        self._most_awake = most_awake
        self._rested = rested
        self._awake: set[Sleeper] = set()
        self._turning: set[Sleeper] = set()
        self._opening = 0
        """Of those in it that are being woken."""
        self._room = DeferredLock()
        self._closing = False
        self._sweep: Any = loop.call(self._sweep_later)

    def close(self) -> None:
        """Put all to sleep, once those are through that have them; wake none any more."""

        async def end() -> None:
            """In the reactor's thread: wake none, and wait until all are asleep."""
            self._closing = True
            self._sweep.cancel()
            ending = [Deferred.fromCoroutine(self._asleep(one)) for one in self._awake | self._turning]
            for done in ending:
                await done

        self._loop.call(lambda: Deferred.fromCoroutine(end()))

    def borrow(self, sleeper: Sleeper, *, within: bool = False) -> Any:
        """What is awake, lent; or a Deferred of that, which fails with Refused or what waking raises.

        Who asks `within` something that has it gets the same, even if it is about to be closed.
        """
        awake = sleeper.leaving if within and sleeper.leaving is not None else sleeper.awake
        if awake is None:
            return Deferred.fromCoroutine(self._woken(sleeper))
        awake.lending.lend()
        return awake

    @contextmanager
    def borrowed(self, sleeper: Sleeper) -> Iterator[Any]:
        """The same for a block in another thread; raises UsageError."""
        try:
            awake: Awake = self._loop.call(self.borrow, sleeper)
        except Refused as refused:
            raise UsageError(str(refused), hint=refused.hint) from None
        try:
            yield awake
        finally:
            self._loop.call(awake.lending.give_back)

    def change(
        self, sleeper: Sleeper, work: Callable[[], T], *, first: bool = False, last: bool = False
    ) -> Deferred[T]:
        """Work on it in a thread while it sleeps.

        It never wakes again if that was the `last`, or the `first` and has failed.
        """
        return Deferred.fromCoroutine(self._changed(sleeper, work, first, last))

    async def _changed(self, sleeper: Sleeper, work: Callable[[], T], first: bool, last: bool) -> T:
        async with self._turn_of(sleeper):
            self._check(sleeper)
            await self._close(sleeper)
            try:
                done = await self._threads.run(work)
            except BaseException:
                sleeper.gone |= first
                raise
            sleeper.gone = last
            return done

    @asynccontextmanager
    async def _turn_of(self, sleeper: Sleeper) -> AsyncIterator[None]:
        await sleeper.turn.acquire()
        self._turning.add(sleeper)
        try:
            await self._moment()  # else each who waits would go on within the one before
            yield
        finally:
            self._turning.discard(sleeper)
            sleeper.turn.release()

    def _moment(self, seconds: float = 0) -> Deferred[None]:
        return deferLater(self._loop.reactor, seconds)

    def _check(self, sleeper: Sleeper) -> None:
        if sleeper.gone or self._closing:
            raise Refused(503, f"'{sleeper.name}' is about to go.")

    async def _woken(self, sleeper: Sleeper) -> Any:
        async with self._turn_of(sleeper):
            self._check(sleeper)
            if sleeper.awake is None:
                await self._make_room()
                try:
                    await self._threads.run(partial(self._wake, sleeper))
                finally:
                    self._opening -= 1
            awake: Any = sleeper.awake
            awake.lending.lend()
            return awake

    def _wake(self, sleeper: Sleeper) -> None:
        """In a thread."""

        def enter(awake: Awake) -> None:
            """In the reactor's thread: from here on it is lent."""
            sleeper.awake = awake
            self._awake.add(sleeper)
            sleeper.seen(awake)

        try:
            sleeper.wake(lambda awake: self._loop.call(enter, awake))
        except BaseException:
            self._loop.call(self._taken_out, sleeper)
            raise

    def _taken_out(self, sleeper: Sleeper) -> None:
        """Lend it to nobody any more; those who have it go on."""
        sleeper.awake = None
        self._awake.discard(sleeper)
        sleeper.seen(None)

    async def _asleep(self, sleeper: Sleeper, *, only_idle: bool = False) -> None:
        async with self._turn_of(sleeper):
            await self._close(sleeper, only_idle=only_idle)

    async def _close(self, sleeper: Sleeper, *, only_idle: bool = False) -> None:
        awake, now = sleeper.awake, self._loop.reactor.seconds
        if awake is None or (only_idle and awake.lending.busy):
            return
        self._taken_out(sleeper)
        sleeper.leaving, end = awake, now() + _FAREWELL
        while awake.lending.busy and now() < end:
            await self._moment(_GLANCE)
        sleeper.leaving = None
        await self._threads.run(awake.close)

    async def _make_room(self) -> None:
        """Where as many are awake as may be, the one that was given back first of all goes to sleep.

        Where none was, that is waited for; raises Refused where it takes too long.
        """
        await self._room.acquire()
        try:
            await self._moment()
            await self._until_there_is_room()
            self._opening += 1
        finally:
            self._room.release()

    async def _until_there_is_room(self) -> None:
        now = self._loop.reactor.seconds
        end = now() + _PATIENCE
        while len(self._awake) + self._opening >= self._most_awake:
            if idle := [*self._resting(float("inf"))]:
                longest = min(idle, key=lambda pair: pair[1].lending.rested)
                await self._asleep(longest[0], only_idle=True)
            elif now() < end:
                await self._moment(_GLANCE)
            else:
                raise Refused(503, "as many are awake as files can be open.", "Raise it: ulimit -n")

    def _resting(self, since: float) -> Iterator[tuple[Sleeper, Awake]]:
        """Those whom nobody has, and nobody has had since; not those whose turn others wait for.

        Who makes room would wait for them, and they for room.
        """
        for one in self._awake.copy():
            if one.awake is None or one.turn.locked:
                continue
            if not one.awake.lending.busy and one.awake.lending.rested <= since:
                yield one, one.awake

    def _sweep_later(self) -> Any:
        """Look now and then for those that nobody asks for any more."""
        return self._loop.reactor.callLater(self._idle / 2, self._sweep_now)

    def _sweep_now(self) -> None:
        resting = [*self._resting(self._loop.reactor.seconds() - self._idle)]
        if resting:
            Deferred.fromCoroutine(self._all_asleep([one for one, _ in resting]))
        self._sweep = self._sweep_later()

    async def _all_asleep(self, resting: list[Sleeper]) -> None:
        for one in resting:
            await self._asleep(one, only_idle=True)
        await self._threads.run(self._rested)
