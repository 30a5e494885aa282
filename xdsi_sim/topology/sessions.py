"""Sessions: worlds below `/s/NAME`, each asleep in its folder until somebody asks for it.

An idle session is a name, a folder and its faults. A request wakes it, which opens its stores; when nobody has
asked for a while, they are closed again. What is decided is decided in the reactor's thread; what takes time is
done in others.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import Field
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import deferLater

from xdsi_sim.client.faults import TOKEN_VARIABLE
from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.ids import new_token
from xdsi_sim.server.admin import Refused
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.sessions import Door, SessionsResource
from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.threads import Threads
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.checked import Checked, check_value
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.faults import switchboard_of
from xdsi_sim.topology.handles import most_awake
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.players import ROLES
from xdsi_sim.topology.session import SessionWorld
from xdsi_sim.topology.settings import codes_of
from xdsi_sim.topology.within import FOLDER, PATH, check_sessions, name_trouble, within

__all__ = ["Sessions"]

_THREADS: Final = 4
"""Sessions that are woken, or put to sleep, at a time."""
_FAREWELL: Final = 5.0  # seconds; a request that takes longer is not waited for when its session goes
_GLANCE: Final = 0.05  # seconds between two looks whether all are through
_CODES: Final = "codes"
"""Folder of the code table of a session, in its own."""
_GONE: Final = ".removed-"
"""What the folder of a session is called while it is taken away; no name begins so."""


class _Asked(Checked):
    """What somebody says of a session that is to be made."""

    name: str
    codes: str | None = None
    """Text of a code table."""
    file: str = Field(default="codes.yaml", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(?i:yaml|yml|xml)$", max_length=100)
    """What the table was called; tells its form."""


@dataclass(eq=False, kw_only=True)
class _Session:
    """What is known of one, asleep or awake."""

    name: str
    folder: Path
    codes: Path | None = None
    board: Switchboard | None = None
    """None until it is first awake."""
    world: SessionWorld | None = None
    """None while it sleeps."""
    turn: DeferredLock = field(default_factory=DeferredLock)
    """One at a time wakes it, puts it to sleep, or takes it away."""
    removed: bool = False
    woken: int = 0


class Sessions:
    """All sessions of a topology; realises `Keeper`. Close it before the actors that all share."""

    def __init__(
        self,
        topology: Topology,
        *,
        outside: Addresses,
        sites: Mapping[Listen, ActorSite],
        folder: Path,
        spool: Path,
        log: ExchangeLog | None,
        clients: Clients,
        tls: Tls | None,
        alone: bool,
    ) -> None:
        """Find those that are in `folder`, a data folder, and let requests in.

        Raises UsageError where sessions would share what they are to have for themselves.
        """
        check_sessions(topology, alone=alone)
        self._topology = within(topology)
        self._limits = topology.limits
        self._open = topology.sessions == "open"
        self._outside = outside
        self._sites = sites
        self._spool = spool
        self._log = log
        self._clients = clients
        self._tls = tls
        self._loop = running_loop()
        self._threads = Threads(self._loop.reactor, _THREADS)
        self._most_awake = most_awake(topology.limits.sessions)
        self._folder = folder / FOLDER
        self._manners: dict[Listen, dict[bytes, Any]] = {listen: {} for listen in sites}
        self._known = self._kept()
        self._closing = False
        for listen, site in sites.items():
            door = Door(self._borrow, partial(_root_at, listen), site.root)
            site.divide(PATH, door, self._manners[listen])
        first = next(iter(sites.values()))
        first.put(FOLDER, SessionsResource(self, token=os.environ.get(TOKEN_VARIABLE) or None))
        self._sweep: Any = self._loop.call(self._sweep_later)

    def _kept(self) -> dict[str, _Session]:
        """Those of the last time; what was being taken away then goes."""
        self._folder.mkdir(exist_ok=True)
        for folder in self._folder.iterdir():
            if folder.name.startswith(_GONE):
                shutil.rmtree(folder, ignore_errors=True)
        return {
            folder.name: self._session(folder.name)
            for folder in sorted(self._folder.iterdir())
            if folder.is_dir() and name_trouble(folder.name) is None
        }

    def _session(self, name: str) -> _Session:
        folder = self._folder / name
        codes = next(iter(sorted((folder / _CODES).glob("*"))), None)
        return _Session(name=name, folder=folder, codes=codes)

    def close(self) -> None:
        """Put all to sleep, and let nobody in any more."""

        async def end() -> None:
            self._closing = True
            if self._sweep is not None:
                self._sweep.cancel()
            ending = [Deferred.fromCoroutine(self._asleep(one)) for one in self._known.values()]
            for done in ending:
                await done

        self._loop.call(lambda: Deferred.fromCoroutine(end()))

    # --- names

    def _named(self, name: str, *, make: bool) -> _Session:
        """The one of a name; raises Refused where there is none, and none may be made."""
        found = self._known.get(name)
        if found is None and make:
            found = self._made(name)
        if found is None:
            if trouble := name_trouble(name):
                raise Refused(404, trouble)
            raise Refused(404, f"there is no session '{name}'.", self._how(name))
        return found

    def _how(self, name: str) -> str:
        """Where a session comes from."""
        if self._open:
            return "It is made when one of its actors is asked."
        return f"Make it: xdsi-sim session add {name}"

    def _made(self, name: str) -> _Session:
        """A new one, whose folder is made when it is first awake."""
        if trouble := name_trouble(name):
            raise Refused(404, trouble)
        if len(self._known) >= self._limits.sessions:
            hint = "Remove one: xdsi-sim session remove NAME."
            raise Refused(503, f"there are as many sessions as {self._limits.named('sessions')} allows.", hint)
        session = self._known[name] = _Session(name=name, folder=self._folder / name)
        return session

    # --- awake and asleep

    def _borrow(self, name: str, known: bool) -> SessionWorld | Deferred[SessionWorld]:
        """A session for a request; raises Refused."""
        if self._closing:
            raise Refused(503, "the actors are about to stop.")
        session = self._named(name, make=self._open and known)
        if session.world is not None:
            return session.world.lend()
        return Deferred.fromCoroutine(self._woken(session))

    async def _woken(self, session: _Session) -> SessionWorld:
        """Wake it, if nobody else has; lent to whoever waits for it."""
        await session.turn.acquire()
        try:
            if session.removed or self._closing:
                raise Refused(503, f"session '{session.name}' is about to go.")
            if session.world is None:
                await self._make_room()
                session.board = session.board or switchboard_of(self._topology, ROLES)
                await self._threads.run(partial(self._wake, session))
            if session.world is None:
                raise RuntimeError(f"session {session.name} is not awake")
            return session.world.lend()
        except BaseException:
            if not session.folder.is_dir():  # it never was
                session.removed = self._known.pop(session.name, None) is not None
            raise
        finally:
            session.turn.release()

    def _wake(self, session: _Session) -> None:
        """In a thread."""
        session.folder.mkdir(parents=True, exist_ok=True)

        def enter(world: SessionWorld) -> None:
            session.world = world
            session.woken += 1
            for listen, branch in world.branches.items():
                self._manners[listen][session.name.encode()] = branch.manners

        try:
            SessionWorld(
                self._topology if session.codes is None else within(self._topology, session.codes),
                session.name,
                loop=self._loop,
                faults=session.board or switchboard_of(self._topology, ROLES),
                outside=self._outside,
                sites=self._sites,
                folder=session.folder,
                spool=self._spool,
                log=self._log.part(session.name) if self._log is not None else None,
                clients=self._clients,
                tls=self._tls,
                enter=enter,
            )
        except BaseException:
            self._loop.call(self._taken_out, session)
            raise

    def _taken_out(self, session: _Session) -> SessionWorld | None:
        """Let no request in any more; what is under way goes on."""
        world, session.world = session.world, None
        for manners in self._manners.values():
            manners.pop(session.name.encode(), None)
        return world

    async def _asleep(self, session: _Session, *, only_idle: bool = False) -> None:
        """Put it to sleep, once those are through that are at it."""
        await session.turn.acquire()
        try:
            await self._close_its_world(session, only_idle=only_idle)
        finally:
            session.turn.release()

    async def _close_its_world(self, session: _Session, *, only_idle: bool = False) -> None:
        if session.world is None or (only_idle and session.world.busy):
            return
        world = self._taken_out(session)
        if world is None:
            return
        reactor = self._loop.reactor
        end = reactor.seconds() + _FAREWELL
        while world.busy and reactor.seconds() < end:
            await deferLater(reactor, _GLANCE)
        await self._threads.run(world.close)

    async def _make_room(self) -> None:
        """Where as many are awake as files can be open, the one that has rested longest goes to sleep."""
        awake = [one for one in self._known.values() if one.world is not None]
        idle = [one for one in awake if one.world is not None and not one.world.busy]
        if len(awake) >= self._most_awake and idle:
            await self._asleep(min(idle, key=_rested), only_idle=True)

    def _sweep_later(self) -> Any:
        """Look now and then for sessions that nobody asks any more."""
        return self._loop.reactor.callLater(self._limits.session_idle / 2, self._sweep_now)

    def _sweep_now(self) -> None:
        long_ago = self._loop.reactor.seconds() - self._limits.session_idle
        for one in self._known.values():
            if one.world is not None and not one.world.busy and one.world.rested <= long_ago:
                Deferred.fromCoroutine(self._asleep(one, only_idle=True))
        self._sweep = self._sweep_later()

    @contextmanager
    def awake(self, name: str) -> Iterator[SessionWorld]:
        """The world of a session for a block, made where there is none; not for the reactor's thread.

        Raises UsageError.
        """

        async def borrowed() -> SessionWorld:
            return await self._woken(self._named(name, make=True))

        world: SessionWorld = self._waited_for(borrowed())
        try:
            yield world
        finally:
            self._loop.call(world.give_back)

    def _waited_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self._loop.call(lambda: Deferred.fromCoroutine(work))
        except Refused as refused:
            raise UsageError(str(refused), hint=refused.hint) from None

    # --- what is asked of the keeper

    def listed(self, name: str | None) -> Mapping[str, Any]:
        """What is known of all, or of one; raises Refused."""
        if name is not None:
            return self._facts(self._named(name, make=False))
        return {
            "mode": "open" if self._open else "closed",
            "sessions": [self._facts(one) for _, one in sorted(self._known.items())],
        }

    def _facts(self, session: _Session) -> dict[str, Any]:
        world, board = session.world, session.board
        return {
            "name": session.name,
            "url": f"{self._outside.base_of(next(iter(self._sites)))}{PATH}/{session.name}/",
            "awake": world is not None,
            "busy": world.busy if world is not None else 0,
            "faults": len(board.switches()) if board is not None else 0,
            "codes": session.codes.name if session.codes is not None else None,
        }

    def add(self, asked: Any) -> Deferred[Mapping[str, Any]]:
        """Make one as somebody asks for it; gives what is known of it."""
        return Deferred.fromCoroutine(self._add(check_value(_Asked, asked)))

    async def _add(self, asked: _Asked) -> Mapping[str, Any]:
        if asked.name in self._known:
            raise Refused(409, f"there is a session '{asked.name}'.", "Clear it, or remove it first.")
        if trouble := name_trouble(asked.name):
            raise Refused(400, trouble)
        session = self._made(asked.name)
        await session.turn.acquire()
        try:
            await self._threads.run(partial(self._make, session, asked))
        except BaseException:
            session.removed = self._known.pop(session.name, None) is not None
            raise
        finally:
            session.turn.release()
        return self._facts(session)

    def _make(self, session: _Session, asked: _Asked) -> None:
        """In a thread: the folder, which is whole when it has its name."""
        made = self._folder / f"{_GONE}{new_token()}"
        made.mkdir()
        try:
            if asked.codes is not None:
                table = made / _CODES / asked.file
                table.parent.mkdir()
                table.write_text(asked.codes, encoding="utf-8")
                for community in within(self._topology, table).communities:
                    codes_of(community)
            made.rename(session.folder)
        except UsageError as error:
            raise UsageError(error.message, file=asked.file, line=error.line, hint=error.hint) from None
        except OSError as error:
            raise CannotRun(f"the session cannot be made: {error.strerror}.", file=str(made)) from None
        finally:
            shutil.rmtree(made, ignore_errors=True)
        session.codes = self._session(session.name).codes

    def clear(self, name: str) -> Deferred[None]:
        """Take out all that it holds, its faults and its log; its codes stay."""
        return Deferred.fromCoroutine(self._emptied(self._named(name, make=False), keep=True))

    def remove(self, name: str) -> Deferred[None]:
        """Take it away, with all that it holds, its codes and its log."""
        return Deferred.fromCoroutine(self._emptied(self._named(name, make=False), keep=False))

    async def _emptied(self, session: _Session, *, keep: bool) -> None:
        await session.turn.acquire()
        try:
            if session.removed:
                return
            await self._close_its_world(session)
            await self._threads.run(partial(self._take_away, session, keep=keep))
            session.board = None
            if not keep:
                session.removed = self._known.pop(session.name, None) is not None
        finally:
            session.turn.release()

    def _take_away(self, session: _Session, *, keep: bool) -> None:
        """In a thread: what goes is out of the way at once, and gone soon after."""
        gone = self._folder / f"{_GONE}{new_token()}"
        if session.folder.is_dir():
            session.folder.rename(gone)
            if keep:
                session.folder.mkdir()
                if (gone / _CODES).is_dir():
                    (gone / _CODES).rename(session.folder / _CODES)
            shutil.rmtree(gone, ignore_errors=True)
        if self._log is not None:
            self._log.forget(session.name)


def _rested(session: _Session) -> float:
    return session.world.rested if session.world is not None else 0.0


def _root_at(listen: Listen, world: SessionWorld) -> Any:
    return world.branches[listen].root
