"""From a topology to running actors: stores opened, actors made, ports listened on.

Everything that binds the layers together is here and in `topology.world`, so that no other module needs to
know them all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from typing import Any

from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.errors import UsageError
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.mllp import MllpPort
from xdsi_sim.server.ports import Ports
from xdsi_sim.server.site import ActorSite
from xdsi_sim.store.exchange_reader import ExchangeReader
from xdsi_sim.store.exchanges import Log, Recorder
from xdsi_sim.store.opening import Share
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology import whereabouts
from xdsi_sim.topology.dimse import dimse_port
from xdsi_sim.topology.faults import switchboard_of
from xdsi_sim.topology.joined import Joined, exchange_log
from xdsi_sim.topology.model import (
    Feed,
    Listen,
    Placed,
    Registry,
    Source,
    Topology,
)
from xdsi_sim.topology.players import ROLES
from xdsi_sim.topology.presented import presenting
from xdsi_sim.topology.sessions import Sessions
from xdsi_sim.topology.within import check_sessions
from xdsi_sim.topology.world import World

__all__ = ["RunningTopology", "start"]


class RunningTopology(World):
    """A topology whose actors answer. Close it to stop them and to give up what they hold."""

    def __init__(
        self,
        topology: Topology,
        data: Path | None,
        listen: Listen | None,
        *,
        record: bool,
        shared: bool = False,
        joined: Joined | None = None,
        only: Collection[str] | None = None,
        log: Log | None = None,
    ) -> None:
        """Start everything, or nothing: what was begun is undone where a part fails.

        If `shared`, other processes may join once this is done; each of them is told by `joined`.
        """
        if topology.sessions != "off":
            check_sessions(topology, alone=not shared and joined is None and only is None)
        moved = topology if listen is None else whereabouts.moved_to(topology, listen)
        super().__init__(
            moved,
            whereabouts.others(moved, only),
            loop=running_loop(),
            faults=switchboard_of(topology, ROLES),
            share=Share.JOINING if joined else Share.FIRST if shared else Share.ALONE,
        )
        self.only = None if only is None else frozenset(only)
        self._record = record and log is None
        self._log = log
        self._joined = joined
        self._ports = Ports(self._loop, joined.sockets if joined else None, shared=shared, held=True)
        self._sites: dict[Listen, ActorSite] = {}
        self._feeds: dict[str, Listen] = {}
        self._sessions: Sessions | None = None
        try:
            self._start(data)
        except BaseException:
            self.close()
            raise

    def _start(self, data: Path | None) -> None:
        self._open_folder(data)
        servers = [placed for placed in self.topology.actors() if self.plays(placed)]
        self._tls = self._settle_tls(servers)
        known = (self.topology, self.faults, self._folder, self._tls)
        self._presents = partial(presenting, *known)
        for placed in servers:  # all addresses, before an actor needs one
            self._branch(placed)
        self._play()
        if self.topology.sessions != "off":
            self._sessions = self._begin_sessions()
        self._ports.begin()  # who asks before there is an actor would be told that there is none
        if self._joined is None:
            self._settle()

    def _open_folder(self, data: Path | None) -> None:
        self._folder = data if data is not None else Path(tempfile.mkdtemp(prefix="xdsi-sim-"))
        if data is None:
            self._open.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._spool = self._folder / "spool"
        logged = (self.topology.log, self._folder, self._share, self._joined)
        self._whole_log = self._open.enter_context(closing(exchange_log(*logged))) if self._record else None
        if self._whole_log is not None:
            self._log = self._whole_log.part(None)
        if self._joined is None:
            shutil.rmtree(self._spool, ignore_errors=True)  # what a crash left half received
            self._spool.mkdir(parents=True)

    def _settle_tls(self, servers: Sequence[Placed]) -> Tls | None:
        """Certificates and trust, made where the topology asks for TLS and there are none yet."""
        if self.topology.tls is None:
            return None
        from xdsi_sim.topology.certificates import settle  # noqa: PLC0415  costs start-up time

        hosts = whereabouts.hosts_of(self.topology, servers) or (self.topology.listen.host,)
        return settle(self.topology.tls, self._folder, *hosts)

    # --- addresses

    def _branch_at(self, listen: Listen) -> ActorSite:
        """The port of this process for a host and port of the file."""
        if listen not in self._sites:
            limits = self.topology.limits
            site = ActorSite(
                *(self._loop, listen.host, listen.port, self._spool, limits),
                tls=self._tls,
                ports=self._ports,
                presents=self._presents(listen),
            )
            self._listening.callback(site.close)
            self._sites[listen] = site
        return self._sites[listen]

    def listening(self, listen: Listen) -> Listen:
        """What a port of this process has become that was asked for so."""
        return Listen(listen.host, self._branch_at(listen).port)

    def mllp_of(self, registry_id: str) -> Listen | None:
        """Where the registry takes its feed by ITI-8, here or elsewhere; None where it does not."""
        return self._feeds.get(registry_id) or super().mllp_of(registry_id)

    # --- what has no path

    def _serve_beside(self, placed: Placed, actor: Any, recorder: Recorder) -> None:
        """Ports of other protocols."""
        model = placed.actor
        if isinstance(model, Source) and model.dimse is not None and self._share is not Share.JOINING:
            # the first process has the port
            port = dimse_port(model, model.dimse, actor.store, self._listen_of(placed).host)
            self._listening.callback(port.close)
        if isinstance(model, Registry) and model.feed is not None:
            self._feed(placed, model.feed, actor, recorder)

    def _feed(self, placed: Placed, feed: Feed, actor: DocumentRegistry, recorder: Recorder) -> None:
        """Listen for ITI-8."""
        host, registry_id = feed.mllp.host or self._listen_of(placed).host, placed.actor.id
        port = MllpPort(
            *(self._loop, host, feed.mllp.port),
            actor_id=registry_id,
            actor=actor,
            recorder=recorder,
            traces=self._traces,
            tls=self._tls,
            ports=self._ports,
        )
        self._listening.callback(port.close)
        self._feeds[registry_id] = Listen(host, port.port)

    # --- sessions

    def _begin_sessions(self) -> Sessions:
        sessions = Sessions(
            self.topology,
            outside=self,
            sites=self._sites,
            folder=self._folder,
            spool=self._spool,
            log=self._whole_log,
            clients=self._clients,
            tls=self._tls,
        )
        self._listening.callback(sessions.close)
        return sessions

    @property
    def sessions(self) -> str | None:
        """Below which address sessions are, with a slash at its end; None where there are none."""
        return None if self._sessions is None else self._sessions.base

    @property
    def keeper(self) -> Sessions | None:
        """Makes, lists, empties and removes sessions, in the reactor's thread; None where there are none."""
        return self._sessions

    def session(self, name: str) -> AbstractContextManager[World]:
        """The world of a session, made where there is none yet, and awake until the end of the block.

        Raises UsageError where there cannot be such a one.
        """
        if self._sessions is None:
            raise UsageError("there are no sessions here.", hint="The topology says `sessions: open`.")
        return self._sessions.awake(name)

    # --- what others need

    def put(self, path: str, resource: Any) -> str:
        """Let something else answer at a path beside that at which faults are switched; gives its address.

        Where other processes answer on these ports, it has a port of its own: they would not know of it.
        """
        listen = self._first
        if self.alone:
            site = self._branch_at(listen)
        else:
            site = ActorSite(self._loop, listen.host, 0, self._spool, self.topology.limits, tls=self._tls)
            self._listening.callback(site.close)
        site.put(path, resource)
        return whereabouts.base_of(self.topology, Listen(listen.host, site.port)) + path

    @property
    def log(self) -> ExchangeReader | None:
        """Reads the log, sessions included, but for what was recorded last; None where there is none."""
        return self._whole_log.reader if self._whole_log is not None else None

    def to_join(self) -> Joined:
        """What one of the others needs to answer beside this process; who asks has to close it."""
        name = self._whole_log.name if self._whole_log is not None else ""
        return Joined(sockets=self._ports.hand_over(), log=name)


def start(
    topology: Topology,
    data: Path | None = None,
    listen: Listen | None = None,
    *,
    record: bool = True,
    shared: bool = False,
    only: Collection[str] | None = None,
    log: Log | None = None,
) -> RunningTopology:
    """Start a topology; without `data` its folder is temporary and goes with it.

    Exchanges go to `log`, else into the data folder, or nowhere unless they are to be a `record`.
    With `only`, ids of actors, all others answer elsewhere, at their addresses in the file. If `shared`,
    other processes may join: see `topology.workers`.
    """
    return RunningTopology(topology, data, listen, record=record, shared=shared, only=only, log=log)
