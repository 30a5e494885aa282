"""Tests in which somebody has the system send a message: played with clients that do what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from dicomweb_client import DICOMwebClient

from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.sut.options import INTERACTIVE
from xdsi_sim.sut.suites import files_of, shipped, topology_of
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.listen import Listen
from xdsi_sim.vocab import APPROVED, TRANSACTIONS

BRUNO = "NAT-1002^^^&2.999.10.1&ISO"
SEARCH = """\
  - name: search
    query:
      consumer: imaging-document-consumer
      registry: our-registry
      query: FindDocuments
      parameters: {patientId: "NAT-1002^^^&2.999.10.1&ISO", status: [Approved]%s}
    save: found
"""
OPEN = (
    SEARCH
    + """\
  - {name: open, retrieve: {consumer: imaging-document-consumer, entries: "${found.entries}"}, save: got}
"""
)
SHOW = (
    OPEN
    + """\
  - name: where
    locate: {consumer: imaging-document-consumer, manifests: "${got.manifests}", mode: location-uid}
    save: at
  - name: show
    fetch: {consumer: imaging-document-consumer, series: "${at.series}", by: rad-69, complete: false}
    expect: {status: {matches: ".*"}}
"""
)
PUBLISH = "  - {name: publish, publish: {source: imaging-document-source}}\n"
SUBMIT = """\
  - name: submit
    provide:
      repository: our-repository
      sender: document-source
      patient: %s
      documents: [%s]
    save: sent
    expect: {status: {matches: ".*"}}
"""
FIND = """\
  - name: find
    query:
      consumer: consumer
      registry: our-registry
      query: FindDocuments
      parameters: {patientId: "%s^^^&2.999.260.1&ISO", status: [Approved]}
    save: found
"""
ONE, TWO = "{text: One}", "{text: One}, {text: Two}"
REPLACING = '{text: Two, related: {RPLC: "${found.entries[0].entryUUID}"}}'

Action = str | Callable[[RunningTopology], object]


def by_zeep(running: RunningTopology) -> None:
    """A query that a SOAP stack of somebody else sends."""
    slots = {"$XDSDocumentEntryPatientId": f"'{BRUNO}'", "$XDSDocumentEntryStatus": f"('{APPROVED}')"}
    connect(running.url_of("our-registry")).service[TRANSACTIONS["ITI-18"].operation](
        ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True},
        AdhocQuery={
            "id": "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
            "Slot": [{"name": name, "ValueList": {"Value": [value]}} for name, value in slots.items()],
        },
    )


def by_dicomweb_client(running: RunningTopology) -> None:
    """Images that a web client of somebody else gets."""
    client = DICOMwebClient(running.dicomweb_of("our-source"))
    for study in client.search_for_studies():
        client.retrieve_study(study["0020000D"]["Value"][0])


ACTIONS: dict[str, Sequence[Action]] = {
    "IDS-40": (PUBLISH,),
    "IDS-41": (PUBLISH, PUBLISH),
    "IDC-01": (by_zeep,),
    "IDC-02": (OPEN % "",),
    "IDC-03": (SHOW % "",),
    "IDC-04": (by_dicomweb_client,),
    "IDC-05": (OPEN % "",),
    "IDC-06": (SHOW % "", SHOW % ', eventCodeList: ["US^^DCM"]'),
    "DS-01": (SUBMIT % ("DS-01", ONE),),
    "DS-02": (SUBMIT % ("DS-02", TWO),),
    "DS-03": (SUBMIT % ("DS-03", ONE), FIND % "DS-03" + SUBMIT % ("DS-03", REPLACING)),
    "DS-04": (SUBMIT % ("DS-04", ONE), SUBMIT % ("DS-04", ONE)),
    "DS-05": (SUBMIT % ("DS-05", ONE),),
}
"""By test, what a client does each time that it is asked: steps, or something else."""


@dataclass(kw_only=True)
class Hands:
    """Does what the test asks for, when it asks."""

    running: RunningTopology
    role: str
    folder: Path
    actions: Iterator[Action]
    asked: dict[str, Sequence[str]] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)

    def begins(self, number: str, name: str, *, holds: bool) -> None: ...

    def ended(self, number: str, record: StepRecord) -> None: ...

    def waits(self, number: str, lines: Sequence[str], _seconds: float) -> None:
        if number not in self.asked:
            self.asked[number] = lines
            self.threads.append(Thread(target=self._do, args=(number, next(self.actions))))
            self.threads[-1].start()

    def _do(self, number: str, action: Action) -> None:
        if not isinstance(action, str):
            action(self.running)
            return
        file = self.folder / f"action-{number}.yaml"
        head = f"name: action\ntitle: A client\ntopology: {topology_of(self.role)}\nsteps:\n"
        file.write_text(head + action, encoding="utf-8")
        play(load_scenario(file), self.running)


def played(role: str, path: Path, folder: Path, actions: Sequence[Action]) -> tuple[RunRecord, Hands]:
    loaded = load_scenario(path)
    with start(loaded.topology, folder / "data", Listen("127.0.0.1", 0)) as running:
        hands = Hands(running=running, role=role, folder=folder, actions=iter(actions))
        record = play(loaded, running, hands)
        for thread in hands.threads:
            thread.join()
    return record, hands


def said_of(record: RunRecord) -> list[str]:
    """What did not hold."""
    wrong = [step for step in record.steps if step.verdict is Verdict.FAIL]
    checks = [check for step in wrong for check in step.checks if not check.ok]
    return [step.text for step in wrong] + [f"{check.text}: {check.observed}" for check in checks]


TESTS = {
    id_: (role, path)
    for role in shipped()
    for id_, path in files_of(role).items()
    if INTERACTIVE in load_scenario(path).tags
}


@pytest.mark.parametrize("id_", TESTS)
def test_a_test_passes_with_a_client_that_does_what_it_asks_for(id_: str, tmp_path: Path) -> None:
    role, path = TESTS[id_]
    record, hands = played(role, path, tmp_path, ACTIONS[id_])
    assert record.verdict is Verdict.PASS, said_of(record)
    assert len(hands.asked) == len(ACTIONS[id_])
    for lines in hands.asked.values():
        assert "http://127.0.0.1:" in lines[1], "where to send it"


@pytest.mark.parametrize(
    ("id_", "action", "told"),
    [
        ("DS-02", SUBMIT % ("DS-02", ONE), "documents is count 2"),
        ("IDC-02", SEARCH % "", "no ITI-43 to our-repository within 1 s"),
        ("DS-01", SUBMIT % ("OTHER", ONE), "ITI-41 came from"),
    ],
)
def test_a_client_that_does_something_else_fails_with_what_came(
    id_: str, action: str, told: str, tmp_path: Path
) -> None:
    role, path = TESTS[id_]
    hasty = tmp_path / path.name
    text = path.read_text(encoding="utf-8").replace("seconds: 300", "seconds: 1")
    hasty.write_text(
        text.replace("topology: topology.yaml", f"topology: {topology_of(role)}"), encoding="utf-8"
    )
    record, _ = played(role, hasty, tmp_path, (action,))
    assert record.verdict is Verdict.FAIL
    assert any(told in each for each in said_of(record)), said_of(record)
