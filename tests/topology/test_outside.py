from __future__ import annotations

from pathlib import Path

from a_domain import domain
from feeds import added

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.identity_source import as_adt, as_call
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.outside import outside_client


def test_it_speaks_to_actors_that_somebody_else_has_started(tmp_path: Path) -> None:
    told = {"sender": "outside", "conversation": "c1"}
    with domain(tmp_path / "data", feed={"mllp": 0}) as running, outside_client(tmp_path) as client:
        listen = running.mllp_of("registry")
        assert listen is not None
        assert client.call(as_call(added("P1"), running.url_of("registry")), **told).answer.code == "CA"
        assert client.send_mllp(listen, as_adt(added("P1")), **told).answer.code == "AA"
        assert [exchange.transaction for exchange in running.exchanges()] == ["ITI-44", "ITI-8"]


def test_who_does_not_answer_is_told(tmp_path: Path) -> None:
    with outside_client(tmp_path) as client:
        reply = client.send_mllp(Listen("127.0.0.1", 1), b"", sender="outside", conversation="c1")
    assert isinstance(reply.answer, NoAnswer)
