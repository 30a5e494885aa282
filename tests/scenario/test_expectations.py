from __future__ import annotations

from typing import Any

import pytest

from xdsi_sim.messages.response import RegistryError
from xdsi_sim.scenario.expectations import judge
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
