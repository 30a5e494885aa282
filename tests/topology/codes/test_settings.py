from __future__ import annotations

from pathlib import Path

import pytest
from a_coded_domain import IHE, TABLE, VALUE_SET, written

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Topology

DOMAIN = """\
name: small
communities:
  - id: a
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
    codes:
      check: warn
      files: [codes.yaml, tables/codes.xml]
      valueSets:
        formatCode: formats.json
      systems: {"http://example.org/codes": 2.999.7}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    written(tmp_path, "codes.yaml", TABLE)
    written(tmp_path / "tables", "codes.xml", IHE)
    written(tmp_path, "formats.json", VALUE_SET)
    return tmp_path


def settings(folder: Path, text: str = DOMAIN) -> CodeSettings:
    codes = load_topology(written(folder, "domain.yaml", text)).communities[0].codes
    assert codes is not None
    return codes


def test_files_are_looked_for_beside_the_topology(folder: Path) -> None:
    assert [(at, path, attribute) for at, path, attribute in settings(folder).paths()] == [
        (("files", 0), folder / "codes.yaml", None),
        (("files", 1), folder / "tables" / "codes.xml", None),
        (("valueSets", "formatCode", 0), folder / "formats.json", "formatCode"),
    ]


def test_one_file_need_not_be_a_list_and_a_table_that_ships_has_no_folder(folder: Path) -> None:
    codes = settings(folder, DOMAIN.replace("[codes.yaml, tables/codes.xml]", "imaging"))
    assert codes.files == (Path("imaging"),)


def test_the_setting_has_a_json_schema() -> None:
    schema = Topology.model_json_schema()["$defs"]["CodeSettings"]["properties"]
    assert {"type": "string"} in schema["files"]["anyOf"]
    assert set(schema) == set(CodeSettings.model_fields)


def test_codes_are_strict_where_nothing_is_said() -> None:
    assert CodeSettings(files=(Path("codes.yaml"),)).check == "strict"


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("check: warn", "check: war", "8:14: expected 'strict', 'warn' or 'off', found 'war'. Did you mean"),
        ("formatCode:", "formatcode:", "11:9: unknown attribute 'formatcode'. Did you mean 'formatCode'?"),
        ("files:", "file:", "9:7: unknown key 'file'. Did you mean 'files'?"),
        ("2.999.7}", "2.999.x}", "12:45: '2.999.x' is not an OID"),
        ("codes.yaml,", "code.yaml,", "9:15: code.yaml: cannot be read: No such file or directory"),
        ("tables/codes.xml]", "imagng]", "9:27: imagng: no code table 'imagng' ships with xdsi-sim. Did you"),
        ("tables/codes.xml]", "formats.json]", "9:27: formats.json: '.json' is no form of code tables"),
        ("formats.json", "codes.yaml", "codes.yaml:1:1: no JSON: "),
        ("codes.yaml,", "domain.yaml,", "domain.yaml:1:1: unknown key 'name'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(folder: Path, good: str, bad: str, told: str) -> None:
    assert good in DOMAIN
    with pytest.raises(UsageError) as caught:
        settings(folder, DOMAIN.replace(good, bad))
    assert told in str(caught.value).replace(f"{folder}/", "")


def test_codes_without_files_are_a_slip(folder: Path) -> None:
    text = DOMAIN[: DOMAIN.index("      files")]
    with pytest.raises(UsageError, match=r"8:7: codes without a file to take them from\. Name some under"):
        settings(folder, text)
    assert settings(folder, text.replace("warn", "off")).check == "off"
