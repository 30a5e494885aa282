"""All that a running topology sends with: for its actors, and for whoever asks from outside."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.client.delivery import Delivery
from xdsi_sim.client.dicomweb import DicomWebClient
from xdsi_sim.client.http import HttpClient, Timeouts
from xdsi_sim.client.mllp import MllpClient
from xdsi_sim.client.passing import PassingClient
from xdsi_sim.server.loop import Loop
from xdsi_sim.soap.letters import Mailbox
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.federation import diverted
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.outside import BlockingClient
from xdsi_sim.topology.settings import timeouts_of, validating

__all__ = ["Clients"]


class Clients:
    """Close them to give up their connections."""

    http: HttpClient
    """For actors."""
    patient: HttpClient
    """For who waits for actors that wait for others."""

    def __init__(
        self,
        topology: Topology,
        loop: Loop,
        *,
        tls: Tls | None,
        recorder: Recorder,
        spool: Path,
        traces: dict[str, Trace],
        reply_to: str,
        beside: Clients | None = None,
    ) -> None:
        """Answers of asynchronous exchange are to come in at `reply_to`, from where `mailbox` gets them.

        The connections are those of `beside`, if there are others already.
        """
        self._loop, self._tls, self._open = loop, tls, ExitStack()
        self.mailbox = Mailbox()
        timeouts = timeouts_of(topology.timeouts)
        http: HttpClient = beside.http if beside else self._http(timeouts)
        # a gateway that gives up on a member must still get its own answer out
        patient = replace(timeouts, first_byte=2 * timeouts.first_byte)
        outside: HttpClient = beside.patient if beside else self._http(patient)
        self.http, self.patient = http, outside
        soap = partial(
            AsynchronousClient,
            recorder=recorder,
            spool=spool,
            limits=topology.limits,
            validating=validating(topology),
            addresses=diverted(topology.peers),
            mailbox=self.mailbox,
            reply_to=reply_to,
        )
        self.soap = soap(http)
        self.dicomweb = DicomWebClient(http, recorder, spool, topology.limits)
        self.passing = PassingClient(http, recorder, spool)
        self.ask = http.request
        """Sends what nobody looks at: for proxies, which record it themselves."""
        self.delivery = Delivery(http, recorder)
        self._open.callback(loop.call, self.delivery.close)
        self.outside = BlockingClient(
            loop,
            soap(outside),
            DicomWebClient(outside, recorder, spool, topology.limits),
            MllpClient(loop.reactor, recorder, traces, tls),
        )

    def _http(self, timeouts: Timeouts) -> HttpClient:
        http = HttpClient(self._loop.reactor, timeouts, tls=self._tls)
        self._open.callback(self._loop.call, http.close)
        return http

    def close(self) -> None:
        """End what is under way; a second call does nothing."""
        self._open.close()
