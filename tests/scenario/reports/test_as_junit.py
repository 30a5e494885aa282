from __future__ import annotations

from collections.abc import Callable

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports import as_junit


def read(record: RunRecord) -> TestSuite:
    (suite,) = JUnitXml.fromstring(as_junit.render(record).encode())
    return suite


def cases(record: RunRecord) -> list[TestCase]:
    return list(read(record))


def test_each_step_is_a_test_case_with_its_time(a_run: RunRecord) -> None:
    assert [(case.name, case.classname, case.time) for case in cases(a_run)] == [
        (step.name, "central", 0.25) for step in a_run.steps
    ]


def test_suite_tells_when_it_began(a_run: RunRecord) -> None:
    assert read(a_run).timestamp == "1970-01-01T00:16:40.000Z"


def test_suite_counts_its_cases(a_run: RunRecord) -> None:
    suite = read(a_run)
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("central", 5, 1, 0, 1)


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        (Verdict.PASS, []),
        (Verdict.FAIL, [Failure]),
        (Verdict.ERROR, [Error]),
        (Verdict.NOT_RUN, [Skipped]),
    ],
)
def test_verdict_is_told_in_the_words_of_junit(
    verdict: Verdict,
    result: list[type],
    a_step: Callable[..., StepRecord],
    a_record: Callable[..., RunRecord],
) -> None:
    (case,) = cases(a_record(a_step(verdict=verdict, text="why")))
    assert [type(item) for item in case.result] == result
    assert all(item.message == "why" for item in case.result)


def test_failure_tells_what_was_expected_and_observed(a_run: RunRecord) -> None:
    (failure,) = cases(a_run)[3].result
    assert failure.message == "an answer comes"
    assert failure.text == ("an answer comes\n  expected: Success\n  observed: refused\n  see: RAD TF: 4.69")


def test_output_of_a_case_holds_all_that_the_step_tells(a_run: RunRecord) -> None:
    outputs = [case.system_out for case in cases(a_run)]
    assert outputs[0].strip() == "Manifests: 1"
    assert "error Z01: what Z01 found" in outputs[1]
    assert "[ok] the images are those listed" in outputs[2]


def test_repeated_names_are_told_apart(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    assert [case.name for case in cases(a_record(a_step("a"), a_step("b"), a_step("a")))] == [
        "a",
        "b",
        "a (2)",
    ]


def test_characters_that_xml_forbids_are_shown_in_words(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    step = a_step("<b>\x00\ud800", verdict=Verdict.FAIL, text="\x1b[31m")
    (case,) = cases(a_record(step, scenario="\x07bell"))
    assert (case.name, case.result[0].message) == ("<b>⟨U+0000⟩⟨U+D800⟩", "⟨U+001B⟩[31m")


def test_steps_that_others_hold_are_the_cases_named_after_who_holds_them(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    bad = a_step("ask", verdict=Verdict.FAIL, text="no")
    branch = a_step("bench", verdict=Verdict.FAIL, children=(a_step("look"), bad))
    late = a_step("rounds", verdict=Verdict.FAIL, text="not done within 1 s", children=(a_step("round 1"),))
    left_out = a_step("later", verdict=Verdict.SKIPPED, text="mode is quick")
    found = cases(a_record(a_step("all", verdict=Verdict.FAIL, children=(branch,)), late, left_out))
    assert [(case.name, [type(one) for one in case.result]) for case in found] == [
        ("all / bench / look", []),
        ("all / bench / ask", [Failure]),
        ("rounds", [Failure]),  # for it is to blame itself
        ("rounds / round 1", []),
        ("later", [Skipped]),
    ]
