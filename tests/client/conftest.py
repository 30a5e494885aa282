"""A peer, and clients with little patience."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_peer import Peer, peers

from xdsi_sim.client.dicomweb import DicomWebClient
from xdsi_sim.client.http import HttpClient, Timeouts
from xdsi_sim.client.soap import SoapClient
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.exchanges import ExchangeLog


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peers() as listen:
        yield listen


@pytest.fixture
def http() -> Iterator[HttpClient]:
    loop = running_loop()
    client = HttpClient(loop.reactor, Timeouts(connect=1, first_byte=0.2, total=0.5))
    yield client
    loop.call(client.close)


@pytest.fixture
def soap(http: HttpClient, log: ExchangeLog, spool: Path) -> SoapClient:
    return SoapClient(http, log, spool)


@pytest.fixture
def dicomweb(http: HttpClient, log: ExchangeLog, spool: Path) -> DicomWebClient:
    return DicomWebClient(http, log, spool)
