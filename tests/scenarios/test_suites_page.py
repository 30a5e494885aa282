"""What `docs/suites.md` says of the suites is so: which tests there are, and which fail by which fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from suites_page import FAULTS, fault_row, table_of_tests

from xdsi_sim.sut.suites import shipped

TEXT = (Path(__file__).parents[2] / "docs" / "suites.md").read_text(encoding="utf-8")


def section(role: str) -> str:
    """What the page has of a role."""
    return TEXT.partition(f"\n## {role}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("role", shipped())
def test_page_has_all_tests_of_a_suite(role: str) -> None:
    assert "\n".join(table_of_tests(role)) in section(role), "python tests/suites_page.py prints it"


@pytest.mark.parametrize(
    ("role", "deviation", "transaction"),
    [(role, *fault) for role, faults in FAULTS.items() for fault in faults],
)
def test_a_suite_fails_by_a_fault_in_exactly_the_tests_of_the_page(
    role: str, deviation: str, transaction: str, tmp_path: Path
) -> None:
    row = fault_row(role, deviation, transaction, tmp_path)
    beginning = f"| `{deviation}` | {transaction} |"
    assert [line for line in section(role).splitlines() if line.startswith(beginning)] == [row]


def test_the_suites_are_held_against_many_faults_and_see_each() -> None:
    assert sum(map(len, FAULTS.values())) >= 30
    assert len({deviation for faults in FAULTS.values() for deviation, _ in faults}) >= 30
    assert "| none |" not in TEXT
