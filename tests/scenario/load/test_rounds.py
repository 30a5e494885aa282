from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from a_scenario import HEAD, write

from xdsi_sim.scenario.load.memory import RoundsLog
from xdsi_sim.scenario.load.rounds import Round, Rounds, facts_of
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen

SETUP = """\
variables: {mine: "${new.uid}"}
setup:
  - name: announced
    patient: {registry: registry, add: P1, name: Roth^Anna}
    save: who
steps:
"""
STEPS = """\
  - name: asked
    send: {text: "GET /${mine}/${who.patientIds[0]} HTTP/1.1\\n\\n", to: registry, sender: workstation}
    save: sent
    expect: {status: HTTP 404}
  - name: skipped
    only-if: {sent.path: nothing}
    send: {text: "GET / HTTP/1.1\\n\\n", to: registry}
  - name: found
    query:
      consumer: workstation
      registry: registry
      query: FindDocuments
      parameters: {patientId: "P1^^^&2.999.10.1&ISO", status: [Approved]}
    expect: {count: 0}
teardown:
  - {name: gone, stop: {actors: [registry]}}
"""


@contextmanager
def rounds(folder: Path, steps: str = STEPS, head: str = SETUP) -> Iterator[Rounds]:
    loaded, log = load_scenario(write(folder, steps, HEAD.replace("steps:\n", head))), RoundsLog()
    with start(loaded.topology, None, Listen("127.0.0.1", 0), log=log) as running:
        yield Rounds(loaded, running, log)


def test_the_setup_is_played_once_and_each_round_has_values_of_its_own(tmp_path: Path) -> None:
    with rounds(tmp_path) as playing:
        assert [record.verdict.value for record in playing.begin()] == ["pass"]
        told = [facts_of(playing.play()) for _ in range(2)]
        first, second = (each["transactions"] for each in told)
        assert [record.verdict.value for record in playing.end()] == ["pass"]
        assert playing.play().failed is not None  # nobody is there any more
    assert (playing.done, playing.failed) == (3, 1)
    for each in told:
        assert each["failed"] is None
        assert [step["name"] for step in each["steps"]] == ["1. asked", "3. found"]
    assert [each["name"] for each in first] == [each["name"] for each in second]
    assert first[-1]["name"] == "ITI-18 to registry"
    assert first[-1]["octets"] > 0


def test_a_round_that_fails_says_why(tmp_path: Path) -> None:
    with rounds(tmp_path, STEPS.replace("count: 0", "count: 3")) as playing:
        playing.begin()
        told = facts_of(playing.play())
    assert told["failed"] == "found: number of objects is 3: found 0"
    assert [step["failed"] is None for step in told["steps"]] == [True, False]


def test_rounds_are_played_at_once(tmp_path: Path) -> None:
    with rounds(tmp_path) as playing:
        playing.begin()
        found: list[Round] = []
        threads = [threading.Thread(target=lambda: found.append(playing.play())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [each.failed for each in found] == [None] * 8
    assert len({step.exchanges for each in found for step in each.steps[:1]}) == 8
