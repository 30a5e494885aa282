from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from a_command import run as run_command
from a_domain import domain
from manifest_examples import base, entry

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.kos import read_manifest, read_selection
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.messages.submit import SubmitObjectsRequest, write_submit_objects
from xdsi_sim.topology.build import RunningTopology

LOCATION = ("--location-oid", "2.999.1.20", "--retrieve-url", "https://north/dicom-web")
MADO = ("--profile", "mado", *LOCATION)
XDS_I = ("--ae-title", "NORTH", *LOCATION)

run = partial(run_command, "manifest")


def told(*arguments: object, code: int = 0) -> Any:
    ended = run(*arguments, "--json")
    assert (ended.returncode, ended.stderr) == (code, "")
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the instances of a study, and sound documents beside it."""
    folder = tmp_path_factory.mktemp("files")
    write_sample("ct-head", folder / "study")
    (folder / "mado.dcm").write_bytes(base("mado"))
    (folder / "xds-i.dcm").write_bytes(base("xds-i"))
    (folder / "note.dcm").write_bytes(base("note"))
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture
def metadata(tmp_path: Path) -> Path:
    """A submission of the baseline manifest, whose entry has a hash of other octets."""
    told_ = replace(entry("xds-i"), hash="0" * 40)
    other = replace(entry("xds-i"), uniqueId="2.999.5", entryUUID="urn:uuid:2")
    objects = RegistryObjectList(documentEntries=(other, told_))
    path = tmp_path / "submission.xml"
    path.write_bytes(write_submit_objects(SubmitObjectsRequest(objects=objects)))
    return path


@pytest.mark.parametrize("command", ["make", "note", "show", "validate", "diff"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(command, "--help")
    assert ended.returncode == 0
    assert f"Example: xdsi-sim manifest {command}" in " ".join(ended.stdout.split())
    assert "--json" in ended.stdout


# --- make and note ---


@pytest.mark.parametrize(("options", "title"), [(XDS_I, "113030"), (MADO, "131560")])
def test_what_is_made_is_a_sound_manifest_of_the_study(
    files: Path, tmp_path: Path, options: tuple[str, ...], title: str
) -> None:
    made = tmp_path / "made.dcm"
    summary = told("make", files / "study", *options, "-o", made)
    manifest = read_manifest(BytesContent(made.read_bytes()))
    assert manifest.title.value == title
    assert summary["sopInstanceUID"] == manifest.sop_instance_uid
    assert (summary["series"], summary["instances"], summary["leftOut"]) == (3, 11, [])
    ended = run("validate", made, "--source", files / "study")
    assert (ended.returncode, "nothing is wrong" in ended.stdout) == (0, True)


def test_issuers_and_institution_may_be_given(tmp_path: Path) -> None:
    write_sample("cr-chest", tmp_path / "study")
    made = tmp_path / "made.dcm"
    issuers = ("--patient-authority", "2.999.6", "--accession-authority", "2.999.7", "--institution", "X")
    assert run("make", tmp_path / "study", *MADO, *issuers, "-o", made).returncode == 0
    header = read_manifest(BytesContent(made.read_bytes())).header
    assert header.patient.ids[0].oid == "2.999.20.1"  # what images tell stays
    assert header.institution == "North Hospital"


def test_a_file_that_is_no_image_is_told_and_left_out(files: Path, tmp_path: Path) -> None:
    (tmp_path / "README").write_text("no image")
    made = tmp_path / "made.dcm"
    ended = run("make", files / "study", tmp_path, *XDS_I, "-o", made)
    assert (ended.returncode, made.exists()) == (1, True)
    assert "left out" in ended.stderr
    assert "README" in ended.stderr


def test_a_note_is_made_and_then_listed(files: Path, tmp_path: Path) -> None:
    made, note = tmp_path / "made.dcm", tmp_path / "note.dcm"
    chosen = ("--instance", "2.999.76.1.1.3", "--instance", "2.999.76.1.2.1")
    reason = ("--title", "113010", "--modifier", "111210", "--description", "Blurred")
    assert told("note", files / "study", *chosen, *reason, "-o", note)["instances"] == 2
    assert read_selection(BytesContent(note.read_bytes())).description == "Blurred"
    assert run("validate", note, "--profile", "note").returncode == 0
    told("make", files / "study", note, *MADO, "-o", made)
    shown = run("show", made).stdout
    assert "title Quality Issue, note Blurred" in shown


# --- show and diff ---


def test_a_manifest_is_shown_as_a_tree(files: Path) -> None:
    lines = run("show", files / "mado.dcm").stdout.splitlines()
    assert lines[0].split() == ["Title", "131560", "Manifest", "with", "Description"]
    series = next(number for number, line in enumerate(lines) if line.startswith("Series 2.999.76.1.1 "))
    assert "modality CT, number 1, description Head axial 5 mm, region Head" in lines[series]
    assert lines[series + 1].startswith("  2.999.76.1.1.1  class")


def test_a_manifest_is_shown_to_programs(files: Path) -> None:
    shown = told("show", files / "xds-i.dcm")
    assert shown["studyInstanceUID"] == "2.999.76.1"
    assert shown["patient"]["ids"] == ["N-4711 of 2.999.20.1", "NAT-1001 of 2.999.10.1"]
    assert shown["requests"] == [{"accession": "ACC-0001 of 2.999.20.2", "order": "ORD-0001 of 2.999.10.2"}]
    assert [len(series["instances"]) for series in shown["series"]] == [6, 4, 1, 1]


def test_what_is_no_document_is_not_shown(files: Path) -> None:
    image = next((files / "study").iterdir())
    ended = run("show", image)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert f"{image}: SOP class is 1.2.840.10008.5.1.4.1.1.2" in ended.stderr


def test_differences_are_told_and_change_the_exit_code(files: Path) -> None:
    same = run("diff", files / "mado.dcm", files / "mado.dcm")
    assert (same.returncode, same.stdout) == (0, "They say the same.\n")
    found = told("diff", files / "xds-i.dcm", files / "mado.dcm", code=1)
    assert [each["name"] for each in found["differences"]] == ["title"]
    assert "131560 Manifest with Description" in run("diff", files / "xds-i.dcm", files / "mado.dcm").stdout


# --- validate ---


def test_findings_have_rule_path_and_source(files: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(base("xds-i").replace(b"https://north/dicom-web", b"ftp:///north/dicom-web\0"))
    (one, other) = told("validate", broken, files / "mado.dcm", code=1)["files"]
    assert {finding["rule"] for finding in one["findings"]} == {"M36"}
    first = one["findings"][0]
    assert (first["severity"], first["cites"]) == ("error", "RAD TF: 4.68")
    assert first["location"] == "(0040,A375)[1].(0008,1115)[1].(0008,1190)"
    assert other == {"file": str(files / "mado.dcm"), "title": "131560", "findings": []}
    assert "(0040,A375)[1].(0008,1115)[1].(0008,1190)" in run("validate", broken).stdout


def test_what_it_must_be_may_be_said(files: Path) -> None:
    note = run("validate", files / "note.dcm")
    assert (note.returncode, "no manifest" in note.stdout) == (0, True)
    assert run("validate", files / "note.dcm", "--profile", "xds-i").returncode == 1


def test_any_octets_are_judged(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "half.dcm").write_bytes(base("mado")[:3000])
    ended = run("validate", tmp_path / "x.pdf", tmp_path / "half.dcm")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_an_entry_is_found_by_its_unique_id(files: Path, metadata: Path) -> None:
    found = told("validate", files / "xds-i.dcm", "--metadata", metadata, code=1)["files"][0]["findings"]
    assert [finding["rule"] for finding in found] == ["M69"]  # of the file: the entry is told another hash


def test_a_running_source_is_asked_what_it_has(files: Path, running: RunningTopology) -> None:
    asked = ("validate", files / "mado.dcm", "--source", running.dicomweb_of("pacs"))
    nothing = told(*asked, code=1)["files"][0]["findings"]
    assert {finding["rule"] for finding in nothing} == {"M80"}
    running.store_of("pacs").add_all(sorted((files / "study").iterdir()))
    found = told(*asked, code=1)["files"][0]["findings"]
    assert [finding["rule"] for finding in found] == ["M80"]  # the note, which only the example has


# --- slips ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("make", "STUDY", *LOCATION, "-o", "OUT"), "--ae-title"),
        (("make", "STUDY", "--profile", "mado", "--location-oid", "1.02", "-o", "OUT"), "is not an OID"),
        (("make", "STUDY", *MADO, "--region", "HEAD", "-o", "OUT"), "774007 Head and Neck"),
        (("make", "STUDY", *MADO, "--study", "2.999.5", "-o", "OUT"), "no instance of '2.999.5'"),
        (("make", "TWO", *MADO, "-o", "OUT"), "2 studies are here. Name one by --study"),
        (("make", "EMPTY", *MADO, "-o", "OUT"), "0 studies are here"),
        (("make", "STUDY", *MADO, "-o", "nowhere/at/all"), "there is no folder"),
        (("note", "STUDY", "--instance", "2.999.5", "-o", "OUT"), "has no instances 2.999.5"),
        (("note", "STUDY", "--instance", "1", "--title", "1", "-o", "OUT"), "no title of a note"),
        (("note", "STUDY", "--instance", "1", "--title", "113001", "-o", "OUT"), "--modifier"),
        (("validate", "MADO", "--source", "nowhere"), "there is no 'nowhere'"),
        (("validate", "MADO", "--source", "ldap://x/y"), "--source"),
        (("validate", "MADO", "--metadata", "MADO"), "--metadata"),
        (("validate", "MADO", "NOTE", "--metadata", "ENTRIES"), "no DocumentEntry has uniqueId"),
    ],
)
def test_a_slip_is_told(
    arguments: tuple[str, ...], words: str, files: Path, metadata: Path, tmp_path: Path
) -> None:
    write_sample("cr-chest", tmp_path / "two")
    write_sample("us-heart", tmp_path / "two")
    (tmp_path / "empty").mkdir()
    places = {
        "STUDY": files / "study",
        "TWO": tmp_path / "two",
        "EMPTY": tmp_path / "empty",
        "OUT": tmp_path / "out.dcm",
        "MADO": files / "mado.dcm",
        "NOTE": files / "note.dcm",
        "ENTRIES": metadata,
    }
    ended = run(*(places.get(word, word) for word in arguments))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr
    assert not (tmp_path / "out.dcm").exists()


def test_a_source_that_does_not_answer_is_no_finding(files: Path) -> None:
    ended = run("validate", files / "mado.dcm", "--source", "http://127.0.0.1:9/dicom-web")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "http://127.0.0.1:9/dicom-web/studies/2.999.76.1/metadata" in ended.stderr
