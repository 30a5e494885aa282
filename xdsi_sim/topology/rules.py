"""`rules:` of a community in a topology file: what the rules of submissions weigh there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Profile
from xdsi_sim.topology.checked import did_you_mean, wrong

__all__ = ["CheckedProfile", "read_profile"]

_WEIGHTS: Final = {"error": Severity.ERROR, "warning": Severity.WARNING, "off": None}


def read_profile(value: Any) -> Profile:
    """From what a file says, by id: error, warning or off.

    Raises PydanticCustomError that points at an id that is none, or a rule that has to hold as it is.
    """
    if not isinstance(value, Mapping):
        raise wrong("expected ids of rules, each with error, warning or off")
    return {str(id): _weight(str(id), weight) for id, weight in value.items()}


def _weight(id: str, weight: Any) -> Severity | None:
    from xdsi_sim.rules.transactions import IN_FORCE  # noqa: PLC0415  only who asks for it waits for the rules

    rule = IN_FORCE.get(id)
    if rule is None:
        raise wrong(
            f"no rule of submissions is '{id}'", hint=did_you_mean(id, IN_FORCE), at=(id,), at_key=True
        )
    if not rule.adjustable:
        raise wrong(f"rule {id} holds as it is: {rule.text}", at=(id,), at_key=True)
    if weight not in _WEIGHTS:
        raise wrong(f"'{weight}' is not error, warning or off", at=(id,))
    return _WEIGHTS[weight]


CheckedProfile = Annotated[
    Profile,
    BeforeValidator(read_profile),
    WithJsonSchema({"type": "object", "additionalProperties": {"enum": list(_WEIGHTS)}}),
]
"""The type of a model's field."""
