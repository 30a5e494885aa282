from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.scenario.expectations import judge
from xdsi_sim.scenario.extract import Seen
from xdsi_sim.scenario.language import Expect
from xdsi_sim.scenario.stage import Answered, Outcome
from xdsi_sim.scenario.steps import KINDS

FAILED = Answered(
    receiver="registry",
    transaction="ITI-18",
    status="Failure",
    errors=(RegistryError(errorCode="XDSRegistryError", codeContext="why"),),
)
PASSED = Answered(receiver="registry", transaction="ITI-18", status="Success")


@pytest.mark.parametrize(
    ("expect", "answers", "verdicts"),
    [
        ({}, (PASSED, FAILED), [True, False]),
        ({"status": "Failure"}, (FAILED,), [True]),
        ({"errors": ["XDSRegistryError"]}, (FAILED,), [True]),
        ({"errors": []}, (FAILED,), [False]),
        ({"count": 2}, (PASSED,), [True, True]),
        ({"count": {"at-most": 1}}, (PASSED,), [True, False]),
        ({"values": {"entries[0]": "a", "entries[9]": "x"}}, (PASSED,), [True, True, False]),
    ],
)
def test_each_expectation_is_a_check(
    expect: Any, answers: tuple[Answered, ...], verdicts: list[bool]
) -> None:
    outcome = Outcome(text="", value={"entries": ("a", "b")}, count=2, answers=answers)
    checks = judge(Expect.model_validate(expect), outcome, KINDS["query"], cites="ITI TF-2: 3.18")
    assert [check.ok for check in checks] == verdicts
    assert {check.cites for check in checks} <= {"ITI TF-2: 3.18"}


@pytest.mark.parametrize(
    ("path", "observed"),
    [
        ("nope[0].x", "nothing, as there is no 'nope'"),
        ("entries[9]", "nothing, as entries has 2 items, there is no [9]"),
    ],
)
def test_a_path_that_leads_nowhere_is_told_as_a_sentence(path: str, observed: str) -> None:
    outcome = Outcome(text="", value={"entries": ("a", "b")})
    (check,) = judge(Expect.model_validate({"values": {path: 1}}), outcome, KINDS["query"])
    assert check.observed == observed


def test_an_answer_that_was_not_expected_is_shown_with_its_errors() -> None:
    (check,) = judge(Expect(), Outcome(text="", answers=(FAILED,)), KINDS["query"])
    assert check.observed == "Failure: XDSRegistryError (why)"


def a_finding(rule: str) -> Finding:
    return Finding(rule=rule, severity=Severity.WARNING, text="why")


@pytest.mark.parametrize(
    ("expected", "rules", "holds"),
    [
        ("none", [], True),
        ("none", ["A05"], False),
        (["A05", "K04"], ["K04", "A05", "A05"], True),
        (["A05"], ["A05", "K04"], False),
        (["A05", "K04"], ["A05"], False),
        ({"at-most": 1}, ["A05"], True),
        ({"at-most": 1}, ["A05", "A05"], False),
    ],
)
def test_the_rules_that_may_be_broken_are_said(expected: object, rules: list[str], holds: bool) -> None:
    seen = Seen(findings=tuple(map(a_finding, rules)))
    (check,) = judge(Expect.model_validate({"findings": expected}), Outcome(text=""), KINDS["query"], seen)
    assert check.ok is holds
    assert check.observed == ("; ".join(f"{rule} (why)" for rule in rules) or "none")


@pytest.mark.parametrize("wrong", ["some", {"at-most": -1}, {"most": 1}])
def test_a_wrong_word_for_findings_is_told(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Expect.model_validate({"findings": wrong})


def test_a_piece_of_a_message_that_is_not_there_is_told() -> None:
    expect = Expect.model_validate({"answer": {"xpath": {"//a": 1}}})
    (check,) = judge(expect, Outcome(text=""), KINDS["query"])
    assert (check.ok, check.text, check.observed) == (
        False,
        "//a is 1, in the answer",
        "nothing, as there is no answer",
    )
