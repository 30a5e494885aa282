"""`limits:` of a topology file: numbers, or sizes and times as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from xdsi_sim.limits import Limits, Unit, unit_of
from xdsi_sim.topology.checked import did_you_mean, wrong

__all__ = ["CheckedLimits", "read_limits"]

_MEASURE: Final = re.compile(r"(\d+)\s*([A-Za-z/]*)")
_SIZES: Final = {"": 1, "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_BINARY: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_WORDS: Final[Mapping[Unit, Mapping[str, int]]] = {
    Unit.OCTETS: {**_SIZES, **_BINARY},
    Unit.SECONDS: {"": 1, "s": 1, "min": 60, "h": 3_600},
    Unit.OCTETS_PER_SECOND: {"": 1, **{f"{word}/s": factor for word, factor in _SIZES.items() if word}},
    Unit.COUNT: {"": 1},
}
"""What may stand behind a number, and what it stands for."""
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
    found = _MEASURE.fullmatch(str(value).strip())
    factor = _WORDS[unit].get(found[2]) if found else None
    if found is None or factor is None or isinstance(value, bool) or int(found[1]) == 0:
        raise wrong(f"'{value}' is not {_EXAMPLES[unit]}, and more than nothing", at=(name,))
    return int(found[1]) * factor


def _schema() -> dict[str, Any]:
    properties = {
        name: {"type": ["integer", "string"], "description": _EXAMPLES[unit_of(name)]} for name in _NAMES
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


CheckedLimits = Annotated[Limits, BeforeValidator(read_limits), WithJsonSchema(_schema())]
"""The type of a model's field."""
