from __future__ import annotations

import pytest
from a_survey import ARCADIA, UTOPIA, report, surveyed

from xdsi_sim.checklist.answers import Answers
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import ROWS


def test_every_row_has_a_line_and_counts_once() -> None:
    made = report()
    assert [each.row.id for each in made.lines] == list(ROWS)
    assert sum(made.totals["all"].values()) == len(ROWS)
    assert sum(made.totals["K"].values()) == 21
    assert list(made.totals) == ["S", "M", "K", "T", "Q", "D", "all"]
    assert made.failed
    assert {each.result for each in made.gaps} == {Result.FAIL, Result.WARN}


def test_some_sets_alone_may_pass() -> None:
    made = report(sets=("M", "Q"))
    assert {each.row.set for each in made.lines} == {"M", "Q"}
    assert not made.failed


def test_evidence_leads_to_the_message_and_its_body() -> None:
    (place, *_) = next(each.evidence for each in report().lines if each.row.id == "K-08")
    record = surveyed("central").record
    assert place.number is not None
    assert place.text.startswith(f"message {place.number} (ITI-43), (0008,0080), 2.25.")
    assert record.exchanges[place.number - 1].id == place.message
    assert place.page == f"trace/report.html#m{place.number}"
    assert place.file == f"trace/messages/{place.number:04}-response.bin"


def test_the_one_jurisdiction_answers_what_nobody_could_measure() -> None:
    made = report(UTOPIA)
    rows = {each.row.id: each for each in made.lines}
    assert (rows["S-15"].result, rows["S-15"].is_answered) == (Result.PASS, True)
    assert (rows["S-01"].result, rows["S-01"].is_answered) == (Result.PASS, False)
    assert rows["T-02"].result is Result.PASS


def test_what_is_measured_stands_against_what_is_answered() -> None:
    row = next(each for each in report(ARCADIA).lines if each.row.id == "K-09")
    assert (row.result, row.note) == (Result.FAIL, "yes")


def test_several_jurisdictions_have_a_matrix_and_leave_the_result_as_measured() -> None:
    made = report(UTOPIA, ARCADIA)
    cells = {row.row.id: (measured, answered) for row, measured, answered in made.matrix()}
    assert cells["S-15"] == (Result.NOT_TESTED, (Result.PASS, Result.WARN))
    assert cells["K-09"] == (Result.FAIL, (Result.NOT_TESTED, Result.PASS))
    assert made.open_by_jurisdiction == {"Utopia": 78, "Arcadia": 80}
    assert next(each for each in made.lines if each.row.id == "S-15").result is Result.NOT_TESTED


@pytest.mark.parametrize(("answers", "result"), [((UTOPIA,), Result.PASS), ((ARCADIA,), Result.WARN)])
def test_gaps_in_the_answers_are_a_gap_themselves(answers: tuple[Answers, ...], result: Result) -> None:
    assert next(each for each in report(*answers).lines if each.row.id == "T-03").result is result
