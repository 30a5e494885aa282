"""The SOAP 1.2 envelope, in and out (SOAP 1.2 Part 1: 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from xdsi_sim.content import Segment
from xdsi_sim.ebrim.xml import BOMS16, CHARSETS, Element, child_of, local_name, parse
from xdsi_sim.errors import ProtocolViolation, VersionMismatch
from xdsi_sim.limits import Limits
from xdsi_sim.soap.addressing import Addressing, read_addressing
from xdsi_sim.vocab import NS

__all__ = ["Envelope", "read_envelope", "write_envelope"]

Piece = TypeVar("Piece", bytes, Segment)

_ENVELOPE, _HEADER, _BODY = (f"{{{NS.SOAP}}}{name}" for name in ("Envelope", "Header", "Body"))
_OPEN: Final = f'<soap:Envelope xmlns:soap="{NS.SOAP}" xmlns:wsa="{NS.WSA}">'
_CLOSE: Final = b"</soap:Body></soap:Envelope>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message's addressing, its headers as they came, and the one child of its body."""

    addressing: Addressing
    body: Element
    header: Element | None = None


def read_envelope(data: bytes, limits: Limits = Limits(), *, charset: str | None = None) -> Envelope:
    """Read an envelope; `charset` is what the Content-Type says of the octets.

    Raises VersionMismatch where it is not SOAP 1.2, ProtocolViolation where it is not SOAP at all, is in
    another charset than said, or its Body has not exactly one child.
    """
    if not data.strip():
        raise ProtocolViolation("the request has no body; a SOAP 1.2 envelope is expected", rule="A03")
    if charset:
        _refuse_contradiction(data, charset)
    root = parse(data, limits)
    if root.tag != _ENVELOPE:
        if local_name(root) == "Envelope":
            raise _version_mismatch(root.tag.rpartition("}")[0][1:])
        raise ProtocolViolation(f"the document is {root.tag}, not a SOAP 1.2 envelope", rule="A04")
    body = child_of(root, _BODY)
    if body is None or len(body) != 1:
        found = "no Body" if body is None else f"{len(body)} children in Body"
        raise ProtocolViolation(
            f"the envelope has {found}; exactly one child of Body is expected", rule="A05"
        )
    header = child_of(root, _HEADER)
    return Envelope(addressing=read_addressing(header), body=body[0], header=header)


def _refuse_contradiction(data: bytes, charset: str) -> None:
    said, found = charset.lower(), "UTF-16" if data[:2] in BOMS16 else "UTF-8"
    if said not in CHARSETS[found] or (said == "us-ascii" and not data.isascii()):
        raise ProtocolViolation(f"charset={charset} is said, the octets are {found}", rule="A22")


def _version_mismatch(namespace: str) -> VersionMismatch:
    found = "SOAP 1.1" if namespace == NS.SOAP11 else f"in namespace {namespace!r}"
    return VersionMismatch(f"the envelope is {found}; SOAP 1.2 is expected", rule="A04", detail=namespace)


def write_envelope(header: str, body: Iterable[Piece]) -> list[Piece]:
    """An envelope in pieces; `header` may be empty, `body` is complete in its namespaces."""
    blocks = f"<soap:Header>{header}</soap:Header>" if header else ""
    pieces: list[Piece] = [f"{_OPEN}{blocks}<soap:Body>".encode()]
    pieces += body
    pieces.append(_CLOSE)
    return pieces
