"""Who sends and is no actor: a client for scenarios, and for commands that speak to foreign actors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.trace import Trace
from xdsi_sim.client.answers import Reply
from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.client.dicomweb import DicomWebClient, HttpReply
from xdsi_sim.client.http import HttpClient, Timeouts
from xdsi_sim.client.mllp import MllpClient
from xdsi_sim.content import Content
from xdsi_sim.server.loop import Loop, running_loop
from xdsi_sim.soap.letters import Mailbox
from xdsi_sim.store.exchanges import NOT_RECORDED
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import ANONYMOUS

__all__ = ["BlockingClient", "outside_client"]


class BlockingClient:
    """Sends for whoever is not an actor: scenarios and the command line, in their own thread."""

    def __init__(
        self, loop: Loop, soap: AsynchronousClient, dicomweb: DicomWebClient, mllp: MllpClient
    ) -> None:
        self._loop = loop
        self._soap = soap
        self._dicomweb = dicomweb
        self._mllp = mllp

    def call(self, call: Call, *, sender: str, conversation: str, asynchronous: bool = False) -> Reply:
        """Send a SOAP message and wait for what comes of it.

        If `asynchronous`, the peer is asked to send its answer to the topology's address for replies.
        """
        ask = self._soap.call_asynchronously if asynchronous else self._soap.call
        reply: Reply = self._loop.call(ask, call, Trace(conversation, sender))
        return reply

    def get(self, url: str, *, accept: str, transaction: str, sender: str, conversation: str) -> HttpReply:
        """Send a GET of DICOMweb and wait for what comes of it."""
        trace = Trace(conversation, sender)
        reply: HttpReply = self._loop.call(
            self._dicomweb.get, url, accept=accept, transaction=transaction, trace=trace
        )
        return reply

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Sequence[tuple[str, str]],
        body: Content,
        transaction: str,
        sender: str,
        conversation: str,
    ) -> HttpReply:
        """Send any HTTP message and wait for what comes of it."""
        trace, sent = Trace(conversation, sender), (body,) if body.size else None
        reply: HttpReply = self._loop.call(
            self._dicomweb.ask, method, url, headers=headers, body=sent, transaction=transaction, trace=trace
        )
        return reply

    def send_mllp(self, to: Listen, message: bytes, *, sender: str, conversation: str) -> Reply:
        """Send a message of HL7 v2 and wait for what comes of it."""
        trace = Trace(conversation, sender)
        reply: Reply = self._loop.call(self._mllp.send, to.host, to.port, message, trace)
        return reply


@contextmanager
def outside_client(
    spool: Path, tls: Tls | None = None, timeouts: Timeouts = Timeouts()
) -> Iterator[BlockingClient]:
    """A client that records nothing; large parts of answers are kept in `spool`.

    With `tls` it speaks https where an address says so, and MLLP over TLS alone.
    """
    loop = running_loop()
    http = HttpClient(loop.reactor, timeouts, tls=tls)
    try:
        yield BlockingClient(
            loop,
            # nobody can answer at an address of ours, and nobody is asked to
            AsynchronousClient(http, NOT_RECORDED, spool, mailbox=Mailbox(), reply_to=ANONYMOUS),
            DicomWebClient(http, NOT_RECORDED, spool),
            MllpClient(loop.reactor, NOT_RECORDED, {}, tls),
        )
    finally:
        loop.call(http.close)
