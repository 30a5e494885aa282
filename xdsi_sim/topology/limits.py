"""`limits:` of a topology file: numbers, or sizes and times as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from xdsi_sim.limits import Limits, Unit, unit_of
from xdsi_sim.topology.checked import did_you_mean, wrong
from xdsi_sim.topology.size import parse_size

__all__ = ["CheckedLimits", "read_limits"]

_TIME: Final = re.compile(r"(\d+)\s*(s|min|h)?")
_SECONDS: Final = {None: 1, "s": 1, "min": 60, "h": 3_600}


def _seconds(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not a time")
    return int(found[1]) * _SECONDS[found[2]]


_READ: Final[Mapping[Unit, Callable[[str], int]]] = {
    Unit.OCTETS: parse_size,
    Unit.SECONDS: _seconds,
    Unit.OCTETS_PER_SECOND: lambda text: parse_size(text.removesuffix("/s")),
    Unit.COUNT: int,
}
"""How a number of each unit is written; ValueError where it is none."""
_EXAMPLES: Final = {
    Unit.OCTETS: "a size, such as 32 MB",
    Unit.SECONDS: "a time, such as 10 s",
    Unit.OCTETS_PER_SECOND: "a rate, such as 1 kB/s",
    Unit.COUNT: "a whole number",
}
_NAMES: Final = tuple(limit.name for limit in fields(Limits))


def read_limits(value: Any) -> Limits:
    """From what a file says; limits that it does not name keep their default.

    Raises PydanticCustomError that points at the key which is unknown or whose value is none.
    """
    if isinstance(value, Limits):
        return value
    if not isinstance(value, Mapping):
        raise wrong("expected keys with values")
    return Limits(**{str(name): _measure(str(name), measure) for name, measure in value.items()})


def _measure(name: str, value: Any) -> int:
    if name not in _NAMES:
        raise wrong(f"unknown key '{name}'", hint=did_you_mean(name, _NAMES), at=(name,), at_key=True)
    unit = unit_of(name)
    try:
        measure = 0 if isinstance(value, bool) else _READ[unit](str(value).strip())
    except ValueError:
        measure = 0
    if measure <= 0:
        raise wrong(f"'{value}' is not {_EXAMPLES[unit]}, and more than nothing", at=(name,))
    return measure


def _schema() -> dict[str, Any]:
    properties = {
        name: {"type": ["integer", "string"], "description": _EXAMPLES[unit_of(name)]} for name in _NAMES
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


CheckedLimits = Annotated[Limits, BeforeValidator(read_limits), WithJsonSchema(_schema())]
"""The type of a model's field."""
