from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from a_coded_domain import TABLE
from a_domain import everything, provide, provision, response_of, topology
from a_session import base_of, below, domain_of_sessions
from a_wait import until
from submissions import PATIENT, a_submission, an_entry
from wire import get, message, post, send

from xdsi_sim.client.sessions import SessionsClient
from xdsi_sim.deviations.switches import Setting
from xdsi_sim.ebrim.model import Code
from xdsi_sim.errors import UsageError
from xdsi_sim.server.loop import running_loop
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import SUCCESS

FREE = Listen("127.0.0.1", 0)


@pytest.fixture
def keeper(running: RunningTopology) -> Any:
    loop = running_loop()
    client = SessionsClient(base_of(running), loop.reactor, loop.call)
    yield client
    client.close()


@pytest.fixture
def running(tmp_path: Path) -> Any:
    with domain_of_sessions(tmp_path / "data", session_idle=1) as started:
        yield started


def submitted(running: RunningTopology, name: str, number: int = 1) -> None:
    answer = provide(below(running, name, "repository"), provision(number))
    assert response_of(answer).status == SUCCESS


def held(running: RunningTopology, name: str) -> int:
    return len(everything(below(running, name), PATIENT).objects.documentEntries)


def test_an_idle_session_sleeps_and_wakes_with_all_that_it_had(
    running: RunningTopology, keeper: SessionsClient
) -> None:
    submitted(running, "acme")
    with running.session("acme") as world:
        world.faults.on(Setting(actor="repository", deviation="http-503"), by="admin")
        assert keeper.sessions()[0]["awake"]
    until(lambda: not keeper.sessions()[0]["awake"])
    threads = {thread.name for thread in threading.enumerate()}
    assert len([name for name in threads if name.startswith("writer of registry")]) == 1
    assert held(running, "acme") == 1
    assert get(f"{below(running, 'acme', 'repository')}?wsdl").status == 200
    assert provide(below(running, "acme", "repository"), provision(2)).status == 503


def test_a_start_finds_the_sessions_of_the_last_one(tmp_path: Path) -> None:
    with domain_of_sessions(tmp_path) as running:
        submitted(running, "acme")
    (tmp_path / "sessions" / ".removed-half").mkdir()  # what a crash left of one that was removed
    (tmp_path / "sessions" / "Not ours").mkdir()
    with domain_of_sessions(tmp_path, "closed") as running:
        listed = json.loads(get(f"{base_of(running)}/sessions").body)
        assert [(one["name"], one["awake"]) for one in listed["sessions"]] == [("acme", False)]
        assert held(running, "acme") == 1
        with running.session("acme") as world:
            assert "ITI-42" in {exchange.transaction for exchange in world.exchanges()}
    assert not (tmp_path / "sessions" / ".removed-half").exists()


def test_a_fault_in_one_session_leaves_the_others_alone(running: RunningTopology) -> None:
    asked = json.dumps({"actor": "registry", "deviation": "http-503"}).encode()
    url = f"{base_of(running)}/s/acme/faults"
    assert send(url, post(url, "application/json", asked)).status == 201
    registries = {
        name: below(running, name) if name else running.url_of("registry") for name in ("acme", "other", "")
    }
    for name, registry in registries.items():
        answer = send(registry, post(registry, *message(registry)))
        assert answer.status == (503 if name == "acme" else 200)
    assert running.faults.switches() == ()
    assert json.loads(get(f"{base_of(running)}/faults").body) == {"faults": []}
    with running.session("acme") as world:
        (wrong,) = [exchange for exchange in world.exchanges() if exchange.deviations]
    assert (wrong.session, wrong.receiver) == ("acme", "registry")
    assert get(f"{base_of(running)}/s/other/faults", "Origin: http://evil.example").status == 403


def test_a_topology_that_is_wrong_on_purpose_is_so_in_each_session(tmp_path: Path) -> None:
    wrong = topology(faults=[{"deviation": "http-503"}])
    wrong = wrong.model_copy(update={"sessions": "open"})
    with start(wrong, tmp_path, FREE) as running:
        for registry in (below(running, "one"), below(running, "two"), running.url_of("registry")):
            assert send(registry, post(registry, *message(registry))).status == 503
        with running.session("one") as world:
            assert [switch.fired for switch in world.faults.switches()] == [1]


def test_a_session_has_a_code_table_of_its_own(running: RunningTopology, keeper: SessionsClient) -> None:
    made = keeper.add("strict", codes=TABLE, file="vendor.yaml")
    assert made["codes"] == "vendor.yaml"
    stray = an_entry(classCode=Code.of("PICTURES", "1.3.6.1.4.1.19376.1.2.6.1", "Pictures"))

    def errors(registry: str) -> str:
        answer = send(registry, post(registry, *message(registry, "ITI-42", a_submission(entries=(stray,)))))
        return " ".join(error.codeContext or "" for error in response_of(answer).errors)

    assert "classCode is none of the affinity domain's codes" in errors(below(running, "strict"))
    assert errors(below(running, "lenient")) == errors(running.url_of("registry")) == ""
    keeper.clear("strict")
    assert "rule=D28" in errors(below(running, "strict"))
    with pytest.raises(UsageError, match=r"vendor\.yaml:1:1"):
        keeper.add("broken", codes="[1]", file="vendor.yaml")
    assert [one["name"] for one in keeper.sessions()] == ["lenient", "strict"]
    keeper.remove("strict")
    assert errors(below(running, "strict")) == ""  # a new one, without them


def test_what_is_cleared_is_as_on_its_first_day_and_nothing_else_is(
    running: RunningTopology, keeper: SessionsClient
) -> None:
    for name in ("acme", "other"):
        submitted(running, name)
    with running.session("acme") as world:
        world.faults.on(Setting(actor="registry", deviation="delay"), by="admin")
    keeper.clear("acme")
    with running.session("acme") as world:
        assert (world.exchanges(), world.faults.switches()) == ((), ())
    assert [held(running, name) for name in ("acme", "other")] == [0, 1]
    submitted(running, "acme")  # the same ids once more
    with running.session("other") as world:
        assert "ITI-41" in {exchange.transaction for exchange in world.exchanges()}


def test_what_is_removed_is_gone(running: RunningTopology, keeper: SessionsClient) -> None:
    submitted(running, "acme")
    folder = running.folder / "sessions"
    assert (folder / "acme" / "registry").is_dir()
    keeper.remove("acme")
    assert [*folder.iterdir()] == []
    assert keeper.sessions() == []
    assert held(running, "acme") == 0


def test_a_session_is_emptied_while_others_are_at_it(
    running: RunningTopology, keeper: SessionsClient
) -> None:
    answers: list[int] = []

    def vendor(first: int) -> None:
        for number in range(first, first + 10):
            answer = provide(below(running, "acme", "repository"), provision(number))
            answers.append(answer.status)

    keeper.add("acme")
    threads = [threading.Thread(target=vendor, args=(first,)) for first in (1, 101, 201)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        keeper.clear("acme")
    for thread in threads:
        thread.join()
    assert answers == [200] * 30
    with running.session("acme") as world:  # each was served whole, before or after
        assert {exchange.status for exchange in world.exchanges()} <= {"Success"}
    found = everything(below(running, "acme"), PATIENT).objects.documentEntries
    assert len(found) == len({entry.uniqueId for entry in found}) <= 30
    keeper.clear("acme")
    assert held(running, "acme") == 0


def test_what_sessions_would_share_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Leave out --workers and --only"):
        start(topology().model_copy(update={"sessions": "open"}), tmp_path, FREE, shared=True)
    assert not [*tmp_path.iterdir()]


def test_without_sessions_there_are_none(tmp_path: Path) -> None:
    with start(topology(), tmp_path, FREE) as running:
        assert get(below(running, "acme")).status == get(f"{base_of(running)}/sessions").status == 404
        with pytest.raises(UsageError, match="there are no sessions here"):
            running.session("acme")
        assert running.sessions is None
    assert not (tmp_path / "sessions").exists()


def test_a_name_that_cannot_be_is_told_to_who_asks_for_a_session(running: RunningTopology) -> None:
    with pytest.raises(UsageError, match=r"'\.\./x' is no name of a session"), running.session("../x"):
        pass


def test_sessions_end_with_the_actors(tmp_path: Path) -> None:
    others = set(threading.enumerate())
    running = domain_of_sessions(tmp_path)
    submitted(running, "acme")
    running.close()
    running.close()
    left = set(threading.enumerate()) - others
    assert not [thread for thread in left if thread.name.startswith("writer of")]
    assert not list((tmp_path / "sessions" / "acme").rglob("*-wal"))
