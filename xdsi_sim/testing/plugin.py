"""Fixtures of pytest, there wherever xdsi-sim is installed: actors to test against, and what they received.

What a fixture needs is imported when it is asked for, so that other tests do not pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from xdsi_sim.testing.received import Received
    from xdsi_sim.testing.registry import Registry
    from xdsi_sim.testing.steps import Steps
    from xdsi_sim.topology.build import RunningTopology

__all__ = [
    "inject",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_makereport",
    "received",
    "xdsi_play",
    "xdsi_registry",
    "xdsi_topology",
]

_NAME: Final = "xdsi_topology"
_HELP: Final = "topology that the fixture xdsi_topology starts: a YAML file, or the name of one that ships"
_RECEIVED: Final = pytest.StashKey["Received"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--xdsi-topology`, and the setting `xdsi_topology`."""
    parser.getgroup("xdsi-sim").addoption("--xdsi-topology", metavar="FILE", default=None, help=_HELP)
    parser.addini(_NAME, _HELP, default="central")


def pytest_configure(config: pytest.Config) -> None:
    """The marker `xdsi_topology`, which a module sets for its own tests."""
    config.addinivalue_line("markers", f"{_NAME}(file): the {_HELP}")


@pytest.fixture(scope="module")
def xdsi_topology(request: pytest.FixtureRequest) -> Iterator[RunningTopology]:
    """Running actors on free ports of this machine, for the tests of one module."""
    from xdsi_sim.topology.build import start
    from xdsi_sim.topology.loader import find_topology, load_topology
    from xdsi_sim.topology.model import Listen

    topology = load_topology(find_topology(_asked_for(request)))
    with start(topology, listen=Listen("127.0.0.1", 0)) as running:
        yield running


def _asked_for(request: pytest.FixtureRequest) -> str:
    """A file is looked for beside the module that names it, then where pytest was started."""
    marker = request.node.get_closest_marker(_NAME)
    if marker is None:
        return str(request.config.getoption("--xdsi-topology") or request.config.getini(_NAME))
    beside = Path(request.path).parent / marker.args[0]
    return str(beside if beside.is_file() else marker.args[0])


@pytest.fixture
def received(request: pytest.FixtureRequest, xdsi_topology: RunningTopology) -> Received:
    """What the actors have received since the test began."""
    from xdsi_sim.testing.received import Received

    made = Received(xdsi_topology)
    request.node.stash[_RECEIVED] = made
    return made


@pytest.fixture
def xdsi_play(request: pytest.FixtureRequest, xdsi_topology: RunningTopology) -> Steps:
    """Plays steps of scenarios; their relative paths begin beside the test."""
    from xdsi_sim.testing.steps import Steps

    return Steps(xdsi_topology, Path(request.path).parent)


@pytest.fixture
def inject(xdsi_topology: RunningTopology) -> Iterator[Callable[..., Any]]:
    """Has an actor answer wrongly on purpose, until the test ends: `inject("registry", "http-503")`."""
    from xdsi_sim.scenario.steps.fault import BY
    from xdsi_sim.testing.steps import Steps

    steps = Steps(xdsi_topology, Path())
    yield lambda actor, deviation, **when: steps("fault", actor=actor, deviation=deviation, **when)
    xdsi_topology.faults.off(by=BY)


@pytest.fixture
def xdsi_registry(xdsi_topology: RunningTopology) -> Registry:
    """The registry of the topology, the first where there are several."""
    from xdsi_sim.testing.registry import Registry, registries_of

    ids = registries_of(xdsi_topology)
    if not ids:
        pytest.fail(f"the topology {xdsi_topology.topology.name} has no registry", pytrace=False)
    return Registry(xdsi_topology, ids[0])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:  # noqa: ARG001
    """A test that fails shows what the actors have received meanwhile."""
    report = yield
    if report.failed and _RECEIVED in item.stash:
        report.sections.append(("xdsi-sim", str(item.stash[_RECEIVED])))
    return report
