from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from xdsi_sim.scenario.matchers import OPERATORS, check_expected, described, holds, shown


@pytest.mark.parametrize(
    ("expected", "observed", "ok"),
    [
        ("a", "a", True),
        (3, "3", True),
        (["a", "b"], ("a", "b"), True),
        (["a", "b"], ("b", "a"), False),
        ({"equals": "a"}, "b", False),
        ({"not": "a"}, "b", True),
        ({"contains": "b"}, "abc", True),
        ({"contains": ["a", "b"]}, ("b", "a", "c"), True),
        ({"contains": "x"}, ("xa",), False),
        ({"same-items": ["b", "a"]}, ("a", "b"), True),
        ({"same-items": ["a"]}, ("a", "a"), False),
        ({"matches": r"\d+"}, "12", True),
        ({"matches": r"\d"}, "12", False),
        ({"one-of": ["a", "b"]}, "b", True),
        ({"at-least": 2, "at-most": 3}, 4, False),
        ({"at-least": 2}, "x", False),
        ({"count": 2}, ("a", "b"), True),
        ({"count": {"at-least": 3}}, ("a", "b"), False),
        ({"each": {"matches": "a.*"}}, ("a1", "a2"), True),
        ({"each": "a"}, (), False),
        ({"absent": True}, None, True),
        ({"absent": True}, "x", False),
    ],
)
def test_an_expectation_holds_or_not(expected: Any, observed: Any, ok: bool) -> None:
    check_expected(expected)
    assert holds(expected, observed) is ok


def test_every_operator_is_tried_above() -> None:
    marks = test_an_expectation_holds_or_not.pytestmark[0].args[1]  # type: ignore[attr-defined]
    used = {name for expected, *_ in marks if isinstance(expected, dict) for name in expected}
    assert used == OPERATORS.keys()


@pytest.mark.parametrize("expected", [{"eqals": 1}, {"not": {"nope": 1}}, {"matches": "("}])
def test_an_operator_that_is_none_is_refused(expected: Any) -> None:
    with pytest.raises(Exception, match=r"operator|regular expression"):
        check_expected(expected)


def test_the_place_of_a_wrong_operator_is_known_however_deep_it_is() -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check_expected({"each": {"not": {"nope": 1}}})
    assert caught.value.context is not None
    assert caught.value.context["at"] == ("each", "not", "nope")


def test_people_are_told_in_words() -> None:
    assert described({"at-least": 2, "not": "x"}) == "at least 2 and not x"
    assert shown(None) == "nothing"
    assert len(shown("x" * 1000)) == 200
