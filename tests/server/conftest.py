"""A port with one SOAP address whose actor a test gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xdsi_sim.client.delivery import Delivery
from xdsi_sim.client.http import HttpClient
from xdsi_sim.client.soap import SoapClient
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite
from xdsi_sim.server.soap import SoapResource
from xdsi_sim.services.host import Endpoint
from xdsi_sim.soap.peers import Peers
from xdsi_sim.store.exchanges import ExchangeLog


@pytest.fixture
def site(spool: Path) -> Iterator[ActorSite]:
    opened = ActorSite(running_loop(), "127.0.0.1", 0, spool)
    yield opened
    opened.close()


Serve = Callable[..., str]


@pytest.fixture
def serve(site: ActorSite, log: ExchangeLog, spool: Path) -> Iterator[Serve]:
    """`serve(role, actor)` gives the address at which the actor answers."""
    loop = running_loop()
    http = HttpClient(loop.reactor)
    soap = SoapClient(http, log, spool)

    delivery = Delivery(http, log, retries=(0, 0))

    def put(role: str, actor: Any, *, strict: bool = False, peers: Peers | None = None) -> str:
        url = f"http://127.0.0.1:{site.port}/c/{role}"
        resource = SoapResource(
            actor_id=role,
            endpoint=Endpoint(role, actor, strict=strict, peers=peers),
            url=url,
            send=soap.send,
            post=delivery.post,
            recorder=log,
            reactor=loop.reactor,
        )
        site.put(f"/c/{role}", resource)
        return url

    yield put
    loop.call(http.close)
