from __future__ import annotations

import threading
from pathlib import Path

from an_inspector import Pages, words_of
from wire import get, message, post, send

from xdsi_sim.inspector.web import inspecting
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen


def test_where_several_processes_answer_it_has_a_port_of_its_own(tmp_path: Path) -> None:
    topology = load_topology(find_topology("central"))
    with (
        start(topology, tmp_path, Listen("127.0.0.1", 0), shared=True) as running,
        inspecting(running) as url,
    ):
        assert url.split("/")[2] != running.admin.split("/")[2]
        assert get(url).status == 200
        assert b"Several processes answer here" in get(f"{url}faults").body


def test_it_stands_beside_the_switches_of_faults(tmp_path: Path) -> None:
    topology = load_topology(find_topology("central"))
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running, inspecting(running) as url:
        assert url == f"{running.admin.removesuffix('faults')}inspector/"


def test_messages_of_sessions_are_chosen_by_name(tmp_path: Path) -> None:
    topology = load_topology(find_topology("central")).model_copy(update={"sessions": "open"})
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running, inspecting(running) as url:
        for world in (running, None):
            registry = running.url_of("registry") if world else f"{running.sessions}acme/national/registry"
            send(registry, post(registry, *message(registry)))
        running.mark()
        page = get(f"{url}messages?session=acme").body.decode()
        assert page.count("<tr class=") == 1
        assert "acme:" in words_of(page)
        assert get(f"{url}messages").body.decode().count("<tr class=") == 2


def test_a_survey_that_is_under_way_ends_with_the_inspector(tmp_path: Path) -> None:
    topology = load_topology(find_topology("central"))
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        with inspecting(running) as url:
            pages = Pages(running, url)
            begun = pages.submit("checklist", token=pages.token)
            assert begun.headers["location"] == "/inspector/checklists/1"
        assert "checklists 1" not in {thread.name for thread in threading.enumerate()}
        assert list((tmp_path / "spool").iterdir()) == []
        assert not (tmp_path / "checklists").exists()
