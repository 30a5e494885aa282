"""Scenarios made of what was on the wire, played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from a_domain import FILE, ask, provide, provision
from submissions import PATIENT
from wire import message, post, send

from xdsi_sim.cli.peers import with_peers
from xdsi_sim.errors import UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.played_again import Made, Wanted, make_scenario
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.store.recordings import Recordings
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen, Topology

FREE = Listen("127.0.0.1", 0)


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Topology, tuple[Exchange, ...]]]:
    """The exchanges of the scenario that ships."""
    loaded = load_scenario(scenarios() / "central.yaml")
    with start(loaded.topology, tmp_path_factory.mktemp("central"), FREE) as running:
        assert play(loaded, running).verdict is Verdict.PASS
        yield loaded.topology, tuple(running.exchanges())


def made(
    exchanges: tuple[Exchange, ...], topology: Topology, path: Path, name: str = "central", **wanted: object
) -> Made:
    what = Wanted(topology=name, name="again", **wanted)  # type: ignore[arg-type]
    return make_scenario(exchanges, topology, what, path, path.parent)


def played(path: Path, times: int = 1) -> list[RunRecord]:
    loaded = load_scenario(path)
    with start(loaded.topology, None, FREE) as running:
        return [play(loaded, running) for _ in range(times)]


def told(record: RunRecord) -> list[str]:
    return [
        f"{step.name}: {step.text} {[check for check in step.checks if not check.ok]}"
        for step in record.steps
        if step.verdict is not Verdict.PASS
    ]


def test_what_central_has_sent_is_played_on_a_fresh_topology(
    central: tuple[Topology, tuple[Exchange, ...]], tmp_path: Path
) -> None:
    topology, exchanges = central
    result = made(exchanges, topology, tmp_path / "again.yaml")
    assert (result.steps, result.images) == (22, 21)
    assert result.left_out == {"sent by an actor in order to answer": 6}
    (record,) = played(tmp_path / "again.yaml")
    assert record.verdict is Verdict.PASS, told(record)
    assert len(record.exchanges) == len(exchanges)


def test_what_one_actor_was_sent_is_played_to_it_alone(
    central: tuple[Topology, tuple[Exchange, ...]], tmp_path: Path
) -> None:
    topology, exchanges = central
    result = made(exchanges, topology, tmp_path / "again.yaml", receiver="registry")
    assert result.steps == sum(each.receiver == "registry" for each in exchanges) == 11
    assert result.images == 0
    (record,) = played(tmp_path / "again.yaml")
    assert record.verdict is Verdict.PASS, told(record)
    assert {each.receiver for each in record.exchanges} == {"registry"}


def test_messages_of_a_sender_may_be_waited_for(
    central: tuple[Topology, tuple[Exchange, ...]], tmp_path: Path
) -> None:
    topology, exchanges = central
    asked = tuple(each for each in exchanges if each.transaction in ("ITI-18", "WADO-RS"))
    made(asked, topology, tmp_path / "waits.yaml", waited_for=["workstation"])
    steps = load_scenario(tmp_path / "waits.yaml").scenario.steps
    assert {step.kind.key for step in steps} == {"wait"}
    text = (tmp_path / "waits.yaml").read_text(encoding="utf-8")
    assert "storedQuery: FindDocumentsByReferenceId" in text
    assert "contains: ${patient1}" in text
    assert "path: /national/pacs-north/dicom-web/studies/" in text


def test_an_id_of_an_answer_is_found_again_and_errors_are_expected(tmp_path: Path) -> None:
    (tmp_path / "domain.yaml").write_text(FILE, encoding="utf-8")
    topology = load_topology(tmp_path / "domain.yaml")
    with start(topology, tmp_path / "data", FREE) as running:
        request = provision(1)
        (document,) = request.documents
        url = running.url_of("repository")
        media, body = message(url, "ITI-41", request)
        symbolic = body.replace(document.id.encode(), b"Document01")
        assert send(url, post(url, media, symbolic)).status == 200
        registry = running.url_of("registry")
        (entry,) = ask(
            registry,
            "FindDocuments",
            XDSDocumentEntryPatientId=PATIENT,
            XDSDocumentEntryStatus=("urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",),
        ).objects.documentEntries
        assert entry.entryUUID != "Document01"
        ask(registry, "GetDocuments", XDSDocumentEntryEntryUUID=(entry.entryUUID,))
        again = replace(provision(2), documents=())  # whose document is missing
        provide(url, again)
        exchanges = tuple(running.exchanges())
    made(exchanges, topology, tmp_path / "again.yaml", name="domain.yaml")
    text = (tmp_path / "again.yaml").read_text(encoding="utf-8")
    assert "xpath: (//rim:ExtrinsicObject/@id)[1]" in text
    assert "- XDSMissingDocument" in text
    first, second = played(tmp_path / "again.yaml", times=2)
    assert first.verdict is Verdict.PASS, told(first)
    assert told(second)[0].startswith("127.0.0.1")  # two entries are found by then: the counts are of one run


def test_nothing_is_a_scenario_without_steps(tmp_path: Path) -> None:
    (tmp_path / "domain.yaml").write_text(FILE, encoding="utf-8")
    result = made((), load_topology(tmp_path / "domain.yaml"), tmp_path / "none.yaml")
    assert (result.steps, result.left_out) == (0, {})


def test_a_folder_of_somebody_else_is_left_alone(
    central: tuple[Topology, tuple[Exchange, ...]], tmp_path: Path
) -> None:
    topology, exchanges = central
    for _ in range(2):  # one of ours is replaced
        made(exchanges, topology, tmp_path / "again.yaml")
    (tmp_path / "again" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"again holds notes\.txt, which is not of a scenario made here"):
        made(exchanges, topology, tmp_path / "again.yaml")
    assert (tmp_path / "again" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_what_proxies_have_recorded_is_played_again(
    central: tuple[Topology, tuple[Exchange, ...]], tmp_path: Path
) -> None:
    topology, _ = central
    loaded = load_scenario(scenarios() / "central.yaml")
    with start(topology, tmp_path / "real", FREE) as real:
        behind = {id_: real.url_of(id_) for id_ in ("registry", "repository")}
        proxied = with_peers(topology, None, [f"{id_}={url}" for id_, url in behind.items()])
        with start(proxied, tmp_path / "data", FREE) as running:
            assert play(replace(loaded, topology=proxied), running).verdict is Verdict.PASS
    folders = [tmp_path / "data" / "recordings" / id_ for id_ in behind]
    recorded = tuple(each.exchange for folder in folders for each in Recordings(folder))
    assert made(recorded, topology, tmp_path / "again.yaml").steps == len(recorded) == 13
    (record,) = played(tmp_path / "again.yaml")
    assert record.verdict is Verdict.PASS, told(record)
