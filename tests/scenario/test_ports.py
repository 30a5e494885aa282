from __future__ import annotations

import inspect

from xdsi_sim.client.dicomweb import HttpReply
from xdsi_sim.client.soap import SoapReply
from xdsi_sim.scenario import ports
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.outside import BlockingClient


def names(protocol: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(protocol) if not name.startswith("_")}


def test_what_scenarios_need_is_there() -> None:
    for protocol, real in (
        (ports.Client, BlockingClient),
        (ports.Reply, SoapReply),
        (ports.HttpReply, HttpReply),
    ):
        assert names(protocol) <= names(real)
    assert names(ports.Running) - {"topology", "client", "faults", "roster", "admin"} <= names(
        RunningTopology
    )
