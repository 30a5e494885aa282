from __future__ import annotations

from collections.abc import Callable

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports.page import page_of


def test_headline_counts_what_did_not_pass(a_run: RunRecord) -> None:
    assert page_of(a_run).headline == (
        "3 of 5 steps passed, 1 failed, 1 not run; 10 messages between 4 actors in 2.50 s."
    )


@pytest.mark.parametrize(
    ("verdict", "start"),
    [
        (Verdict.PASS, "All 1 step passed;"),
        (Verdict.ERROR, "0 of 1 step passed, 1 could not be completed;"),
    ],
)
def test_headline_of_a_single_step(
    verdict: Verdict, start: str, a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    assert page_of(a_record(a_step(verdict=verdict))).headline.startswith(start)


def test_problems_are_the_steps_that_failed(a_run: RunRecord) -> None:
    assert [row.number for row in page_of(a_run).problems] == [4]


def test_step_has_its_messages_nested_ones_too(a_run: RunRecord) -> None:
    assert [[panel.number for panel in row.messages] for row in page_of(a_run).steps] == [
        [1, 2],
        [3],
        [4, 5, 6, 7, 8, 9],
        [10],
        [],
    ]


def test_equal_findings_are_one_row_with_all_places_and_the_gravest_comes_first(a_run: RunRecord) -> None:
    rows = [(row.finding.rule, [label for _, label in row.places]) for row in page_of(a_run).findings]
    assert rows == [("Z01", ["step 2"]), ("W01", ["step 2", "message 3"])]


def test_terms_explain_the_transactions_that_occur(a_run: RunRecord) -> None:
    assert dict(page_of(a_run).terms)["RAD-69"] == "Retrieve Imaging Document Set"


def test_blank_lines_part_the_description_into_paragraphs(a_record: Callable[..., RunRecord]) -> None:
    assert page_of(a_record(description="one\nline\n\n\n\ntwo\n")).paragraphs == ("one\nline", "two")


def test_many_messages_share_the_room_of_one_page(
    an_exchange: Callable[..., Exchange], a_record: Callable[..., RunRecord]
) -> None:
    body = BytesContent(b"x" * 50_000)
    big = HttpMessage(start_line="POST / HTTP/1.1", headers=(("Content-Type", "text/plain"),), body=body)
    page = page_of(a_record(exchanges=tuple(an_exchange(request=big) for _ in range(400))))
    assert sum(len(panel.request.body.text or "") for panel in page.messages) <= 8_000_000


def test_steps_that_others_hold_are_inside_them_and_alone_to_blame(
    an_exchange: Callable[..., Exchange],
    a_step: Callable[..., StepRecord],
    a_record: Callable[..., RunRecord],
) -> None:
    hop = an_exchange()
    bad = a_step("ask", hop, verdict=Verdict.FAIL)
    outer = a_step("all", verdict=Verdict.FAIL, children=(a_step("look"), bad))
    page = page_of(a_record(a_step("first"), outer, exchanges=(hop,)))
    first, row = page.steps
    assert (first.label, row.label, [child.label for child in row.children]) == ("1", "2", ["2.1", "2.2"])
    assert [child.number for child in row.children] == [3, 4]
    assert [problem.label for problem in page.problems] == ["2.2"]
    assert (page.messages[0].step, page.messages[0].step_label) == (4, "2.2")
    assert row.children[1].messages == page.messages
