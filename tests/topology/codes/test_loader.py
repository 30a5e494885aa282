from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_coded_domain import CODE_SYSTEM, IHE, TABLE, VALUE_SET, written

from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, REGIONS
from xdsi_sim.dicom.publisher import REPORT_FORMATS
from xdsi_sim.errors import Severity
from xdsi_sim.rules.code_sets import CodeSets
from xdsi_sim.topology.codes.loader import code_sets
from xdsi_sim.topology.codes.settings import CodeSettings
from xdsi_sim.vocab import CodingScheme


def sets(**settings: Any) -> CodeSets:
    found = code_sets(CodeSettings.model_validate(settings))
    assert found is not None
    return found


def codings(found: CodeSets, attribute: str) -> list[tuple[str, str]]:
    return list(found.by_attribute.get(attribute, ()))


def test_all_forms_make_one_set_with_coding_schemes_as_oids(tmp_path: Path) -> None:
    found = sets(
        files=[written(tmp_path, "a.yaml", TABLE), written(tmp_path, "b.xml", IHE)],
        valueSets={
            "formatCode": written(tmp_path, "c.json", VALUE_SET),
            "practiceSettingCode": [written(tmp_path, "d.json", CODE_SYSTEM)],
        },
    )
    assert codings(found, "classCode") == [
        ("IMAGES", CodingScheme.IHE_RAD_CLASS),
        ("REPORTS", CodingScheme.IHE_RAD_CLASS),
    ]
    assert codings(found, "typeCode") == [("24725-4", CodingScheme.LOINC), ("18748-4", CodingScheme.LOINC)]
    assert codings(found, "codeList") == [("F", "2.999.1.8")]
    assert {scheme for _, scheme in codings(found, "formatCode")} == {
        CodingScheme.IHE_FORMAT,
        CodingScheme.DICOM_UID,
    }
    assert codings(found, "practiceSettingCode")[0] == ("IMAGES", "2.999.1.9")
    assert codings(found, "mimeType") == [("application/dicom", ""), ("application/pdf", "")]
    assert "eventCodeList" not in found.by_attribute


def test_a_value_set_and_the_code_system_that_it_includes_make_one_set(tmp_path: Path) -> None:
    whole = {**VALUE_SET, "compose": {"include": [{"system": CODE_SYSTEM["url"]}]}}
    files = [written(tmp_path, "a.json", whole), written(tmp_path, "b.json", CODE_SYSTEM)]
    found = codings(sets(valueSets={"classCode": files}), "classCode")
    assert found == [("IMAGES", "2.999.1.9"), ("CT", "2.999.1.9"), ("REPORTS", "2.999.1.9")]


def test_a_topology_may_give_a_system_its_oid(tmp_path: Path) -> None:
    table = written(tmp_path, "a.yaml", "typeCode: {http://example.org/codes: [x]}")
    assert codings(sets(files=[table]), "typeCode") == [("x", "http://example.org/codes")]
    given = sets(files=[table], systems={"http://example.org/codes": "2.999.7"})
    assert codings(given, "typeCode") == [("x", "2.999.7")]


@pytest.mark.parametrize(("check", "severity"), [("strict", Severity.ERROR), ("warn", Severity.WARNING)])
def test_strays_weigh_what_the_setting_says(tmp_path: Path, check: str, severity: Severity) -> None:
    assert sets(check=check, files=[written(tmp_path, "a.yaml", TABLE)]).severity is severity


def test_there_are_no_sets_where_nobody_wants_them(tmp_path: Path) -> None:
    assert code_sets(None) is None
    assert code_sets(CodeSettings(check="off", files=(tmp_path / "not read.yaml",))) is None


def test_the_table_that_ships_has_what_we_publish() -> None:
    found = sets(files="imaging")
    events = codings(found, "eventCodeList")
    assert {(code, CodingScheme.DCM) for code in ACQUISITION_MODALITIES} <= set(events)
    assert {(code, CodingScheme.SNOMED_CT) for code in REGIONS} <= set(events)
    formats = {(each.formatCode.code, each.formatCode.codingScheme) for each in REPORT_FORMATS.values()}
    assert formats <= set(codings(found, "formatCode"))
    assert {(each.mimeType, "") for each in REPORT_FORMATS.values()} <= set(codings(found, "mimeType"))
