"""One session: the actors of a topology once more, below a path and in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from twisted.internet.defer import Deferred

from xdsi_sim.actors.flow import Answer, Call
from xdsi_sim.actors.trace import Trace
from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.site import ActorSite, Branch
from xdsi_sim.soap.letters import OutgoingLetter
from xdsi_sim.store.exchanges import LogPart
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.within import PATH
from xdsi_sim.topology.world import World

__all__ = ["SessionWorld"]

T = TypeVar("T")


class SessionWorld(World):
    """The actors of a session that is awake; realises `Lent`."""

    def __init__(
        self,
        topology: Topology,
        name: str,
        *,
        loop: Loop,
        faults: Switchboard,
        outside: Addresses,
        sites: Mapping[Listen, ActorSite],
        folder: Path,
        spool: Path,
        log: LogPart | None,
        clients: Clients,
        tls: Tls | None,
        enter: Callable[[SessionWorld], None],
    ) -> None:
        """Open what the session keeps and let its actors answer, or nobody where a part fails.

        `enter` lets requests in: some are our own, before all is settled. Not for the reactor's thread.
        """
        super().__init__(topology, {}, loop=loop, faults=faults)
        self.name = name
        self.busy = 0
        """Requests, calls and borrowers that are not through."""
        self.rested = loop.reactor.seconds()
        """When nobody was left last."""
        self._outside = outside
        self.branches = {listen: Branch(loop) for listen in sites}
        self._folder, self._spool, self._log, self._tls = folder, spool, log, tls
        self._path = f"/{PATH}/{name}/"
        try:
            self._play(clients)
            loop.call(enter, self)
            self._settle()
        except BaseException:
            self.close()
            raise

    def _branch_at(self, listen: Listen) -> Branch:
        return self.branches[listen]

    # --- addresses: those of the others, below the path of the session

    def listening(self, listen: Listen) -> Listen:
        """The ports are those of all."""
        return self._outside.listening(listen)

    def base_of(self, listen: Listen) -> str:
        """The root of their addresses, with a slash at its end."""
        return self._outside.base_of(listen) + self._path.removeprefix("/")

    @property
    def viewer(self) -> str | None:
        """Address of the viewer, with a slash at its end; None without one."""
        outside = self._outside.viewer
        return None if outside is None else outside + self._path.removeprefix("/")

    # --- whether it has something to do

    def lend(self) -> SessionWorld:
        """The same, which stays awake until it is given back."""
        self.busy += 1
        return self

    def give_back(self) -> None:
        """Whoever had it is through."""
        self.busy -= 1
        self.rested = self._loop.reactor.seconds()

    def _during(self, work: Deferred[T]) -> Deferred[T]:
        self.lend()

        def over(outcome: T) -> T:
            self.give_back()
            return outcome

        return work.addBoth(over)

    def _send(self, call: Call, trace: Trace) -> Deferred[Answer]:
        return self._during(super()._send(call, trace))

    def _post(self, letter: OutgoingLetter, trace: Trace) -> Deferred[None]:
        return self._during(super()._post(letter, trace))
