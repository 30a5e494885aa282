"""The suites: each passes against our own actors, and against a foreign system over the wire."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from a_port import free_port
from a_system import PRODUCT, a_plan, a_product, a_role, description

from tests.orthanc import MISSING, orthanc, program
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.sut.bench import play_tests
from xdsi_sim.sut.model import ROLES
from xdsi_sim.sut.needs import looked_into
from xdsi_sim.sut.options import INTERACTIVE, OPTIONS
from xdsi_sim.sut.plan import plan_of
from xdsi_sim.sut.results import Outcome, TestRun
from xdsi_sim.sut.suites import files_of, shipped, topology_of
from xdsi_sim.sut.telling import Untold
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Source

LEAST = {
    "registry": 40,
    "imaging-document-source": 20,
    "document-source": 5,
    "imaging-document-consumer": 5,
}
TESTS = [(role, id_, path) for role in shipped() for id_, path in files_of(role).items()]
ALL_OPTIONS = f"options: [{', '.join(OPTIONS)}]\n"
FOREIGN = {
    "imaging-document-source": "oid: 2.999.42.20, aeTitle: VENDOR",
    "responding-gateway": "",
    "responding-imaging-gateway": "",
    "initiating-gateway": "",
    "initiating-imaging-gateway": "",
}
"""What the file says of a role beside its addresses."""


def unexpected(run: TestRun) -> list[tuple[str, str, str]]:
    """What has not passed, but for tests that need somebody to do something."""
    played = (each for each in run.results if INTERACTIVE not in each.tags)
    return [(each.id, each.outcome.value, each.reason) for each in played if each.outcome != "pass"]


@pytest.mark.parametrize("role", shipped())
def test_a_suite_passes_against_our_own_actors(role: str, tmp_path: Path) -> None:
    run = play_tests(plan_of(None, [role]), tmp_path, Untold(), listen=Listen("127.0.0.1", 0))
    assert unexpected(run) == []
    assert len(run.results) >= LEAST.get(role, 12)


@pytest.mark.parametrize(("role", "id_", "path"), TESTS, ids=[id_ for _, id_, _ in TESTS])
def test_a_test_says_what_it_is_for(role: str, id_: str, path: Path) -> None:
    loaded = load_scenario(path)
    scenario = loaded.scenario
    assert scenario.name == id_
    assert scenario.title
    assert scenario.description
    assert scenario.cites
    assert scenario.tags
    assert loaded.topology == load_topology(topology_of(role))
    assert role not in looked_into(loaded), "the system under test cannot be looked into"


def test_ids_of_tests_are_counted_and_unique() -> None:
    ids = [id_ for _, id_, _ in TESTS]
    assert len(ids) == len(set(ids))
    for role in shipped():
        numbers = [int(id_.rpartition("-")[2]) for id_ in files_of(role)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {file.name for file in shipped()[role].glob("*.yaml")} == {
            "topology.yaml",
            *(path.name for path in files_of(role).values()),
        }


def test_a_suite_is_of_a_role_and_has_it_as_an_actor() -> None:
    assert set(shipped()) <= set(ROLES)
    for role in shipped():
        assert load_topology(topology_of(role)).find(role).actor.id == role


def test_no_test_names_the_ids_of_the_topology_that_a_system_replaces() -> None:
    """They would not be those of the system under test."""
    for role, id_, path in TESTS:
        placed = load_topology(topology_of(role)).find(role)
        own = [placed.community.patientAuthority, placed.community.homeCommunityId, placed.actor.metadata_oid]
        text = path.read_text(encoding="utf-8")
        found = [oid for oid in own if oid and re.search(rf"(?<![\d.]){re.escape(oid)}(?![\d.])", text)]
        assert found == [], f"{id_} names {found}"


def test_the_suite_of_the_registry_passes_against_a_foreign_one(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product:
        more = description(registry=product.url_of("index"), more=ALL_OPTIONS)
        run = play_tests(a_plan(tmp_path, more), tmp_path / "ours", Untold())
    assert unexpected(run) == []
    assert {each.role for each in run.results} == {"registry"}
    receivers = {exchange.receiver for each in run.results if each.run for exchange in each.run.exchanges}
    assert receivers == {"registry"}


def test_the_suite_of_the_repository_passes_against_a_foreign_one(tmp_path: Path) -> None:
    port = free_port()
    ours = f'peers: [{{id: bench, plays: index, url: "http://127.0.0.1:{port}/domain/registry"}}]\n'
    with a_product(tmp_path / "product", PRODUCT + ours) as product:
        text = description(repository=product.url_of("vault"), more=ALL_OPTIONS, listen=port)
        run = play_tests(a_plan(tmp_path, text), tmp_path / "ours", Untold())
    assert unexpected(run) == []
    assert {each.role for each in run.results} == {"repository"}


@pytest.mark.parametrize("role", FOREIGN)
def test_the_suites_of_sources_and_gateways_pass_against_foreign_ones(role: str, tmp_path: Path) -> None:
    """Another process plays the role: it has ids of its own, and calls our actors where the file says."""
    port, at = free_port(), free_port()
    with a_role(role, tmp_path, f"{{{FOREIGN[role]}}}", port, at) as (product, told):
        run = play_tests(plan_of(told), tmp_path / "ours", Untold())
        assert product.elsewhere
        assert {each.receiver for each in product.exchanges()} >= {role}
    assert unexpected(run) == []
    skipped = [each.id for each in run.results if each.outcome is Outcome.SKIPPED]
    assert skipped == (["IDS-40", "IDS-41"] if role == "imaging-document-source" else [])


@pytest.mark.skipif(program() is None, reason=MISSING)
def test_the_suite_of_imaging_sources_passes_in_front_of_an_archive_of_others(tmp_path: Path) -> None:
    """It is Orthanc that searches, and that finds no referring physician by a wildcard."""
    with orthanc(tmp_path / "orthanc") as (host, port):
        plan = plan_of(None, ["imaging-document-source"])
        (suite,) = plan.suites
        placed = suite.topology.find("imaging-document-source")
        told = {key: getattr(placed.actor, key) for key in placed.actor.model_fields_set}
        front = Source.model_validate({**told, "backend": {"dicomweb": f"http://{host}:{port}/dicom-web"}})
        community = placed.community.model_copy(update={"sources": (front,)})
        topology = suite.topology.model_copy(update={"communities": (community,)})
        there = replace(plan, suites=(replace(suite, topology=topology),))
        run = play_tests(there, tmp_path / "ours", Untold(), listen=Listen("127.0.0.1", 0))
    assert [id_ for id_, _, _ in unexpected(run)] in ([], ["IDS-30"])


def test_both_together_are_tested_as_far_as_our_own_actors_are_not_needed(tmp_path: Path) -> None:
    with a_product(tmp_path / "product") as product:
        urls = {"registry": product.url_of("index"), "repository": product.url_of("vault")}
        run = play_tests(a_plan(tmp_path, description(**urls)), tmp_path / "ours", Untold())
    skipped = {each.id: each.reason for each in run.results if each.outcome is Outcome.SKIPPED}
    assert "it looks into the actor 'registry', which acme-registry plays" in skipped["REP-05"]
    assert "the option multi-patient is not claimed" in skipped.values()
    assert {each.outcome for each in run.results} == {Outcome.PASS, Outcome.SKIPPED}
