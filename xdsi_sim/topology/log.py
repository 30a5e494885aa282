"""`log:` of a topology: how much is kept of what was on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.size import parse_size

__all__ = ["Log"]


def _size(value: Any) -> Any:
    try:
        return parse_size(value) if isinstance(value, str) else value
    except ValueError as error:
        raise wrong(str(error)) from None


class Log(Checked):
    """How much the exchange log keeps; the oldest goes first."""

    exchanges: Annotated[int, Field(ge=1)] = 100_000
    size: Annotated[
        int,
        BeforeValidator(_size),
        Field(ge=1_000_000),
        WithJsonSchema({"type": "string", "examples": ["2 GiB"]}),
    ] = 2 * 2**30
    """Octets of all bodies."""
