"""Holds the outcome of a step against what the scenario expects of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xdsi_sim.messages.response import status_name
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.language import Expect
from xdsi_sim.scenario.matchers import described, holds, shown
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome
from xdsi_sim.scenario.variables import NotThere, follow, parse_path
from xdsi_sim.vocab import SUCCESS

__all__ = ["judge"]


def judge(expect: Expect, outcome: Outcome, kind: StepKind, *, cites: str | None = None) -> tuple[Check, ...]:
    """Every expectation as a check; `cites` goes to each."""
    checks = (
        *_statuses(expect, outcome),
        *_errors(expect, outcome),
        *_count(expect, outcome, kind),
        *_values(expect, outcome),
    )
    return tuple(replace(check, cites=cites) for check in checks)


def _statuses(expect: Expect, outcome: Outcome) -> Iterator[Check]:
    expected = expect.status
    if expected is None and expect.errors is None:
        expected = status_name(SUCCESS)
    if expected is not None:
        yield from (_status(expected, answer) for answer in outcome.answers)


def _status(expected: object, answer: Answered) -> Check:
    ok = holds(expected, answer.status)
    return Check(
        text=f"{answer.receiver} answers {answer.transaction} with {described(expected)}",
        ok=ok,
        expected=described(expected),
        observed=answer.status if ok else answer.as_observed,
    )


def _errors(expect: Expect, outcome: Outcome) -> Iterator[Check]:
    if expect.errors is None:
        return
    found = tuple(error.errorCode for answer in outcome.answers for error in answer.errors)
    yield Check(
        text=f"the errors are {shown(expect.errors)}",
        ok=holds({"same-items": expect.errors}, found),
        expected=shown(expect.errors),
        observed="; ".join(answer.as_observed for answer in outcome.answers) or "no answer",
    )


def _count(expect: Expect, outcome: Outcome, kind: StepKind) -> Iterator[Check]:
    if expect.count is not None:
        yield Check(
            text=f"number of {kind.counts} is {described(expect.count)}",
            ok=holds(expect.count, outcome.count),
            expected=described(expect.count),
            observed=shown(outcome.count),
        )


def _values(expect: Expect, outcome: Outcome) -> Iterator[Check]:
    for path, expected in expect.values.items():
        try:
            observed = follow(outcome.value, parse_path(path))
            ok, seen = holds(expected, observed), shown(observed)
        except NotThere as error:
            ok, seen = False, f"nothing, as {error}"
        yield Check(
            text=f"{path} is {described(expected)}", ok=ok, expected=described(expected), observed=seen
        )
