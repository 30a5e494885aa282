"""How much one peer may ask of us: the limits of a topology, each with its unit and its default.

One table for everybody: the topology file sets it, the site, the readers and the parser keep to it, and
a refusal names limit, value and setting by `Limits.named`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

__all__ = ["Limits", "Unit", "unit_of"]


class Unit(StrEnum):
    """What a limit counts."""

    OCTETS = "octets"
    SECONDS = "seconds"
    OCTETS_PER_SECOND = "octets a second"
    COUNT = "count"


def _limit(default: int, unit: Unit) -> Any:
    return field(default=default, metadata={"unit": unit})


_QUOTED: Final = 3
"""Octets on the wire of one octet, at most: quoted-printable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused when there is more of it; `limits:` of a topology file has these keys."""

    header_line: int = _limit(16_000, Unit.OCTETS)
    """The request line, and each line of the headers."""
    headers: int = _limit(64_000, Unit.OCTETS)
    """All headers of a request."""
    header_count: int = _limit(100, Unit.COUNT)
    """How many headers a request has."""
    header_time: int = _limit(10, Unit.SECONDS)
    """From the first octet of a request to the end of its headers."""
    idle: int = _limit(60, Unit.SECONDS)
    """How long a connection is kept with no request on it."""
    body_rate: int = _limit(1_000, Unit.OCTETS_PER_SECOND)
    """The least that a body has to move, in or out, once `body_grace` is over."""
    body_grace: int = _limit(10, Unit.SECONDS)
    """How long a body may be slower than `body_rate`."""
    inflated_ratio: int = _limit(100, Unit.COUNT)
    """Octets that one octet of a gzip body may become, where it becomes more than `inflated_free`."""
    inflated_free: int = _limit(1_000_000, Unit.OCTETS)
    """Size of an inflated body up to which its ratio does not matter."""
    soap_root: int = _limit(32_000_000, Unit.OCTETS)
    """The envelope, documents not counted."""
    document: int = _limit(4_000_000_000, Unit.OCTETS)
    """One document, or any other part beside the envelope."""
    elements: int = _limit(200_000, Unit.COUNT)
    """Elements of an envelope; as many take about 75 MB of memory."""
    attributes: int = _limit(256, Unit.COUNT)
    """Attributes of one element, declarations of namespaces not counted."""
    namespaces: int = _limit(64, Unit.COUNT)
    """Namespaces declared on one element."""
    parts: int = _limit(10_000, Unit.COUNT)
    """Parts of a multipart body."""
    part_headers: int = _limit(16_000, Unit.OCTETS)
    """The headers of one part."""
    part_line: int = _limit(16_000, Unit.OCTETS)
    """A line of a quoted-printable part, or the white space after a delimiter."""
    connections: int = _limit(1_024, Unit.COUNT)
    """Connections to one port at a time."""
    connections_per_address: int = _limit(256, Unit.COUNT)
    """Those of them that come from one address."""

    sessions: int = _limit(250, Unit.COUNT)
    """Sessions that there are, awake or not."""
    session_idle: int = _limit(60, Unit.SECONDS)
    """How long a session with no request stays awake, and keeps its files open."""

    @property
    def body(self) -> int:
        """Octets that no body within the limits exceeds: as many parts as may be, of the largest size."""
        return self.soap_root + self.parts * (self.part_headers + _QUOTED * self.document)

    def named(self, name: str) -> str:
        """A limit as refusals write it: `limits.soap_root=32000000`."""
        return f"limits.{name}={getattr(self, name)}"


def unit_of(name: str) -> Unit:
    """The unit of a limit; raises KeyError where there is none of that name."""
    return {limit.name: Unit(limit.metadata["unit"]) for limit in fields(Limits)}[name]
