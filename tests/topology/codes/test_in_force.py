from __future__ import annotations

from pathlib import Path

import pytest
from a_coded_domain import IHE, TABLE, written

from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.topology.codes.in_force import CodeDomain
from xdsi_sim.topology.codes.settings import CodeSettings


def domain(folder: Path, check: str = "strict") -> CodeDomain:
    table = written(folder, "codes.yaml", TABLE)
    return CodeDomain(CodeSettings.model_validate({"files": [str(table)], "check": check}))


def classes(domain: CodeDomain) -> list[str]:
    sets = domain.now()
    return [] if sets is None else [code.code for code in sets.codes("classCode")]


def test_a_table_takes_the_place_of_all_files_until_it_goes_back(tmp_path: Path) -> None:
    held = domain(tmp_path)
    before = held.now()
    assert classes(held) == ["IMAGES", "REPORTS"]
    other = written(tmp_path, "codes.xml", IHE)
    held.change("strict", other)
    other.unlink()
    assert classes(held) == ["IMAGES"]
    assert (held.state.check, held.state.changed) == ("strict", True)
    held.back()
    assert held.now() is before
    assert not held.state.changed


def test_the_same_codes_weigh_otherwise(tmp_path: Path) -> None:
    held = domain(tmp_path)
    held.change("warn")
    sets = held.now()
    assert sets is not None
    assert (sets.severity, classes(held)) == (Severity.WARNING, ["IMAGES", "REPORTS"])
    held.change("off")
    assert held.now() is None
    held.change("strict")
    sets = held.now()
    assert sets is not None
    assert (sets.severity, classes(held)) == (Severity.ERROR, ["IMAGES", "REPORTS"])


def test_files_that_were_not_looked_at_are_read_when_they_count(tmp_path: Path) -> None:
    held = domain(tmp_path, "off")
    assert held.now() is None
    held.change("strict")
    assert classes(held) == ["IMAGES", "REPORTS"]


def test_a_domain_of_any_codes_needs_a_table_first(tmp_path: Path) -> None:
    held = CodeDomain(None)
    assert held.now() is None
    with pytest.raises(UsageError, match="no codes yet"):
        held.change("warn")
    held.change("warn", written(tmp_path, "codes.yaml", TABLE))
    assert classes(held) == ["IMAGES", "REPORTS"]
    held.back()
    assert held.now() is None


@pytest.mark.parametrize("text", ["classCode: 7", "title: Nothing"])
def test_a_table_that_cannot_hold_changes_nothing(tmp_path: Path, text: str) -> None:
    held = domain(tmp_path)
    before = held.state
    with pytest.raises(UsageError):
        held.change("warn", written(tmp_path, "other.yaml", text))
    assert held.state is before


def test_a_table_keeps_the_coding_schemes_of_the_topology(tmp_path: Path) -> None:
    table = written(tmp_path, "codes.yaml", "typeCode: {http://example.org/codes: [x]}")
    settings = {"files": [str(table)], "systems": {"http://example.org/codes": "2.999.5"}}
    held = CodeDomain(CodeSettings.model_validate(settings))
    held.change("strict", table)
    sets = held.now()
    assert sets is not None
    assert list(sets.by_attribute["typeCode"]) == [("x", "2.999.5")]
