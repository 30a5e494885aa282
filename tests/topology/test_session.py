from __future__ import annotations

import re
from pathlib import Path

import pytest
from a_domain import topology
from a_session import below, with_sessions
from a_viewer import a_viewer
from wire import QUERY, get

from xdsi_sim.actors.flow import Call
from xdsi_sim.content import read_all
from xdsi_sim.exchange import Exchange
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen, Topology

FREE = Listen("127.0.0.1", 0)
TOLD = re.compile(rb"https?://127\.0\.0\.1:\d+/[^\s\"'<>\0\\]{0,80}")
FAMILIES = (
    "central",
    "federated",
    "architecture-mixed",
    "on-demand",
    "point-to-point",
    "mado",
    "fault-pacs-moved",
    "fault-source-down",
    "faults",
)


def addresses(exchange: Exchange) -> set[bytes]:
    """All addresses of actors that a message was sent to, or names."""
    path = exchange.request.start_line.split()[1].encode()
    found = {b"http://127.0.0.1:0" + path}
    for message in (exchange.request, exchange.response):
        if message is not None:
            found |= {*TOLD.findall(str(message.headers).encode() + read_all(message.body))}
    return found


@pytest.mark.parametrize("name", FAMILIES)
def test_a_scenario_in_a_session_knows_no_address_outside(name: str, tmp_path: Path) -> None:
    loaded = load_scenario(scenarios() / f"{name}.yaml")
    with (
        start(with_sessions(loaded.topology, "closed"), tmp_path, FREE) as running,
        running.session("acme") as world,
    ):
        record = play(loaded, world)
        exchanges, outside = world.exchanges(), running.exchanges()
        own = {world.base_of(listen) for listen in world.branches}
    assert record.verdict is Verdict.PASS
    assert outside == ()
    told = set().union(*map(addresses, exchanges))
    assert [url for url in told if b"/s/acme/" not in url] == []
    assert all(url.endswith("/s/acme/") for url in own)


def test_an_answer_that_comes_later_comes_into_the_session(tmp_path: Path) -> None:
    model = with_sessions(topology({"asynchronous": True}))  # type: ignore[dict-item]
    with start(model, tmp_path, FREE) as running, running.session("acme") as world:
        call = Call(url=world.url_of("registry"), transaction="ITI-18", message=QUERY)
        world.client.call(call, sender="tester", conversation="cafe", asynchronous=True)
        first, second = world.exchanges("cafe")
        other = Call(url=below(running, "other"), transaction="ITI-18", message=QUERY)
        reply = world.client.call(other, sender="tester", conversation="beef", asynchronous=True)
    assert (first.status, second.request.start_line) == ("HTTP 202", "POST /s/acme/replies HTTP/1.1")
    assert "/s/acme/replies is no configured peer" in str(reply.answer)  # for actors of another session


def test_a_viewer_shows_what_is_in_the_session(tmp_path: Path) -> None:
    viewer = a_viewer(tmp_path / "viewer")
    (viewer / "index.html").write_bytes(b'<script src="/app-config.js"></script>')
    plain = topology().model_dump(exclude_unset=True) | {"viewer": {"folder": str(viewer)}}
    model = with_sessions(Topology.model_validate(plain))
    with start(model, tmp_path / "data", FREE) as running, running.session("acme") as world:
        home = world.viewer or ""
        assert home == f"{(running.viewer or '')}s/acme/"
        assert get(home).body == b'<script src="/s/acme/app-config.js"></script>'
        settings = get(f"{home}app-config.js").body.decode()
        assert f'"qidoRoot": "{world.dicomweb_of("pacs")}"' in settings
        assert '"routerBasename": "/s/acme/"' in settings
        assert "/s/acme/" not in get(f"{running.viewer}app-config.js").body.decode()
        assert (world.viewer_of("pacs") or "").startswith(home)
        assert (world.image_display_of("pacs") or "").startswith(below(running, "acme", "pacs"))
