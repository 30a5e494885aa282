from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from a_command import run as run_command
from submissions import a_set, a_submission, an_entry

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.messages.submit import write_submit_objects

TOPOLOGY = """\
name: domain
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
  - id: d
    homeCommunityId: urn:oid:2.999.2
    patientAuthority: 2.999.1.1
    registry: {id: other}
"""

run = partial(run_command, "load")


def submission(number: int) -> bytes:
    return write_submit_objects(a_submission(entries=(an_entry(number),), set_=a_set(1000 + number)))


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """Options that name a registry and its folder."""
    path = tmp_path / "domain.yaml"
    path.write_text(TOPOLOGY, encoding="utf-8")
    return ["--metadata", "--topology", str(path), "--data", str(tmp_path / "data")]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_loaded_is_counted_and_what_is_refused_told(
    tmp_path: Path, place: list[str], workers: str
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    for number in (1, 2):
        (saved / f"{number}.xml").write_bytes(submission(number))
    options = [*place, "--registry", "other", "--workers", workers]
    loaded = run(saved, *options)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert loaded.stdout == "2 submissions with 6 objects loaded into other, 0 refused.\n"
    again = run(saved / "1.xml", *options)
    assert (again.returncode, again.stderr) == (1, "")
    assert "XDSDuplicateUniqueIdInRegistry" in again.stdout
    assert "0 submissions with 0 objects loaded into other, 1 refused." in again.stdout
    told = run(saved / "1.xml", *options, "--json")
    assert told.returncode == 1
    document = json.loads(told.stdout)
    assert [document[key] for key in ("registry", "submissions", "objects")] == ["other", 0, 0]
    (refused,) = document["refused"]
    assert refused["where"] == str(saved / "1.xml")
    assert "XDSDuplicateUniqueIdInRegistry" in {error["errorCode"] for error in refused["errors"]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--registry", "othr"], "no registry 'othr'. Known: registry, other."),
        ([], "which one? Known: registry, other."),
        (["gone.xml", "--registry", "other"], "there is no file or folder 'gone.xml'"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_loaded(
    tmp_path: Path, place: list[str], options: list[str], words: str
) -> None:
    (tmp_path / "1.xml").write_bytes(submission(1))
    ended = run(tmp_path / "1.xml", *place, *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr
    assert not (tmp_path / "data").exists()


def test_files_are_images_unless_they_are_said_to_be_metadata(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(submission(1))
    ended = run(tmp_path / "1.xml", "--source", "pacs-north", "--data", tmp_path / "data")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "no 'DICM' at octet 128" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "there is no file or folder"),
        (["cr"], "--source: which one? Known: pacs-north, pacs-south."),
        (["cr", "--source", "pacs"], "--source: no source 'pacs'. Known: pacs-north, pacs-south."),
        (["cr", "--source", "pacs-north", "--listen", "here"], "--listen: 'here' is not HOST:PORT"),
    ],
)
def test_a_slip_is_told_before_anything_is_done(tmp_path: Path, arguments: list[str], told: str) -> None:
    write_sample("cr-chest", tmp_path / "cr")
    path, *options = arguments
    ended = run(tmp_path / path, *options, "--data", tmp_path / "data")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_data_folder_is_needed(tmp_path: Path) -> None:
    ended = run(tmp_path, "--source", "pacs-north")
    assert ended.returncode == 2
    assert "--data" in ended.stderr
