from __future__ import annotations

from typing import Any

from an_exchange import FINDING
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from wire import get

from xdsi_sim.content import read_all
from xdsi_sim.exchange import Exchange
from xdsi_sim.server.http import FrontRequest, answer
from xdsi_sim.server.served import Served
from xdsi_sim.server.site import ActorSite


class Recording(Resource):
    """Answers each request, and keeps what would be recorded of it."""

    isLeaf = True

    def __init__(self, **more: Any) -> None:
        super().__init__()
        self.kept: list[tuple[Served, Exchange]] = []
        self._more = more

    def render(self, request: FrontRequest) -> int:
        served = Served(request, "archive")
        response = answer(request, 200, (), [b"answer"])
        self.kept.append(
            (served, served.recorded("QIDO-RS", (b"as", b"ked"), response, "HTTP 200", **self._more))
        )
        return NOT_DONE_YET


def recorded(site: ActorSite, *headers: str, **more: Any) -> tuple[Served, Exchange]:
    resource = Recording(**more)
    site.put("/c/archive", resource)
    assert get(f"http://127.0.0.1:{site.port}/c/archive?a=b", *headers).body == b"answer"
    (kept,) = resource.kept
    return kept


def test_what_came_and_what_went_is_recorded(site: ActorSite) -> None:
    served, exchange = recorded(site, "Xdsi-Trace: cafe;viewer", findings=(FINDING,))
    assert (exchange.id, exchange.started) == (served.exchange_id, served.started)
    assert (exchange.conversation, exchange.sender, exchange.receiver) == ("cafe", "viewer", "archive")
    assert (exchange.transaction, exchange.status) == ("QIDO-RS", "HTTP 200")
    assert (exchange.findings, exchange.deviations) == ((FINDING,), ())
    assert exchange.request.start_line == "GET /c/archive?a=b HTTP/1.1"
    assert read_all(exchange.request.body) == b"asked"
    assert exchange.response is not None
    assert read_all(exchange.response.body) == b"answer"
    assert exchange.duration > 0


def test_who_says_nothing_is_known_by_host_and_port(site: ActorSite) -> None:
    _, exchange = recorded(site)
    assert exchange.sender.startswith("127.0.0.1:")


def test_the_time_that_it_took_may_be_said(site: ActorSite) -> None:
    _, exchange = recorded(site, took=7.5)
    assert exchange.duration == 7.5
