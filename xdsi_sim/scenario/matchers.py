"""What a scenario may expect of a value: a text or list that it equals, or operators that must all hold.

An operator is one function and one line in `OPERATORS`; it compares texts as `as_text` writes them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, WithJsonSchema

from xdsi_sim.scenario.variables import as_text, is_list
from xdsi_sim.topology.checked import did_you_mean, wrong
from xdsi_sim.topology.yaml import Place

__all__ = ["OPERATORS", "Expected", "check_expected", "described", "holds", "shown"]

_LONGEST: Final = 200


def holds(expected: Any, observed: Any) -> bool:
    """Whether `observed` is as expected."""
    if isinstance(expected, Mapping):
        return all(OPERATORS[name](operand, observed) for name, operand in expected.items())
    return _equals(expected, observed)


def _texts(value: Any) -> list[str]:
    return [as_text(item) for item in value] if is_list(value) else [as_text(value)]


def _equals(expected: Any, observed: Any) -> bool:
    if is_list(expected) or is_list(observed):
        return is_list(observed) and _texts(expected) == _texts(observed)
    return as_text(expected) == as_text(observed)


def _same_items(expected: Any, observed: Any) -> bool:
    return is_list(observed) and Counter(_texts(expected)) == Counter(_texts(observed))


def _contains(expected: Any, observed: Any) -> bool:
    wanted = _texts(expected)
    found = _texts(observed)
    return all(text in found if is_list(observed) else text in found[0] for text in wanted)


def _matches(expected: Any, observed: Any) -> bool:
    return re.fullmatch(as_text(expected), as_text(observed)) is not None


def _one_of(expected: Any, observed: Any) -> bool:
    return as_text(observed) in _texts(expected)


def _each(expected: Any, observed: Any) -> bool:
    return is_list(observed) and bool(observed) and all(holds(expected, item) for item in observed)


def _count(expected: Any, observed: Any) -> bool:
    return is_list(observed) and holds(expected, len(observed))


def _number(value: Any) -> float | None:
    try:
        return float(as_text(value))
    except ValueError:
        return None


def _at_least(expected: Any, observed: Any) -> bool:
    least, found = _number(expected), _number(observed)
    return least is not None and found is not None and found >= least


def _at_most(expected: Any, observed: Any) -> bool:
    most, found = _number(expected), _number(observed)
    return most is not None and found is not None and found <= most


OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "equals": _equals,
    "not": lambda expected, observed: not holds(expected, observed),
    "contains": _contains,
    "same-items": _same_items,
    "matches": _matches,
    "one-of": _one_of,
    "at-least": _at_least,
    "at-most": _at_most,
    "count": _count,
    "each": _each,
    "absent": lambda expected, observed: (observed is None) == (as_text(expected).lower() == "true"),
}
"""Operators by name: whether an observed value is as the operand says."""


def check_expected(expected: Any) -> Any:
    """`expected` unchanged; raises `wrong` where it names an operator that is none, or a broken pattern."""
    _check(expected, ())
    return expected


def _check(expected: Any, at: Place) -> None:
    if not isinstance(expected, Mapping):
        return
    for name, operand in expected.items():
        if name not in OPERATORS:
            hint = did_you_mean(name, OPERATORS)
            raise wrong(f"unknown operator '{name}'", hint=hint, at=(*at, name), at_key=True)
        if name in ("not", "each", "count"):
            _check(operand, (*at, name))
        if name == "matches":
            _check_pattern(operand, (*at, name))


def _check_pattern(pattern: Any, at: Place) -> None:
    try:
        re.compile(as_text(pattern))
    except re.error as error:
        raise wrong(f"'{pattern}' is not a regular expression: {error}", at=at) from None


Expected = Annotated[
    Any,
    AfterValidator(check_expected),
    WithJsonSchema(
        {
            "description": "A value or a list that must be equal, or operators that must all hold.",
            "if": {"type": "object"},
            "then": {
                "properties": {name: {} for name in OPERATORS},
                "additionalProperties": False,
                "minProperties": 1,
            },
        }
    ),
]
"""What a scenario writes where it expects something."""


def described(expected: Any) -> str:
    """What is expected, for people: `at least 2`, `contains CT`."""
    if isinstance(expected, Mapping):
        return " and ".join(f"{name.replace('-', ' ')} {described(it)}" for name, it in expected.items())
    return shown(expected)


def _named(value: Any) -> str:
    """What metadata objects are called; anything else as it is written."""
    names = (getattr(value, name, None) for name in ("title", "uniqueId", "entryUUID", "id"))
    name = next((as_text(name) for name in names if name), None) if is_dataclass(value) else None
    return f"{type(value).__name__} '{name}'" if name else as_text(value)


def shown(value: Any) -> str:
    """A value for people, cut where it is long."""
    items = value if is_list(value) else (value,)
    text = "nothing" if value is None else ", ".join(map(_named, items)) if value != () else "none"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
