from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_survey import FREE, topology

from xdsi_sim.checklist.playing import Player
from xdsi_sim.checklist.survey import asker_of
from xdsi_sim.checklist.two_level import Criteria, query_of
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.scenario.steps.load import LOAD
from xdsi_sim.scenario.steps.publish import PUBLISH
from xdsi_sim.topology.build import start


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    central = topology("central")
    with start(central, listen=FREE) as running:
        yield Player(running=running, asker=asker_of(central), folder=Path())


def test_steps_are_recorded_with_their_messages_below_a_phase(player: Player) -> None:
    told: list[StepRecord] = []
    player.tell = told.append
    with player.phase("A study"):
        player.play("load it", LOAD, source="pacs-north", samples=("cr-chest",))
        published = player.play("publish it", PUBLISH, source="pacs-north")
    phase = player.steps[-1]
    assert told == [phase]
    assert [child.name for child in phase.children] == ["load it", "publish it"]
    assert (phase.verdict, published.status) == (Verdict.PASS, "Success")
    assert published.message in phase.children[1].exchanges


def test_what_does_not_work_is_recorded_and_not_raised(player: Player) -> None:
    failed = player.play("nothing there", PUBLISH, source="pacs-south", studies=("2.999.404",))
    assert (failed.record.verdict, failed.value) == (Verdict.FAIL, None)
    assert failed.status == "pacs-south has no study 2.999.404"
    reply, played = player.get("nobody there", "http://127.0.0.1:9/dicom-web", "text/plain")
    assert reply is not None
    assert (reply.status, played.record.verdict) == (0, Verdict.PASS)
    reply, played = player.get("no address", "nonsense", "text/plain")
    assert played.record.verdict in (Verdict.ERROR, Verdict.PASS)


def test_a_query_gives_entries(player: Player) -> None:
    entries, played = player.query("by patient", query_of(Criteria(patientId="X^^^&2.999.10.1&ISO")))
    assert (entries, played.status, played.record.text) == ((), "Success", "0 found")
    assert "$XDSDocumentEntryPatientId" in dict(played.record.details)["Asked"]
