"""Each suite passes against our own actors, and where the one that it tests is a foreign system."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from a_suite import complaints, files_of, on_our_actors, played, topology_of, with_a_foreign_one

from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.topology.build import RunningTopology

ROLES = {
    "imaging-document-source": ("IDS", 20),
    "responding-gateway": ("RG", 12),
    "responding-imaging-gateway": ("RIG", 12),
    "initiating-gateway": ("IG", 15),
    "initiating-imaging-gateway": ("IIG", 15),
}
"""What the ids of its tests begin with, and how many there are at least."""
ALL = [(role, path) for role in ROLES for path in files_of(role)]


@pytest.fixture(scope="module", params=ROLES)
def ours(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, RunningTopology]]:
    with on_our_actors(request.param, tmp_path_factory.mktemp("ours")) as running:
        yield request.param, running


@pytest.fixture(scope="module", params=ROLES)
def foreign(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, RunningTopology]]:
    with with_a_foreign_one(request.param, tmp_path_factory.mktemp("both")) as (running, theirs):
        assert running.elsewhere == {request.param}
        yield request.param, running
        assert {each.receiver for each in theirs.exchanges()} >= {request.param}


def failures(role: str, running: RunningTopology) -> dict[str, list[str]]:
    """By test, what did not hold."""
    records = {path.stem: complaints(played(path, running)) for path in files_of(role)}
    return {name: told for name, told in records.items() if told}


def test_every_test_passes_against_our_own_actor(ours: tuple[str, RunningTopology]) -> None:
    assert failures(*ours) == {}


def test_every_test_passes_against_a_foreign_one(foreign: tuple[str, RunningTopology]) -> None:
    assert failures(*foreign) == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_suite_has_its_tests_under_ids_of_its_own(role: str) -> None:
    prefix, least = ROLES[role]
    found = sorted((scenarios() / "suites" / role).glob("*-*.yaml"))
    assert len(found) >= least
    for number, path in enumerate(found, start=1):
        scenario = load_scenario(path).scenario
        assert scenario.name == f"{prefix}-{number:02}"
        assert re.fullmatch(rf"{scenario.name}-[a-z0-9-]+", path.stem)
        assert scenario.topology == "topology.yaml"
        assert scenario.cites
        assert scenario.description.strip()


@pytest.mark.parametrize("role", ROLES)
def test_the_system_under_test_has_the_name_of_its_role_and_all_others_are_ours(role: str) -> None:
    ids = {placed.actor.id for placed in topology_of(role).actors()}
    assert role in ids
    assert not ids & (set(ROLES) - {role})


def test_no_test_is_left_out_of_those_that_are_played() -> None:
    assert len(ALL) == len({path.stem for _, path in ALL})
