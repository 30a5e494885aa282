"""One session: the actors of a topology once more, below a path and in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from xdsi_sim.deviations.switches import Switchboard
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.site import ActorSite, Branch
from xdsi_sim.server.sleepers import Lending
from xdsi_sim.server.soap import Post, SendFrom
from xdsi_sim.store.exchanges import LogPart
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.within import PATH
from xdsi_sim.topology.world import World

__all__ = ["SessionWorld"]


class SessionWorld(World):
    """The actors of a session that is awake; realises `Awake`."""

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
        self.lending = Lending(loop.reactor.seconds)
        self._outside = outside
        self.branches = {listen: Branch(loop) for listen in sites}
        self._folder, self._spool, self._log, self._tls = folder, spool, log, tls
        self._path = f"/{PATH}/{name}/"
        try:
            self._play(clients)
            enter(self)
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

    def _ways_out(self) -> tuple[SendFrom, Post]:
        """Those of all actors; who waits for an answer keeps the session awake."""
        send, post = super()._ways_out()
        return self.lending.counted(send), self.lending.counted(post)
