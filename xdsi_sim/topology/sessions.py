"""Sessions: worlds below `/s/NAME`, each asleep in its folder until somebody asks for it.

An idle session is a name, a folder and its faults. A request wakes it, which opens its stores; when nobody
has asked for a while, they are closed again.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from xdsi_sim.client.faults import TOKEN_VARIABLE
from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.errors import UsageError
from xdsi_sim.ids import new_token
from xdsi_sim.server.admin import Refused
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.sessions import Door, SessionsResource
from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.sleepers import Sleeper, Sleepers
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.opening import opening
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.checked import Checked, check_value
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.faults import switchboard_of
from xdsi_sim.topology.handles import give_memory_back, most_awake
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.names import matching
from xdsi_sim.topology.players import ROLES
from xdsi_sim.topology.session import SessionWorld
from xdsi_sim.topology.settings import codes_of
from xdsi_sim.topology.within import FOLDER, PATH, name_trouble, within

__all__ = ["Sessions"]

_CODES: Final = "codes"
"""Folder of the code table of a session, in its own."""
_TABLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.(?i:yaml|yml|xml)")
"""Names of its file."""
_GONE: Final = ".removed-"
"""What the folder of a session is called while it is taken away; no name begins so."""


class _Asked(Checked):
    """What somebody says of a session that is to be made."""

    name: str
    codes: str | None = None
    """Text of a code table."""
    file: Annotated[str, matching(_TABLE, "a name of a code table, such as codes.yaml")] = "codes.yaml"
    """What the table was called; tells its form."""


@dataclass(eq=False, kw_only=True)
class _Session:
    """What is known of one, asleep or awake."""

    name: str
    folder: Path
    sleeper: Sleeper = field(init=False)
    codes: Path | None = None
    board: Switchboard | None = None
    """None until it is first awake."""


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
    ) -> None:
        """Find those that are in `folder`, a data folder, and let requests in."""
        self._topology = within(topology)
        self._limits = topology.limits
        self._open = topology.sessions == "open"
        self._outside = outside
        self._sites = sites
        self._folder = folder / FOLDER
        self._spool = spool
        self._log = log
        self._clients = clients
        self._tls = tls
        self._loop = running_loop()
        self._manners: dict[Listen, dict[bytes, Any]] = {listen: {} for listen in sites}
        self._known = self._kept()
        self._sleepers = Sleepers(
            self._loop,
            idle=topology.limits.session_idle,
            most_awake=most_awake(topology.limits.sessions),
            rested=give_memory_back,
        )
        for listen, site in sites.items():
            door = Door(self._borrow, partial(_root_at, listen), frozenset(site.root.children))
            site.divide(PATH, door, self._manners[listen])
        first = next(iter(sites.values()))
        first.put(FOLDER, SessionsResource(self, token=os.environ.get(TOKEN_VARIABLE) or None))

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
        session = _Session(name=name, folder=self._folder / name, codes=_table_in(self._folder / name))
        wake, seen = partial(self._wake, session), partial(self._seen, session)
        session.sleeper = Sleeper(name=name, wake=wake, seen=seen)
        return session

    def close(self) -> None:
        """Put all to sleep, and let nobody in any more."""
        self._sleepers.close()

    @property
    def base(self) -> str:
        """Below which they are, where the first actor answers."""
        return f"{self._outside.base_of(next(iter(self._sites)))}{PATH}/"

    # --- names

    def _named(self, name: str, *, make: bool) -> _Session:
        """The one of a name; raises Refused where there is none, and none may be made."""
        if (found := self._known.get(name)) is not None:
            return found
        if make:
            return self._made(name)
        if trouble := name_trouble(name):
            raise Refused(404, trouble)
        how = "It is made when one of its actors is asked." if self._open else ""
        raise Refused(404, f"there is no session '{name}'.", how or f"Make it: xdsi-sim session add {name}")

    def _made(self, name: str) -> _Session:
        """A new one, whose folder is made when it is first awake."""
        if trouble := name_trouble(name):
            raise Refused(404, trouble)
        if len(self._known) >= self._limits.sessions:
            text = f"there are as many sessions as {self._limits.named('sessions')} allows."
            raise Refused(503, text, "Remove one: xdsi-sim session remove NAME")
        session = self._known[name] = self._session(name)
        return session

    # --- awake and asleep

    def _borrow(self, name: str, *, known: bool, within: bool) -> Any:
        """A session for a request; raises Refused."""
        session = self._named(name, make=self._open and known)
        return self._sleepers.borrow(session.sleeper, within=within)

    def awake(self, name: str) -> AbstractContextManager[SessionWorld]:
        """The world of a session for a block, made where there is none; not for the reactor's thread.

        Raises UsageError.
        """
        try:
            session = self._named(name, make=True)
        except Refused as refused:
            raise UsageError(str(refused), hint=refused.hint) from None
        return self._sleepers.borrowed(session.sleeper)

    def _wake(self, session: _Session, enter: Callable[[SessionWorld], None]) -> None:
        """In a thread."""
        session.board = session.board or switchboard_of(self._topology, ROLES)
        with opening(session.folder):
            session.folder.mkdir(parents=True, exist_ok=True)
            SessionWorld(
                self._topology if session.codes is None else within(self._topology, session.codes),
                session.name,
                loop=self._loop,
                faults=session.board,
                outside=self._outside,
                sites=self._sites,
                folder=session.folder,
                spool=self._spool,
                log=self._log.part(session.name) if self._log is not None else None,
                clients=self._clients,
                tls=self._tls,
                enter=enter,
            )

    def _seen(self, session: _Session, world: SessionWorld | None) -> None:
        """Requests are taken as the world wants it that is awake, if one is."""
        name = session.name.encode()
        for listen, manners in self._manners.items():
            manners.pop(name, None)
            if world is not None:
                manners[name] = world.branches[listen].manners
        if world is None and not session.folder.is_dir():  # it never was
            self._forget(session)

    def _forget(self, session: _Session) -> None:
        session.sleeper.gone = True
        if self._known.get(session.name) is session:
            del self._known[session.name]

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
        awake, board = session.sleeper.awake, session.board
        return {
            "name": session.name,
            "url": f"{self.base}{session.name}/",
            "awake": awake is not None,
            "faults": len(board.switches()) if board is not None else 0,
            "codes": session.codes.name if session.codes is not None else None,
        }

    def add(self, asked: Any) -> Any:
        """Make one as somebody asks for it; gives a Deferred of what is known of it."""
        wanted = check_value(_Asked, asked)
        if wanted.name in self._known:
            raise Refused(409, f"there is a session '{wanted.name}'.", "Clear it, or remove it first.")
        if trouble := name_trouble(wanted.name):
            raise Refused(400, trouble)
        session = self._made(wanted.name)

        def failed(failure: Any) -> Any:
            """Forget the session that could not be made; the failure goes on."""
            self._forget(session)
            return failure

        made = self._sleepers.change(session.sleeper, partial(self._make, session, wanted), first=True)
        return made.addCallbacks(lambda _done: self._facts(session), failed)

    def _make(self, session: _Session, asked: _Asked) -> None:
        """In a thread: the folder, which is whole when it has its name."""
        made = self._folder / f"{_GONE}{new_token()}"
        try:
            with opening(session.folder):
                made.mkdir()
                if asked.codes is not None:
                    self._write_codes(made / _CODES / asked.file, asked.codes)
                made.rename(session.folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        session.codes = _table_in(session.folder)

    def _write_codes(self, table: Path, text: str) -> None:
        table.parent.mkdir()
        table.write_text(text, encoding="utf-8")
        try:
            for community in within(self._topology, table).communities:
                codes_of(community)
        except UsageError as error:
            error.file = table.name  # as whoever sent it knows it
            raise UsageError(str(error)) from None

    def clear(self, name: str) -> Any:
        """Take out all that it holds, its faults and its log; its codes stay."""
        session = self._named(name, make=False)
        return self._sleepers.change(session.sleeper, partial(self._take_away, session, keep=True))

    def remove(self, name: str) -> Any:
        """Take it away, with all that it holds, its codes and its log."""
        session = self._named(name, make=False)
        work = partial(self._take_away, session, keep=False)
        removed = self._sleepers.change(session.sleeper, work, last=True)
        return removed.addCallback(lambda _done: self._forget(session))

    def _take_away(self, session: _Session, *, keep: bool) -> None:
        """In a thread: what goes is out of the way at once, and gone soon after."""
        gone = self._folder / f"{_GONE}{new_token()}"
        if session.folder.is_dir():
            with opening(session.folder):
                session.folder.rename(gone)
                if keep:
                    session.folder.mkdir()
                    if (gone / _CODES).is_dir():
                        (gone / _CODES).rename(session.folder / _CODES)
            shutil.rmtree(gone, ignore_errors=True)
        if self._log is not None:
            self._log.forget(session.name)
        session.board = None


def _table_in(folder: Path) -> Path | None:
    return next(iter(sorted((folder / _CODES).glob("*"))), None)


def _root_at(listen: Listen, world: SessionWorld) -> Any:
    return world.branches[listen].root
