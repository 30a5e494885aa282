from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from a_command import run as run_command
from a_domain import domain
from a_tls_domain import secured
from feeds import added, patient, tell

from xdsi_sim.topology.build import RunningTopology

run = partial(run_command, "patient")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[RunningTopology]:
    with domain(data, patients="fed-only", feed={"mllp": 0}) as started:
        yield started


def where(running: RunningTopology, by: str) -> list[str]:
    return ["--registry", running.url_of("registry")] if by == "ITI-44" else ["--mllp", mllp(running)]


def mllp(running: RunningTopology) -> str:
    return str(running.mllp_of("registry"))


@pytest.mark.parametrize("command", ["add", "merge", "list", "find"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(command, "--help")
    assert ended.returncode == 0
    assert "Example: xdsi-sim patient" in " ".join(ended.stdout.split())
    assert "--json" in ended.stdout


@pytest.mark.parametrize(("by", "codes"), [("ITI-44", ("CA", "CE")), ("ITI-8", ("AA", "AE"))])
def test_patients_are_told_of_merged_and_listed(
    running: RunningTopology, data: Path, by: str, codes: tuple[str, str]
) -> None:
    old, new = f"{by}OLD", f"{by}NEW"
    bare = ["--authority", "2.999.1.1", *where(running, by), "--json"]
    person = ("--name", "Roth^Miriam", "--birth-date", "1963-08-04", "--gender", "F")
    told = run("add", old, patient(new), *person, "--other-id", "X^^^&2.999.9&ISO", *bare)
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout)["messages"] == [
        {"event": "add", "patientId": patient(id_), "subsumed": None, "code": codes[0], "texts": []}
        for id_ in (old, new)
    ]
    assert run("merge", old, "--into", new, *bare).returncode == 0
    again = run("merge", old, "--into", new, *bare)
    assert again.returncode == 1
    (message,) = json.loads(again.stdout)["messages"]
    assert (message["code"], message["subsumed"]) == (codes[1], patient(old))
    assert "rule K09" in message["texts"][0]
    (registry,) = json.loads(run("list", "--data", str(data), "--json").stdout)["registries"]
    assert registry["registry"] == "registry"
    assert {
        "patientId": patient(old),
        "survivor": patient(new),
        "objects": 0,
        "name": "Roth^Miriam",
        "birthDate": "19630804",
        "gender": "F",
        "mothersMaidenName": "",
    } in registry["patients"]


def test_a_fault_is_an_answer(running: RunningTopology) -> None:
    to = ["add", patient("P1"), "--registry", running.url_of("repository")]  # which takes no feed
    told = run(*to, "--json")
    (message,) = json.loads(told.stdout)["messages"]
    assert (told.returncode, message["code"]) == (1, "Fault Sender")
    assert "PRPA_IN201301UV02" in message["texts"][0]
    assert "Fault Sender" in run(*to).stdout


def test_people_get_a_table(running: RunningTopology, data: Path) -> None:
    tell(running.url_of("registry"), added("TABLE"))
    told = run("add", "T2", "--authority", "2.999.1.1", *where(running, "ITI-44"))
    assert (told.returncode, patient("T2") in told.stdout, "CA" in told.stdout) == (0, True, True)
    assert patient("TABLE") in run("list", "--data", str(data)).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "P1"], 2, "needs --authority"),
        (["add", patient("P1")], 2, "Give one of --registry URL and --mllp HOST:PORT."),
        (["add", patient("P1"), "--mllp", "2575"], 2, "is not HOST:PORT"),
        (["add", patient("P1"), "--mllp", "127.0.0.1:1"], 3, ""),
        (["add", patient("P1"), "--registry", "http://127.0.0.1:1/x"], 3, ""),
        (["add", patient("P1"), "--registry", "http://[x"], 2, "--registry: 'http://[x' is not http://"),
        (["add", patient("P1"), "--registry", "http://h:99999/"], 2, "--registry: 'http://h:99999/' is not"),
        (["add", patient("P1"), "--registry", "https://h/"], 2, "no certificates for https://h/."),
        (["add", patient("P1"), "--registry", "https://h/", "--data", "no"], 2, "no certificates in no/tls."),
        (
            ["add", "X\x01Y", "--authority", "2.999.1"],
            2,
            r"'X\x01Y' is no patient id: U+0001 is no character",
        ),
        (["add", "X\udcc3", "--authority", "2.999.1"], 2, r"'X\udcc3' is no patient id: U+DCC3 is no"),
        (
            ["add", patient("P1"), "--name", "A\rB^C"],
            2,
            r"'A\rB^C' is no name: U+000D is no character",
        ),
        (["add", "P1", "--authority", "xx"], 2, "--authority: 'xx' is not an OID."),
        (["list", "--data", "/nonexistent"], 2, "no registry here"),
        (["merge", patient("P1")], 2, "--into"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: list[str], code: int, words: str) -> None:
    ended = run(*arguments)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)
    assert words in ended.stderr
    assert code == 2 or "no answer" in ended.stdout


def test_a_feed_behind_mutual_tls_is_told_with_the_certificates_of_its_folder(tmp_path: Path) -> None:
    with secured(tmp_path) as running:
        to = ["add", patient("P1"), "--mllp", mllp(running)]
        assert run(*to, "--data", str(tmp_path)).returncode == 0
        assert run(*to).returncode == 3


def test_a_registry_behind_mutual_tls_is_told_with_the_certificates_of_its_folder(tmp_path: Path) -> None:
    with secured(tmp_path) as running:
        to = ["add", patient("P1"), "--registry", running.url_of("registry")]
        assert run(*to, "--data", str(tmp_path)).returncode == 0
        ended = run(*to, "--json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Name by --data the data folder of a topology that has `tls`." in ended.stderr
