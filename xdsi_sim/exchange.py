"""One request and its answer as they were on the wire: what logs, reports and diagrams are made of."""

from __future__ import annotations

from dataclasses import dataclass

from xdsi_sim.content import Content
from xdsi_sim.errors import Finding

__all__ = ["Exchange", "HttpMessage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage:
    """An HTTP message; the body is what travelled, before any decoding."""

    start_line: str
    """`POST /national/registry HTTP/1.1` or `HTTP/1.1 200 OK`."""
    headers: tuple[tuple[str, str], ...]
    body: Content

    @property
    def head(self) -> bytes:
        """What stands before the body: put together from the fields, in their order."""
        lines = (self.start_line, *(f"{name}: {value}" for name, value in self.headers), "", "")
        return "\r\n".join(lines).encode("latin-1", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One hop: who asked whom for what, when, with which outcome."""

    id: str
    """Random, hexadecimal."""
    conversation: str
    """The same for all hops that one user action caused."""
    sender: str
    """Id of the actor, or `host:port` of an unknown client."""
    receiver: str
    transaction: str
    """`ITI-18`, `RAD-69`, `WADO-RS`, …"""
    started: float
    """Seconds since the epoch."""
    duration: float
    """Seconds."""
    request: HttpMessage
    response: HttpMessage | None
    """None where no answer came."""
    status: str
    """`Success`, `PartialSuccess`, `Failure`, `Fault Sender`, `HTTP 404`, `no answer: …`."""
    findings: tuple[Finding, ...] = ()
    deviations: tuple[str, ...] = ()
    """What the receiver was told to do wrong in its answer, and did: `delay seconds=2`."""
    session: str | None = None
    """Name of the session in which it was; None for the actors that all share."""
    patients: tuple[str, ...] = ()
    """Whom its messages name, each as a Cx; the log finds it out when it records the exchange."""
