"""A client without a topology: for commands that speak to actors which somebody else has started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xdsi_sim.client.asynchronous import AsynchronousClient
from xdsi_sim.client.dicomweb import DicomWebClient
from xdsi_sim.client.http import HttpClient
from xdsi_sim.client.mllp import MllpClient
from xdsi_sim.server.loop import running_loop
from xdsi_sim.soap.letters import Mailbox
from xdsi_sim.store.exchanges import NOT_RECORDED
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.build import BlockingClient
from xdsi_sim.vocab import ANONYMOUS

__all__ = ["outside_client"]


@contextmanager
def outside_client(spool: Path, tls: Tls | None = None) -> Iterator[BlockingClient]:
    """A client that records nothing; large parts of answers are kept in `spool`.

    With `tls` it speaks https where an address says so, and MLLP over TLS alone.
    """
    loop = running_loop()
    http = HttpClient(loop.reactor, tls=tls)
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
