"""A run with a seed: the same messages every time."""

from __future__ import annotations

from pathlib import Path

from a_port import free_port

from xdsi_sim.clock import frozen
from xdsi_sim.content import read_all
from xdsi_sim.ids import counted
from xdsi_sim.scenario.loader import find_scenario, load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen


def messages(data: Path, seed: int, port: int) -> list[tuple[object, ...]]:
    """Of SOAP, in their order: who sent it to whom, and the octets of request and answer."""
    loaded = load_scenario(find_scenario("central"))
    with counted(seed), frozen(), start(loaded.topology, data, Listen("127.0.0.1", port)) as running:
        record = play(loaded, running)
        assert record.verdict is Verdict.PASS
        return [
            (
                each.transaction,
                each.sender,
                each.receiver,
                read_all(each.request.body),
                dict(each.request.headers).get("Content-Type"),
                read_all(each.response.body) if each.response is not None else None,
            )
            for each in record.exchanges
            if each.request.start_line.startswith("POST")
        ]


def test_two_runs_with_a_seed_send_the_same_messages_octet_for_octet(tmp_path: Path) -> None:
    port = free_port()  # addresses are in the messages
    first, second, other = (messages(tmp_path / str(run), seed, port) for run, seed in enumerate((7, 7, 8)))
    assert len(first) > 15
    assert first == second
    assert first != other
