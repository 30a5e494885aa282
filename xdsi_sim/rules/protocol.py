"""The rules of the message itself: HTTP, MIME, SOAP, WS-Addressing, MTOM and schema.

They have no function of their own as those of metadata have: whoever takes a message apart finds what
breaks them. What they ask, how much it weighs and what a peer is told is in this one table, which makes
findings, faults and explanations agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.errors import Finding, ProtocolViolation, Severity

__all__ = ["PROTOCOL_RULES", "ProtocolRule", "finding", "finding_of"]

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_SENDER: Final = "fault Sender"
_REQUIRED: Final = f"{_SENDER} with MessageAddressingHeaderRequired"
_INVALID: Final = f"{_SENDER} with InvalidAddressingHeader"


@dataclass(frozen=True, slots=True)
class ProtocolRule:
    """One rule of the catalogue's groups A, B, C, H and K, broken before a message means anything."""

    id: str
    severity: Severity
    """An error is refused; where `lenient` says so, only by a strict endpoint."""
    fault: str | None
    """What the peer is told where the message is refused, None where it is told nothing."""
    text: str
    """What must hold, in words."""
    cites: str | None = None
    """The section that decides; None where it is chosen here."""
    lenient: bool = False
    """Whether a lenient endpoint serves the message all the same, with a finding."""


_V3, _V8 = "ITI TF-2: V.3", "ITI TF-2: V.8"
_BINDING: Final = "WS-Addressing 1.0 SOAP Binding"

_TABLE: Final = (
    ProtocolRule("A01", _E, "HTTP 405", "A message is sent by POST; GET gives the description.", _V3),
    ProtocolRule(
        "A02",
        _E,
        f"{_SENDER}, HTTP 415",
        "The Content-Type is application/soap+xml or multipart/related; XML types are a warning.",
        _V3,
    ),
    ProtocolRule(
        "A03",
        _E,
        _SENDER,
        "The message is well-formed XML without a document type declaration.",
        "SOAP 1.2 Part 1: 5",
    ),
    ProtocolRule(
        "A04", _E, "fault VersionMismatch", "The envelope is that of SOAP 1.2.", "SOAP 1.2 Part 1: 5.4.7"
    ),
    ProtocolRule("A05", _E, _SENDER, "The Body holds exactly one element.", _V3),
    ProtocolRule(
        "A06",
        _E,
        f"{_REQUIRED} or InvalidAddressingHeader",
        "wsa:Action is there, once and not empty.",
        _V3,
        True,
    ),
    ProtocolRule("A07", _W, None, "wsa:Action carries soap:mustUnderstand, true.", _V3),
    ProtocolRule(
        "A08",
        _E,
        f"{_SENDER} with ActionNotSupported",
        "wsa:Action names a transaction of this endpoint.",
        f"{_BINDING}: 6.4.1.4",
    ),
    ProtocolRule(
        "A09", _E, _SENDER, "wsa:Action and the element in the Body are of the same transaction.", _V3
    ),
    ProtocolRule(
        "A10",
        _E,
        f"{_REQUIRED} or InvalidAddressingHeader",
        "wsa:MessageID is there, once, and an absolute IRI.",
        _V3,
        True,
    ),
    ProtocolRule("A11", _W, None, "A peer uses a wsa:MessageID once only.", "WS-Addressing 1.0 Core: 3.1"),
    ProtocolRule("A12", _W, _INVALID, "wsa:ReplyTo is there, with an address; twice is refused.", _V3),
    ProtocolRule(
        "A13",
        _E,
        f"{_SENDER} with OnlyAnonymousAddressSupported",
        "wsa:ReplyTo and wsa:FaultTo are anonymous where asynchronous exchange is off.",
        f"{_BINDING}: 6.4.1.7",
    ),
    ProtocolRule(
        "A14",
        _W,
        _INVALID,
        "wsa:To is there and names this endpoint, or is anonymous; twice is refused.",
        _V3,
    ),
    ProtocolRule(
        "A15",
        _E,
        "fault MustUnderstand",
        "Every header for this node that must be understood is understood.",
        "SOAP 1.2 Part 1: 5.4.8",
    ),
    ProtocolRule(
        "A16", _I, None, "An action parameter of the Content-Type equals wsa:Action; it never decides.", _V3
    ),
    ProtocolRule("A17", _E, _SENDER, "WS-Addressing is that of 2005.", "ITI TF-2: V.2.4"),
    ProtocolRule(
        "A18",
        _E,
        None,
        "The wsa:Action of an answer is that of its transaction, and must be understood.",
        _V3,
        True,
    ),
    ProtocolRule(
        "A19", _E, None, "The wsa:RelatesTo of an answer is the wsa:MessageID of its request.", _V3, True
    ),
    ProtocolRule(
        "A20", _E, None, "An answer is packed as its transaction asks, like the request.", _V8, True
    ),
    ProtocolRule(
        "A21",
        _E,
        None,
        "An asynchronous request is answered with an empty HTTP 202; the answer comes apart.",
        "ITI TF-2: V.5",
    ),
    ProtocolRule(
        "A22",
        _E,
        _SENDER,
        "The octets are in the encoding that the message says, UTF-8 or UTF-16.",
        "SOAP 1.2 Part 2: 7",
    ),
    ProtocolRule(
        "A23", _E, f"{_SENDER}, HTTP 413", "The message keeps within the limits of size, width and depth."
    ),
    ProtocolRule("A24", _E, _SENDER, "Where users must be asserted, the assertion is there and holds."),
    ProtocolRule(
        "B01",
        _E,
        _SENDER,
        "A transaction with documents travels as MTOM, also where there is none.",
        _V8,
        True,
    ),
    ProtocolRule("B02", _W, None, "A transaction without documents travels as plain SOAP.", _V8),
    ProtocolRule(
        "B03", _E, _SENDER, "A multipart body has a boundary, readable parts and an end.", "RFC 2046: 5.1"
    ),
    ProtocolRule(
        "B04", _W, None, "The multipart Content-Type has type=application/xop+xml.", "ITI TF-2: V.8.2"
    ),
    ProtocolRule(
        "B05", _W, None, "The multipart Content-Type has start-info=application/soap+xml.", "ITI TF-2: V.8.2"
    ),
    ProtocolRule(
        "B06",
        _E,
        _SENDER,
        "The start parameter names a part; without it the first part is the root.",
        "RFC 2387: 3.2",
    ),
    ProtocolRule(
        "B07", _W, None, "The root part is application/xop+xml with a type parameter.", "XOP 1.0: 4.1"
    ),
    ProtocolRule("B08", _E, _SENDER, "Every xop:Include names a part of the message by cid.", "XOP 1.0: 4"),
    ProtocolRule("B09", _E, _SENDER, "xop:Include is the only content of its parent.", "XOP 1.0: 3"),
    ProtocolRule("B10", _E, _SENDER, "No two parts have the same Content-ID.", "RFC 2392: 2"),
    ProtocolRule("B11", _W, None, "Every part is referred to.", "XOP 1.0: 4"),
    ProtocolRule("B12", _E, _SENDER, "Content that stands in the XML is base64.", "ITI TF-2: V.8.2"),
    ProtocolRule(
        "B13", _E, _SENDER, "The Content-Transfer-Encoding of a part is one of MIME's own.", "RFC 2045: 6.1"
    ),
    ProtocolRule(
        "B14", _I, None, "A large document travels as a part, not as base64 in the XML.", "ITI TF-2: V.8.2"
    ),
    ProtocolRule("B15", _I, None, "An xop:Include is to a schema what it stands for.", "XOP 1.0: 3"),
    ProtocolRule(
        "C01",
        _E,
        _SENDER,
        "The body keeps to the schemas of ebRIM, ebRS and the transactions.",
        "ITI TF-3: 4.2",
        True,
    ),
    ProtocolRule(
        "H01",
        _E,
        f"{_SENDER} where there is none, XDSRepositoryError where an id is missing",
        "A retrieve asks for at least one document, each by two ids that are not empty.",
        "ITI TF-2: 3.43",
    ),
    ProtocolRule(
        "H04", _W, None, "A RepositoryUniqueId is a bare OID, without urn:oid: before it.", "ITI TF-2: 3.43.5"
    ),
    ProtocolRule(
        "H05",
        _E,
        _SENDER,
        "DocumentRequest is in the namespace of ITI-43, also in RAD-69.",
        "RAD TF: 4.69",
        True,
    ),
    ProtocolRule(
        "K01",
        _E,
        "ACK with AR",
        "A message of HL7 v2 is an ADT of a known event, with segments, an id and a known character set.",
        "ITI TF-2: 3.8.4.1.2",
    ),
)

PROTOCOL_RULES: Final = {rule.id: rule for rule in _TABLE}
"""The table by id."""


def finding(id: str, text: str, location: str | None = None, *, severity: Severity | None = None) -> Finding:
    """What was found against the rule `id`, as heavy as the table says unless `severity` says otherwise."""
    rule = PROTOCOL_RULES[id]
    return Finding(
        rule=id, severity=severity or rule.severity, text=text, location=location, cites=rule.cites
    )


def finding_of(problem: ProtocolViolation, location: str) -> Finding:
    """A problem that is let pass; raises KeyError for one without a rule of the table."""
    return finding(problem.rule or "", problem.reason, problem.detail or location)
