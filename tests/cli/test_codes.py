from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from a_coded_domain import IHE, TABLE, VALUE_SET, written
from a_command import run as run_command
from submissions import MANIFEST, a_submission, an_entry, uuid

from xdsi_sim.ebrim.model import Code

CLASS = "1.3.6.1.4.1.19376.1.2.6.1"

TWO = """\
name: two
communities:
  - id: coded
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: one}
    codes: {check: off, files: codes.yaml}
  - id: free
    homeCommunityId: urn:oid:2.999.2
    patientAuthority: 2.999.2.1
    registry: {id: other}
"""

run = partial(run_command, "codes")


@pytest.fixture
def topology(tmp_path: Path) -> Path:
    written(tmp_path, "codes.yaml", TABLE)
    return written(tmp_path, "two.yaml", TWO)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return written(tmp_path, "sound.xml", a_submission(entries=(an_entry(**MANIFEST),)).written().decode())


@pytest.fixture
def stray(tmp_path: Path) -> Path:
    first = an_entry(1, **MANIFEST | {"classCode": Code.of("image", CLASS, "Images")})
    second = an_entry(2, **MANIFEST | {"mimeType": "text/goofy"})
    text = a_submission(entries=(first, second)).written().decode().replace("><", ">\n<")
    return written(tmp_path, "stray.xml", text)


@pytest.mark.parametrize("command", ["list", "check"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(command, "--help")
    assert ended.returncode == 0
    assert f"Example: xdsi-sim codes {command}" in " ".join(ended.stdout.split())
    assert "--json" in ended.stdout


# --- list ------------------------------------------------------------------------------------


def test_the_codes_of_a_topology_are_listed_also_where_they_are_off(topology: Path) -> None:
    coded, free = json.loads(run("list", topology, "--json").stdout)["domains"]
    assert (coded["domain"], coded["attributes"]["mimeType"][0]) == (
        "coded",
        {"code": "application/dicom", "codingScheme": None, "display": None},
    )
    assert coded["attributes"]["typeCode"][0]["codingScheme"] == "2.16.840.1.113883.6.1"
    assert (coded["check"], free) == ("off", {"domain": "free", "check": None, "attributes": {}})


def test_people_get_a_table(topology: Path) -> None:
    told = run("list", topology, "--attribute", "classCode").stdout
    assert "Codes of coded (off)" in told
    assert "IMAGES" in told
    assert "24725-4" not in told
    assert "free: classCode takes any code." in told
    assert run("list").stdout == "national: every attribute takes any code.\n"


def test_files_are_listed_whatever_their_form(tmp_path: Path) -> None:
    ihe, fhir = written(tmp_path, "codes.xml", IHE), written(tmp_path, "formats.json", VALUE_SET)
    told = run("list", "--codes", ihe, "--codes", f"formatCode={fhir}", "--codes", "imaging", "--json")
    (files,) = json.loads(told.stdout)["domains"]
    assert [each["code"] for each in files["attributes"]["codeList"]] == ["F"]
    assert files["attributes"]["formatCode"][0]["display"] == "Key Object Selection Document Storage"
    assert "urn:ihe:rad:TEXT" in [each["code"] for each in files["attributes"]["formatCode"]]


# --- check -----------------------------------------------------------------------------------


def test_a_stray_is_told_with_file_and_line(stray: Path, sound: Path, topology: Path) -> None:
    ended = run("check", sound, stray, "--codes", topology.with_name("codes.yaml"))
    lines = stray.read_text(encoding="utf-8").split("\n")
    first, second = (
        next(number for number, line in enumerate(lines, 1) if text in line)
        for text in ('nodeRepresentation="image"', 'mimeType="text/goofy"')
    )
    assert ended.returncode == 1
    assert ended.stdout == (
        f"{stray}:{first}: D28 error at {uuid(1)}: classCode is none of the affinity domain's codes, "
        f"the set has: IMAGES^^{CLASS}: 'image^^{CLASS}'\n"
        f"{stray}:{second}: D27 error at {uuid(2)}: mimeType is none of the affinity domain's, "
        "the set is: application/dicom, application/pdf: 'text/goofy'\n"
        "2 findings in 2 files\n"
    )


def test_the_sets_may_be_those_of_a_topology(stray: Path, sound: Path, topology: Path) -> None:
    told = run("check", sound, stray, "--topology", topology, "--json")
    good, bad = json.loads(told.stdout)["files"]
    assert (told.returncode, good) == (1, {"file": str(sound), "findings": []})
    assert [(found["rule"], found["attribute"], found["value"]) for found in bad["findings"]] == [
        ("D28", "classCode", f"image^^{CLASS}"),
        ("D27", "mimeType", "text/goofy"),
    ]
    good_alone = run("check", sound, "--topology", topology, "--community", "coded")
    assert (good_alone.returncode, good_alone.stdout) == (0, "no findings in 1 file\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "sound.xml"], "whose codes? Name a topology, or files by --codes."),
        (["check", "sound.xml", "--topology", "central"], "no community of this topology has 'codes'."),
        (
            ["check", "sound.xml", "--topology", "two.yaml", "--community", "code"],
            "--community: 'code' has no codes here. Did you mean 'coded'?",
        ),
        (["check", "gone.xml", "--codes", "imaging"], "gone.xml: cannot be read: No such file"),
        (["check", "two.yaml", "--codes", "imaging"], "two.yaml:1:1: not well-formed XML"),
        (["check", "empty.xml", "--codes", "imaging"], "empty.xml: no SubmitObjectsRequest is in the file"),
        (["check", "sound.xml", "--codes", "two.yaml"], "two.yaml:1:1: unknown key 'name'"),
        (
            ["list", "--codes", "imagng"],
            "no code table 'imagng' ships with xdsi-sim. Did you mean",
        ),
        (["list", "--codes", "x.json"], "x.json: '.json' is no form of code tables"),
        (["list", "--codes", "x.json"], "or, on the command line, --codes formatCode=x.json."),
        (["list", "--codes", "clasCode=x.json"], "--codes: unknown attribute 'clasCode'. Did you mean"),
        (["list", "--attribute", "clasCode"], "--attribute: unknown attribute 'clasCode'. Did you mean"),
        (["list", "two.yaml", "--codes", "imaging"], "whose codes?"),
    ],
)
@pytest.mark.usefixtures("topology", "sound")
def test_what_cannot_be_meant_is_told(tmp_path: Path, arguments: list[str], words: str) -> None:
    written(tmp_path, "empty.xml", "<a/>")
    ended = run(*(tmp_path / word if Path(word).suffix and "=" not in word else word for word in arguments))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr.replace(f"{tmp_path}/", "")
    assert "Traceback" not in ended.stderr
