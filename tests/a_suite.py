"""A suite of tests for a role: played on actors of ours, all of them, or with a foreign one in its middle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import Loaded, load_scenario
from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen, Topology

FREE = Listen("127.0.0.1", 0)


def files_of(role: str) -> list[Path]:
    """Its tests that need nobody to do anything."""
    found = sorted((scenarios() / "suites" / role).glob("*-*.yaml"))
    return [path for path in found if "interactive" not in load_scenario(path).tags]


def topology_of(role: str) -> Topology:
    """Who plays in it; the part of the role's name is that of the system under test."""
    return load_topology(scenarios() / "suites" / role / "topology.yaml")


@contextmanager
def on_our_actors(role: str, folder: Path) -> Iterator[RunningTopology]:
    """All actors in one process."""
    with start(topology_of(role), folder, FREE) as running:
        yield running


@contextmanager
def with_a_foreign_one(role: str, folder: Path) -> Iterator[tuple[RunningTopology, RunningTopology]]:
    """Our actors, and elsewhere the one of the role, which calls ours at the addresses of the file."""
    ours, theirs = (Listen("127.0.0.1", port) for port in free_ports(2))
    topology = topology_of(role).model_copy(update={"listen": ours})
    apart = _with_port(topology, role, theirs.port)
    with start(apart, folder / "theirs", only={role}) as foreign:
        peer = {"id": "system-under-test", "plays": role, "url": foreign.url_of(role)}
        if role == "imaging-document-source":
            peer |= {"dicomweb": foreign.dicomweb_of(role), "wado": foreign.wado_of(role)}
        if role.endswith("imaging-gateway"):
            peer |= {"xcWado": foreign.xc_wado_of(role)}
        mixed = Topology.model_validate({**dict(topology), "peers": [peer]})
        with start(mixed, folder / "ours") as running:
            yield running, foreign


def _with_port(topology: Topology, id_: str, port: int) -> Topology:
    """The same, one actor at a port of its own."""

    def changed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(changed, value))
        return value.model_copy(update={"port": port}) if getattr(value, "id", None) == id_ else value

    communities = tuple(
        each.model_copy(update={name: changed(getattr(each, name)) for name in type(each).model_fields})
        for each in topology.communities
    )
    return topology.model_copy(update={"communities": communities})


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        servers = [stack.enter_context(create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in servers]


def played(path: Path, running: RunningTopology) -> RunRecord:
    """The record of one of its tests."""
    loaded: Loaded = load_scenario(path)
    return play(loaded, running)


def complaints(record: RunRecord) -> list[str]:
    """What did not hold, in words; none where the test has passed."""
    return [] if record.verdict is Verdict.PASS else list(_complaints(record.steps))


def _complaints(steps: tuple[StepRecord, ...]) -> Iterator[str]:
    for step in steps:
        if not step.verdict.goes_on and step.verdict is not Verdict.NOT_RUN:
            yield f"{step.name}: {step.text}"
            yield from (f"  {check.text}: {check.observed}" for check in step.checks if not check.ok)
            yield from _complaints(step.children)
