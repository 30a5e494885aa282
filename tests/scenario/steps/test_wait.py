from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from a_domain import AUTHORITY, a_query
from a_scenario import HEAD
from wire import message, post, send

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.runner import Silent, play
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> object:
    topology = load_topology(find_topology("central"))
    with start(topology, tmp_path_factory.mktemp("wait"), Listen("127.0.0.1", 0)) as running:
        yield running


class UnderTest(Silent):
    """A system that does what it is told, over a connection of its own: so many queries at each wait."""

    def __init__(self, running: RunningTopology, queries: int = 1) -> None:
        self._url = running.url_of("registry")
        self._queries = queries
        self._told: set[str] = set()
        self.lines: list[str] = []

    def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:  # noqa: ARG002
        if number not in self._told:
            self._told.add(number)
            self.lines += lines
            threading.Thread(target=self._ask).start()

    def _ask(self) -> None:
        for _ in range(self._queries):
            send(self._url, post(self._url, *message(self._url, "ITI-18", a_query())))
        self._queries = 0


def played(running: RunningTopology, folder: Path, steps: str, audience: Silent | None = None) -> RunRecord:
    path = folder / "trial.yaml"
    path.write_text(HEAD + steps, encoding="utf-8")
    return play(load_scenario(path), running, audience)


def test_a_message_of_a_system_under_test_is_waited_for(running: RunningTopology, tmp_path: Path) -> None:
    steps = f"""\
  - name: wait
    wait:
      to: registry
      transaction: ITI-18
      seconds: 20
      say: Search for the patient
      where: {{"parameters.patientId": {{contains: {AUTHORITY}}}, storedQuery: FindDocuments}}
    save: asked
    capture: {{id: {{xpath: //wsa:MessageID, of: request}}}}
    expect:
      values: {{method: POST, returnType: LeafClass}}
  - {{name: "${{asked.sender}} ${{id}}", stop: {{actors: [pacs-south]}}}}
"""
    audience = UnderTest(running)
    record = played(running, tmp_path, steps, audience)
    asked, after = record.steps
    url = running.url_of("registry")
    assert audience.lines[:2] == ["Search for the patient", f"Send ITI-18 to registry: POST {url}"]
    assert "urn:ihe:iti:2007:RegistryStoredQuery" in audience.lines[2]
    assert after.name.startswith("127.0.0.1:")
    assert "urn:uuid:" in after.name
    assert [exchange.transaction for exchange in record.exchanges] == ["ITI-18"]
    assert asked.exchanges == (record.exchanges[0].id,)
    assert asked.text.startswith("ITI-18 from 127.0.0.1:")


def test_waits_that_follow_each_other_miss_nothing(running: RunningTopology, tmp_path: Path) -> None:
    step = "  - {name: wait, wait: {to: registry, transaction: ITI-18, seconds: 20}}\n"
    record = played(running, tmp_path, step * 3, UnderTest(running, queries=3))
    assert record.verdict is Verdict.PASS, record.steps
    assert len({step.exchanges for step in record.steps}) == 3  # each has its own


def test_what_came_close_is_told_with_what_is_wrong_with_it(running: RunningTopology, tmp_path: Path) -> None:
    steps = """\
  - name: wait
    wait:
      to: repository
      transaction: ITI-43
      seconds: 1.5
      sender: viewer
      where: {"parameters.patientId": P77}
"""
    record = played(running, tmp_path, steps, UnderTest(running))
    (step,) = record.steps
    assert step.verdict is Verdict.FAIL
    assert step.text.startswith("no ITI-43 to repository within 1.5 s: ITI-18 came from 127.0.0.1:")
    (check,) = step.checks
    told = str(check.observed)
    assert "it went to registry and it is an ITI-18 and it came from 127.0.0.1:" in told
    assert "parameters.patientId is" in told
    assert told.endswith("expected P77")
    assert "POST http" in str(check.expected)
    assert len(record.exchanges) == 1  # so that the report shows it


def test_where_nothing_comes_the_address_is_told(running: RunningTopology, tmp_path: Path) -> None:
    steps = "  - {name: wait, wait: {to: pacs-north, transaction: WADO-RS, seconds: 0.2}}\n"
    (step,) = played(running, tmp_path, steps).steps
    assert step.text == (
        f"no WADO-RS to pacs-north within 0.2 s: nothing came to {running.url_of('pacs-north')}"
    )
    assert running.dicomweb_of("pacs-north") in str(step.checks[0].expected)


def test_what_earlier_steps_sent_is_not_waited_for(running: RunningTopology, tmp_path: Path) -> None:
    steps = """\
  - name: ask
    query: {consumer: workstation, registry: registry, query: GetFolders, parameters: {uniqueId: [2.999.7]}}
  - {name: wait, wait: {to: registry, seconds: 0.3}}
"""
    asked, waited = played(running, tmp_path, steps).steps
    assert (asked.verdict, waited.verdict) == (Verdict.PASS, Verdict.FAIL)
