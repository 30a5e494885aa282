from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from a_federation import community, federation
from feeds import SOURCE, tell
from typer.testing import CliRunner

from xdsi_sim.cli.patient import patient
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen

ANNA = Person(name=PersonName("Roth", "Anna"), birthTime="19630804", gender="F")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    south = community("south", respondingGateway={"id": "south-rg", "discovery": {"timeToLive": "P1D"}})
    curious = {"id": "north-rg", "discovery": {"requires": ["PatientAddressRequested"]}}
    both = federation(community("north", respondingGateway=curious), south)
    with start(both, tmp_path_factory.mktemp("find"), Listen("127.0.0.1", 0)) as started:
        for name in ("north", "south"):
            feed = SOURCE.announce(Ii("2.999.1.1", "S7"), person=ANNA, others=(Ii("2.999.9", "N"),))
            tell(started.url_of(f"{name}-registry"), feed)
        yield started


def find(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(patient, ["find", *words])
    return done.exit_code, done.output


BY_NAME = ("--name", "ROTH^ANNA", "--birth-date", "1963-08-04")


def test_a_patient_is_found_by_name_or_by_id(running: RunningTopology) -> None:
    at = ("--at", running.url_of("south-rg"))
    for words in (BY_NAME, (*BY_NAME, "--gender", "F"), ("--id", "N^^^&2.999.9&ISO", "--id", "X^^^&2.9&ISO")):
        code, output = find(*at, *words)
        assert code == 0
        assert all(word in output for word in ("S7^^^&2.999.1.1&ISO", "urn:oid:2.999.72", "Roth^Anna", "P1D"))


def test_programs_get_all_that_was_said(running: RunningTopology) -> None:
    code, output = find("--at", running.url_of("south-rg"), *BY_NAME, "--json")
    told = json.loads(output)
    assert (code, told["status"], told["errors"], told["findings"]) == (0, "Success", [], [])
    assert told["matches"][0]["degree"] == 90
    assert told["timeToLive"] == "P1D"


def test_nobody_is_exit_code_1(running: RunningTopology) -> None:
    code, output = find("--at", running.url_of("south-rg"), *BY_NAME, "--gender", "M")
    assert (code, "Nobody was found." in output) == (1, True)


def test_what_a_community_wants_to_know_is_told(running: RunningTopology) -> None:
    code, output = find("--at", running.url_of("north-rg"), *BY_NAME)
    assert code == 1
    assert "The community asks for more: PatientAddressRequested." in output


def test_who_answers_otherwise_is_told(running: RunningTopology) -> None:
    code, output = find("--at", running.url_of("south-registry"), *BY_NAME)
    assert code == 1
    assert "Fault" in output
    code, output = find("--at", "http://127.0.0.1:9/rg", *BY_NAME)
    assert (code, "No answer" in output) == (3, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--name", "Roth"), "whom to find?"),
        (("--id", "N"), "A bare id needs"),
        ((*BY_NAME, "--gender", "W"), "'W' is no gender"),
        ((*BY_NAME, "--community", "here"), "--community: 'here' is no homeCommunityId."),
        ((*BY_NAME, "--at", "ftp://x"), "--at: 'ftp://x' is not http://HOST:PORT/PATH"),
    ],
)
def test_wrong_usage_is_told_and_nobody_is_asked(words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(patient, ["find", "--at", "http://127.0.0.1:9/rg", *words])
    assert told in (done.output + str(done.exception))
    assert done.exit_code != 0
