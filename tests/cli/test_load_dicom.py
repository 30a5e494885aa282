from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from a_port import free_port
from a_viewer import a_viewer
from rejections import a_note

from xdsi_sim.content import FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen

CR, CT = (SAMPLES[name].header.study_instance_uid for name in ("cr-chest", "ct-head"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a person has: images in folders and an archive, and other things between them."""
    folder = tmp_path / "images"
    write_sample("cr-chest", folder / "cr")
    with ZipFile(folder / "ct.zip", "w") as archive:
        for path in write_sample("ct-head", tmp_path / "ct"):
            archive.write(path, f"disc/{path.name}")
    (folder / "readme.txt").write_text("no DICOM")
    return folder


def load(folder: Path, data: Path, *options: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "xdsi_sim", "load", str(folder), "--source", "pacs-north", *options]
    ended = subprocess.run(
        [*command, "--data", str(data)], capture_output=True, text=True, check=False, timeout=120
    )
    return ended.returncode, ended.stdout, ended.stderr


def loaded(folder: Path, data: Path, *options: str) -> tuple[int, dict[str, Any]]:
    code, output, errors = load(folder, data, "--json", *options)
    assert errors == ""
    return code, json.loads(output)


def test_folders_and_archives_are_loaded_and_other_files_skipped(folder: Path, tmp_path: Path) -> None:
    for _ in range(2):  # the same again changes nothing
        code, told = loaded(folder, tmp_path / "data")
        assert (code, told["instances"], told["broken"]) == (0, 13, [])
        assert [Path(each["file"]).name for each in told["skipped"]] == ["readme.txt"]
        assert [(each["studyInstanceUID"], each["instances"]) for each in told["studies"]] == [
            (CR, 2),
            (CT, 11),
        ]
        assert [each["viewer"] for each in told["studies"]] == [None, None]


def test_what_is_broken_is_named_and_the_rest_is_loaded(folder: Path, tmp_path: Path) -> None:
    data = (folder / "cr" / "cr-chest-001.dcm").read_bytes()
    (folder / "cr" / "cr-chest-001.dcm").write_bytes(data[:-100])
    code, output, _ = load(folder, tmp_path / "data")
    assert code == 1
    assert "cr-chest-001.dcm" in output
    assert "truncated" in output
    assert "12 instances of 2 studies loaded into pacs-north, 1 refused, 1 other file skipped." in output


def test_another_object_under_a_known_uid_is_refused(folder: Path, tmp_path: Path) -> None:
    loaded(folder, tmp_path / "data")
    dataset = part10.read(FileContent.of(folder / "cr" / "cr-chest-001.dcm"))
    dataset.PatientName = "Somebody^Else"
    (tmp_path / "other.dcm").write_bytes(part10.write(dataset))
    code, told = loaded(tmp_path / "other.dcm", tmp_path / "data")
    assert (code, told["instances"]) == (1, 0)
    assert "is taken by another object" in told["broken"][0]["why"]


def test_studies_are_published_once_and_again_where_they_change(folder: Path, tmp_path: Path) -> None:
    address = ("--publish", "--listen", f"127.0.0.1:{free_port()}")
    code, first = loaded(folder, tmp_path / "data", *address)
    assert (code, publications(first)) == (0, ["published", "published"])
    code, again = loaded(folder, tmp_path / "data", *address)
    assert (code, publications(again)) == (0, ["unchanged", "unchanged"])
    assert [each["manifest"] for each in again["studies"]] == [each["manifest"] for each in first["studies"]]
    note = a_note(CR, *(f"{CR}.1.{number}" for number in (1, 2)))
    (tmp_path / "note.dcm").write_bytes(read_all(note))
    code, withdrawn = loaded(tmp_path / "note.dcm", tmp_path / "data", *address)
    assert (code, publications(withdrawn)) == (0, ["withdrawn"])


def test_links_lead_to_the_viewer_where_the_topology_has_one(folder: Path, tmp_path: Path) -> None:
    a_viewer(tmp_path / "ohif")
    shipped = find_topology("central").read_text(encoding="utf-8")
    (tmp_path / "viewed.yaml").write_text(f"{shipped}\nviewer: ohif\n", encoding="utf-8")
    options = ("--topology", str(tmp_path / "viewed.yaml"), "--listen", "127.0.0.1:4711")
    link = f"http://127.0.0.1:4711/viewer/pacs-north?StudyInstanceUIDs={CR}"
    assert f"{link} shows study {CR}." in load(folder / "cr", tmp_path / "data", *options)[1]


def publications(told: dict[str, Any]) -> list[str]:
    return [each["publication"] for each in told["studies"]]


def test_manifests_are_published_over_fhir_if_asked_for(folder: Path, tmp_path: Path) -> None:
    code, told = loaded(folder, tmp_path / "data", "--publish", "--stack", "mhd", "--listen", "127.0.0.1:0")
    assert (code, publications(told)) == (0, ["published", "published"])
    topology = load_topology(find_topology("central"))
    with start(topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        sent = [each.transaction for each in running.exchanges() if each.sender == "pacs-north"]
    assert sent == ["ITI-65", "ITI-65"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--stack", "mhd"), "--publish has to be there"),
        (("--publish", "--stack", "xca-i"), "does not publish"),
        (("--publish", "--stack", "mhd", "--topology", "faceless.yaml"), "has no FHIR face"),
    ],
)
def test_a_stack_by_which_nobody_can_publish_is_told_before_anything_is_loaded(
    options: tuple[str, ...], text: str, folder: Path, tmp_path: Path
) -> None:
    central = find_topology("central").read_text("utf-8")
    faceless = tmp_path / "faceless.yaml"
    faceless.write_text(re.sub(r"    mhd:\n(      .*\n)+", "", central), "utf-8")
    named = [str(faceless) if option == "faceless.yaml" else option for option in options]
    code, _, errors = load(folder, tmp_path / "data", *named)
    assert (code, text in errors) == (2, True)
    assert not (tmp_path / "data").exists()


def test_a_study_that_cannot_be_published_is_loaded_all_the_same(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "cr").iterdir():
        dataset = part10.read(FileContent.of(path))
        del dataset.OtherPatientIDsSequence
        dataset.IssuerOfPatientIDQualifiersSequence[0].UniversalEntityID = "2.999.555"
        path.write_bytes(part10.write(dataset))
    code, told = loaded(folder, tmp_path / "data", "--publish", "--listen", "127.0.0.1:0")
    assert (code, publications(told)) == (1, ["failed", "published"])
    assert "the patient has no id issued by" in told["studies"][0]["trouble"]
    assert told["instances"] == 13


def test_a_source_that_is_running_is_left_alone(folder: Path, tmp_path: Path) -> None:
    with closing(SqliteInstanceStore(tmp_path / "data" / "pacs-north")):
        code, _, errors = load(folder, tmp_path / "data")
    assert code == 3
    assert "Stop the other process" in errors
