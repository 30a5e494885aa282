"""WS-Addressing 1.0 headers, in and out (ITI TF-2: V.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.ebrim.xml import Element, child_of, escape
from xdsi_sim.errors import InvalidAddressingHeader, NotUnderstood, ProtocolViolation
from xdsi_sim.vocab import ANONYMOUS, NS

__all__ = ["Addressing", "elsewhere", "read_addressing", "write_addressing"]

_WSA, _SOAP = f"{{{NS.WSA}}}", f"{{{NS.SOAP}}}"
_TEXTS: Final = {"Action": "action", "MessageID": "messageID", "To": "to", "RelatesTo": "relatesTo"}
_REFERENCES: Final = {"ReplyTo": "replyTo", "FaultTo": "faultTo", "From": "from_"}
_KEYS: Final = _TEXTS | _REFERENCES
_NAMES: Final = {f"{_WSA}{name}": name for name in _KEYS}
_RULES: Final = {
    "Action": "A06",
    "MessageID": "A10",
    "ReplyTo": "A12",
    "FaultTo": "A13",
    "To": "A14",
    "RelatesTo": "A19",
}
_FOR_US: Final = frozenset(
    {None, "", f"{NS.SOAP}/role/next", f"{NS.SOAP}/role/ultimateReceiver"}  # whoever reads the message
)
_REPLY: Final = f"{NS.WSA}/reply"  # RelationshipType, and what it is where it is not given
_ADDRESS: Final = f"{_WSA}Address"
_ROLE: Final = f"{_SOAP}role"
_MUST_UNDERSTAND: Final = f"{_SOAP}mustUnderstand"
_UNDERSTOOD: Final = f"{{{NS.XCPD}}}CorrelationTimeToLive"  # advice: whoever keeps nothing heeds it
_OLD_WSA: Final = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """The headers as received; absent is None. All None: the message has no WS-Addressing."""

    action: str | None = None
    messageID: str | None = None
    to: str | None = None
    relatesTo: str | None = None
    replyTo: str | None = None
    faultTo: str | None = None
    from_: str | None = None
    mustUnderstand: frozenset[str] = field(default_factory=frozenset)
    """Names of the headers that carry a true mustUnderstand."""
    problem: ProtocolViolation | None = None
    """What is wrong with the headers, if anything: `dispatch` raises it."""

    @property
    def present(self) -> bool:
        """Whether there is any WS-Addressing at all."""
        return self.action is not None or any(getattr(self, key) is not None for key in _KEYS.values())

    @property
    def reply_address(self) -> str:
        """Where the reply goes; ANONYMOUS is the connection of the request."""
        return self.replyTo or ANONYMOUS

    @property
    def fault_address(self) -> str:
        """Where a fault goes: as the reply, unless FaultTo is given (WS-Addressing 1.0 Core: 3.4)."""
        return self.faultTo or self.reply_address


def read_addressing(header: Element | None) -> Addressing:
    """From `soap:Header`; never fails, so that a fault can relate to a message whose headers are wrong.

    A problem is a header that is there twice or an empty Action (InvalidAddressingHeader), one that must be
    understood and is not (NotUnderstood), or the WS-Addressing of 2004. What is meant for another role is
    not ours to read, whatever it is (SOAP 1.2 Part 1: 2.2).
    """
    values: dict[str, str] = {}
    must: set[str] = set()
    problems: list[ProtocolViolation] = []
    for child in () if header is None else header:
        attributes = dict(child.items())  # in one go: most have none
        if attributes.get(_ROLE) not in _FOR_US:
            continue
        name = _NAMES.get(child.tag)
        understand = attributes.get(_MUST_UNDERSTAND, "").strip() in ("1", "true")
        try:
            if name is not None:
                if attributes.get("RelationshipType", _REPLY) == _REPLY:
                    _take(child, name, values)
                if understand:
                    must.add(name)
            else:
                _refuse_foreign(child, understand=understand)
        except ProtocolViolation as problem:
            problems.append(problem)
    return Addressing(**values, mustUnderstand=frozenset(must), problem=next(iter(problems), None))


def _take(child: Element, name: str, values: dict[str, str]) -> None:
    key = _KEYS[name]
    if key in values:
        raise _invalid(name, "is there twice")
    source = child if name in _TEXTS else child_of(child, _ADDRESS)
    values[key] = "" if source is None else (source.text or "").strip()
    if name == "Action" and not values[key]:
        raise _invalid(name, "is empty")


def _invalid(name: str, what: str) -> InvalidAddressingHeader:
    return InvalidAddressingHeader(f"wsa:{name} {what}", rule=_RULES.get(name), detail=f"wsa:{name}")


def _refuse_foreign(child: Element, *, understand: bool) -> None:
    if child.tag.startswith(_OLD_WSA):
        raise ProtocolViolation(f"WS-Addressing is of 2004; {NS.WSA} is expected", rule="A17")
    if understand and child.tag != _UNDERSTOOD:
        raise NotUnderstood(
            f"the header {child.tag} must be understood and is not", rule="A15", detail=child.tag
        )


def write_addressing(
    *,
    action: str,
    message_id: str,
    relates_to: str | None = None,
    to: str | None = None,
    reply_to: str = ANONYMOUS,
) -> str:
    """The header blocks of one message; the caller declares the prefixes soap and wsa.

    With `to` alone it is a request and says where the reply goes (ITI TF-2: V.3), else an answer.
    mustUnderstand stands on Action alone: some stacks fail on it anywhere else.
    """
    optional = (("RelatesTo", relates_to), ("To", to))
    return (
        f'<wsa:Action soap:mustUnderstand="true">{escape(action)}</wsa:Action>'
        f"<wsa:MessageID>{message_id}</wsa:MessageID>"
        + "".join(
            f"<wsa:{name}>{escape(value)}</wsa:{name}>" for name, value in optional if value is not None
        )
        + (_reply_to(reply_to) if to and relates_to is None else "")
    )


def elsewhere(address: str) -> str | None:
    """The address itself where it is another one than the connection of the request, else None."""
    return None if address == ANONYMOUS else address


def _reply_to(address: str) -> str:
    return f"<wsa:ReplyTo><wsa:Address>{escape(address)}</wsa:Address></wsa:ReplyTo>"
