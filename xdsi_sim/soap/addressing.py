"""WS-Addressing 1.0 headers, in and out (ITI TF-2: V.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.ebrim.xml import Element, escape
from xdsi_sim.errors import InvalidAddressingHeader, NotUnderstood, ProtocolViolation
from xdsi_sim.vocab import ANONYMOUS, NS

__all__ = ["Addressing", "read_addressing", "write_addressing"]

_WSA, _SOAP = f"{{{NS.WSA}}}", f"{{{NS.SOAP}}}"
_TEXTS: Final = {"Action": "action", "MessageID": "messageID", "To": "to", "RelatesTo": "relatesTo"}
_REFERENCES: Final = {"ReplyTo": "replyTo", "FaultTo": "faultTo", "From": "from_"}
_FOR_US: Final = frozenset(
    {None, "", f"{NS.SOAP}/role/next", f"{NS.SOAP}/role/ultimateReceiver"}  # whoever reads the message
)
_REPLY_TO: Final = f"<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>"
_OLD_WSA: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"


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

    @property
    def present(self) -> bool:
        """Whether there is any WS-Addressing at all."""
        return any((self.action, self.messageID, self.to, self.relatesTo, self.replyTo))


def read_addressing(header: Element | None) -> Addressing:
    """From `soap:Header`.

    Raises InvalidAddressingHeader for a header that is there twice, NotUnderstood for a foreign one that
    must be understood, ProtocolViolation for the WS-Addressing of 2004.
    """
    values: dict[str, str] = {}
    must: set[str] = set()
    for child in () if header is None else header:
        namespace, _, name = child.tag[1:].rpartition("}")
        if namespace == NS.WSA:
            _take(child, name, values)
            if _must_understand(child):
                must.add(name)
        elif namespace == _OLD_WSA:
            raise ProtocolViolation(f"WS-Addressing is of 2004; {NS.WSA} is expected", rule="A17")
        elif _must_understand(child) and child.get(f"{_SOAP}role") in _FOR_US:
            raise NotUnderstood(
                f"the header {child.tag} must be understood and is not", rule="A15", detail=child.tag
            )
    return Addressing(**values, mustUnderstand=frozenset(must))


def _take(child: Element, name: str, values: dict[str, str]) -> None:
    key = _TEXTS.get(name) or _REFERENCES.get(name)
    if key is None:
        return
    if key in values:
        if name == "RelatesTo":  # may come several times, for other relationships
            return
        raise InvalidAddressingHeader(f"wsa:{name} is there twice", rule="A06", detail=f"wsa:{name}")
    source = child if name in _TEXTS else child.find(f"{_WSA}Address")
    values[key] = "" if source is None else (source.text or "").strip()


def _must_understand(child: Element) -> bool:
    given = child.get(f"{_SOAP}mustUnderstand", child.get("mustUnderstand", ""))
    return given.strip() in ("1", "true")


def write_addressing(
    *, action: str, message_id: str, relates_to: str | None = None, to: str | None = None
) -> str:
    """The header blocks of one message; the caller declares the prefixes soap and wsa.

    With `to` it is a request and says where the reply goes (ITI TF-2: V.3), else an answer.
    mustUnderstand stands on Action alone: some stacks fail on it anywhere else.
    """
    optional = (("RelatesTo", relates_to), ("To", to))
    return (
        f'<wsa:Action soap:mustUnderstand="true">{escape(action)}</wsa:Action>'
        f"<wsa:MessageID>{message_id}</wsa:MessageID>"
        + "".join(
            f"<wsa:{name}>{escape(value)}</wsa:{name}>" for name, value in optional if value is not None
        )
        + (_REPLY_TO if to else "")
    )
