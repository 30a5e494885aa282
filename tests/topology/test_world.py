from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from a_session import at_home, below, domain_of_sessions
from wire import get, message, post, send

from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.world import World


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain_of_sessions(tmp_path_factory.mktemp("worlds")) as started:
        yield started


@pytest.fixture
def world(running: RunningTopology, request: pytest.FixtureRequest) -> Iterator[World]:
    with running.session(request.node.name.replace("_", "-")[:40].strip("-")) as awake:
        yield awake


def test_an_actor_that_is_stopped_in_one_world_answers_in_the_other(world: World) -> None:
    url = world.url_of("registry")
    world.stop("registry")
    assert send(url, post(url, *message(url))).status == 503
    assert send(at_home(url), post(at_home(url), *message(url))).status == 200


def test_a_face_that_moves_in_one_world_stays_in_the_other(world: World, running: RunningTopology) -> None:
    former = world.dicomweb_of("pacs")
    world.move("pacs")
    assert world.dicomweb_of("pacs") == f"{former}-moved"
    assert get(f"{former}/studies").status == 404
    assert get(f"{world.dicomweb_of('pacs')}/studies").status == 200
    related = 'multipart/related; type="application/dicom"; boundary=b'
    stored = f"{world.dicomweb_of('pacs')}/studies"
    assert send(stored, post(stored, related, b"--b\r\n\r\nx\r\n--b--")).status == 409  # read as it is meant
    assert get(f"{running.dicomweb_of('pacs')}/studies").status == 200


def test_an_actor_that_is_late_in_one_world_is_not_in_the_other(world: World) -> None:
    url = world.url_of("registry")
    world.delay("registry", 0.3)
    began = time.monotonic()
    send(at_home(url), post(at_home(url), *message(url)))
    assert time.monotonic() - began < 0.3
    send(url, post(url, *message(url)))
    assert time.monotonic() - began >= 0.3


def test_each_world_has_a_folder_of_its_own(world: World, running: RunningTopology) -> None:
    assert world.folder.parent == running.folder / "sessions"
    assert {path.name for path in world.folder.iterdir()} == {"registry", "repository", "summaries", "pacs"}
    assert world.store_of("pacs") is not running.store_of("pacs")
    assert (world.elsewhere, world.trust, world.sessions) == (set(), None, None)
    assert world.mllp_of("registry") is None


def test_the_administration_of_a_world_is_in_it(world: World, running: RunningTopology) -> None:
    assert world.admin == f"{below(running, world.folder.name).removesuffix('/c/registry')}/faults"
    assert get(world.admin).body == b'{"faults": []}\n'
