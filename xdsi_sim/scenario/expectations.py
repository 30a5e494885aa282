"""Holds the outcome of a step against what the scenario expects of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from xdsi_sim.errors import Finding
from xdsi_sim.messages.response import status_name
from xdsi_sim.scenario.extract import Seen, Side, piece_of
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.language import Expect
from xdsi_sim.scenario.matchers import described, holds, shown
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome
from xdsi_sim.scenario.variables import NotThere, follow, parse_path
from xdsi_sim.vocab import SUCCESS

__all__ = ["judge"]

_NOTHING_SEEN: Final = Seen()


def judge(
    expect: Expect, outcome: Outcome, kind: StepKind, seen: Seen = _NOTHING_SEEN, *, cites: str | None = None
) -> tuple[Check, ...]:
    """Every expectation as a check; `cites` goes to each."""
    checks = (
        *_statuses(expect, outcome),
        *_errors(expect, outcome),
        *_count(expect, outcome, kind),
        *_values(expect, outcome),
        *_findings(expect, seen),
        *_pieces(expect, seen),
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
        yield _value(path, expected, partial(follow, outcome.value, parse_path(path)))


def _value(path: str, expected: Any, observe: Any) -> Check:
    try:
        observed = observe()
        ok, seen = holds(expected, observed), shown(observed)
    except NotThere as error:
        ok, seen = holds(expected, None) if _absent(expected) else False, f"nothing, as {error}"
    return Check(text=f"{path} is {described(expected)}", ok=ok, expected=described(expected), observed=seen)


def _absent(expected: Any) -> bool:
    return isinstance(expected, Mapping) and "absent" in expected


def _findings(expect: Expect, seen: Seen) -> Iterator[Check]:
    expected = expect.findings
    if expected is None:
        return
    found = Counter(finding.rule for finding in seen.findings)
    if expected.at_most is not None:
        ok, text = found.total() <= expected.at_most, f"at most {expected.at_most}"
    else:
        ok, text = set(found) == set(expected.rules), shown(expected.rules)
    observed = "; ".join(map(_finding, seen.findings))
    yield Check(text=f"the findings are {text}", ok=ok, expected=text, observed=observed or "none")


def _finding(finding: Finding) -> str:
    return f"{finding.rule} ({finding.text}{f'; {finding.cites}' if finding.cites else ''})"


def _pieces(expect: Expect, seen: Seen) -> Iterator[Check]:
    sides: tuple[Side, ...] = ("request", "answer")
    for side in sides:
        pieces = expect.request if side == "request" else expect.answer
        for language in ("xpath", "jsonpath"):
            for text, expected in getattr(pieces, language).items():
                yield _piece(side, language, text, expected, seen)


def _piece(side: Side, language: str, text: str, expected: Any, seen: Seen) -> Check:
    check = _value(text, expected, lambda: piece_of(seen.side(side), language, text, seen.spool))
    return replace(check, text=f"{check.text}, in the {side}")
