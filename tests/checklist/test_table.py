from __future__ import annotations

import pytest
from a_survey import ALL_ASKED, complete
from checklist_examples import BROKEN

from xdsi_sim.checklist.checking import CHECKS, judge
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import ROWS
from xdsi_sim.checklist.table import automatic, cited, judge_all

each_check = pytest.mark.parametrize("row", sorted(CHECKS))


@each_check
def test_a_deployment_that_does_all_passes_each_row(row: str) -> None:
    judgement = judge(ROWS[row], complete())
    assert judgement.result is Result.PASS, judgement.observed


@each_check
def test_a_deployment_that_differs_in_one_fact_fails_the_row(row: str) -> None:
    judgement = judge(ROWS[row], BROKEN[row](complete()))
    assert judgement.result is Result.FAIL, judgement.observed
    assert judgement.observed
    assert judgement.expected


def test_most_rows_are_judged_by_a_program_and_the_others_are_asked() -> None:
    asked = [row.id for row in ROWS.values() if not automatic(row)]
    assert asked == list(ALL_ASKED)
    assert len(CHECKS) >= 55
    assert {row: result.result for row, result in judge_all(complete()).items() if row in asked} == (
        dict.fromkeys(asked, Result.NOT_TESTED)
    )


def test_some_sets_can_be_judged_alone() -> None:
    assert {id_[0] for id_ in judge_all(complete(), ("K", "Q"))} == {"K", "Q"}


def test_a_row_is_cited_where_a_section_decides() -> None:
    assert cited(ROWS["K-01"]) == "PS3.3: A.35.4"
    assert cited(ROWS["S-15"]) is None
