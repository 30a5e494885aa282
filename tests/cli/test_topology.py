from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from a_command import run as run_command
from a_viewer import a_viewer

MINE = """\
name: mine
listen: 127.0.0.1:9000
tls: true
peers: [{id: vendor, url: "https://127.0.0.1:9443/vendor"}]
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.2
    registry: {id: registry, port: 9001}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.10}]
    consumers: [{id: workstation}]
"""

run = partial(run_command, "topology")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    return file


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "wrong.yaml"
    file.write_text(MINE.replace("registry:", "registri:"), encoding="utf-8")
    return file


@pytest.mark.parametrize("command", ["check", "show", "make", "draw"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(command, "--help")
    assert ended.returncode == 0
    assert f"Example: xdsi-sim topology {command}" in " ".join(ended.stdout.split())


def test_good_ones_are_told_with_their_size(mine: Path) -> None:
    ended = run("check", "federated-2", mine)
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        "federated-2: good, 2 communities, 18 actors",
        f"{mine}: good, 1 community, 3 actors",
    ]


def test_a_wrong_one_is_told_with_its_line_and_the_rest_is_read_as_well(wrong: Path, mine: Path) -> None:
    ended = run("check", wrong, mine)
    assert ended.returncode == 1
    first, second = ended.stdout.splitlines()
    assert first.startswith(f"{wrong}:9:5: ")
    assert "registri" in first
    assert "'registry'" in first
    assert second.startswith(f"{mine}: good")


def test_json_tells_the_same(wrong: Path, mine: Path) -> None:
    ended = run("check", wrong, mine, "--json")
    bad, good = json.loads(ended.stdout)["files"]
    assert (ended.returncode, bad["good"], bad["file"]) == (1, False, str(wrong))
    assert "registri" in bad["error"]
    assert good == {"file": str(mine), "good": True, "name": "mine", "communities": 1, "actors": 3}


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    ended = run("check", "central", tmp_path / "no.yaml")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no such file" in ended.stderr


def test_what_is_shown_are_addresses_ids_and_ways(mine: Path) -> None:
    shown = json.loads(run("show", mine, "--json").stdout)
    assert shown["topology"] == "mine"
    assert [each["homeCommunityId"] for each in shown["communities"]] == ["urn:oid:2.999.1"]
    assert [(each["id"], each["url"], each["oid"]) for each in shown["actors"]] == [
        ("registry", "https://127.0.0.1:9001/national/registry", None),
        ("repository", "https://127.0.0.1:9000/national/repository", "2.999.1.10"),
        ("workstation", None, None),
    ]
    assert shown["viewer"] is None
    assert [peer["url"] for peer in shown["peers"]] == ["https://127.0.0.1:9443/vendor"]
    assert {"sender": "workstation", "receiver": "registry", "transactions": ["ITI-18"]} in shown["ways"]


def test_people_see_it_in_tables(mine: Path) -> None:
    lines = [line.replace("│", " ").split() for line in run("show", mine).stdout.splitlines()]
    assert ["national", "urn:oid:2.999.1", "2.999.1.2"] in lines
    assert ["workstation", "national", "Imaging", "Document", "Consumer", "asks", "only"] in lines
    assert ["vendor", "https://127.0.0.1:9443/vendor"] in lines
    assert ["repository", "registry", "ITI-42"] in lines


def test_sessions_are_shown_and_drawn(mine: Path, tmp_path: Path) -> None:
    mine.write_text(f"{MINE}sessions: closed\n", encoding="utf-8")
    below = ["https://127.0.0.1:9001/s/NAME/", "https://127.0.0.1:9000/s/NAME/"]
    assert json.loads(run("show", mine, "--json").stdout)["sessions"] == {"mode": "closed", "at": below}
    for command in ("show", "draw"):
        told = " ".join(run(command, mine).stdout.split())
        assert "Sessions are closed" in told
        assert all(address in told for address in below)
    assert run("draw", mine, "--to", tmp_path / "mine.svg").returncode == 0
    assert "sessions closed, below /s/NAME" in (tmp_path / "mine.svg").read_text("utf-8")


def test_an_actor_is_shown_with_all_its_addresses() -> None:
    lines = [line.replace("│", " ").split() for line in run("show", "federated-2").stdout.splitlines()]
    assert ["XC-WADO", "http://127.0.0.1:8082/south/south-rig/wado-rs"] in lines
    assert ["DICOMweb", "http://127.0.0.1:8082/south/south-pacs/dicom-web"] in lines


def test_a_federation_is_made_printed_or_written(tmp_path: Path) -> None:
    options = ("make", "--communities", "4", "--sources", "2", "--per-site", "--apart", "--name", "mine")
    printed, file = run(*options), tmp_path / "mine.yaml"
    written = run(*options, "--to", file)
    assert (printed.returncode, written.returncode, written.stdout) == (0, 0, "")
    assert file.read_text("utf-8") == printed.stdout
    assert run("check", file).stdout == f"{file}: good, 4 communities, 40 actors\n"


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--root", "2.x"), "--root: '2.x' is not an OID, such as 2.999.1.10."),
        (("--root", f"2.999.{'1' * 56}"), "OIDs have 64 characters at most"),
        (
            ("--communities", "200", "--sources", "50"),
            "--communities 200 --sources 50: the file expands to more than 20000 values.",
        ),
        (("--apart", "--listen", "127.0.0.1:65535"), "is not HOST:PORT"),
    ],
)
def test_a_federation_that_cannot_be_is_not_made(option: tuple[str, ...], words: str) -> None:
    ended = run("make", *option)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in " ".join(ended.stderr.split())


def test_a_topology_is_drawn_in_the_terminal_or_as_a_picture(mine: Path, tmp_path: Path) -> None:
    lines = [" ".join(line.strip("│ ").split()) for line in run("draw", mine).stdout.splitlines()]
    assert "repository Document Repository 2.999.1.10 → registry: ITI-42" in lines
    written = run("draw", mine, "--to", tmp_path / "mine.svg")
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "mine.svg").read_text("utf-8").startswith("<svg")


def test_a_viewer_has_an_address(mine: Path) -> None:
    a_viewer(mine.parent / "ohif")
    mine.write_text(f"{MINE}viewer: ohif\n", encoding="utf-8")
    assert json.loads(run("show", mine, "--json").stdout)["viewer"] == "https://127.0.0.1:9000/"
    assert "A viewer of the studies of all sources is at https://127.0.0.1:9000/" in run("show", mine).stdout
    (mine.parent / "ohif" / "index.html").unlink()
    checked = run("check", mine)
    assert checked.returncode == 1
    assert f"{mine}:12:9: " in checked.stdout


def test_without_a_file_the_central_one_is_shown() -> None:
    assert json.loads(run("show", "--json").stdout)["topology"] == "central"
