"""JSON Schemas of what people write and programs read, systems under test and their reports included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from xdsi_sim.scenario import schema
from xdsi_sim.sut.model import SystemUnderTest
from xdsi_sim.sut.reports.as_json import TestReport

__all__ = ["SCHEMAS", "schema_of"]

SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    **schema.SCHEMAS,
    "sut": schema.written_by_people(SystemUnderTest),
    "tests": schema.read_by_programs(TestReport),
}
"""What there is a schema of, and what makes it."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one of them; raises KeyError."""
    return schema.schema_of(name, SCHEMAS)
