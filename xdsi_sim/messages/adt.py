"""ITI-8 on the wire: ADT messages and their acknowledgement in HL7 v2 (ITI TF-2: 3.8).

MSH is read by hand, since it says how all else is written; the segments about identities are left to
the library, all other segments alone: they may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.messages.patient_feed import (
    Acknowledgement,
    Event,
    Ii,
    PatientFeed,
    Person,
    PersonName,
    escape_hl7,
    unescape_hl7,
)

__all__ = [
    "EVENTS",
    "MEDIA_TYPE",
    "Header",
    "Unacceptable",
    "read_ack",
    "read_adt",
    "read_header",
    "write_ack",
    "write_adt",
]

MEDIA_TYPE: Final = "x-application/hl7-v2+er7"
"""As logs and reports name what such a message is."""

EVENTS: Final = {
    "A01": Event.ADD,
    "A04": Event.ADD,
    "A05": Event.ADD,
    "A08": Event.IGNORED,
    "A40": Event.MERGE,
}
"""What a registry takes each trigger for (ITI TF-2: 3.8.4.1.2.1)."""

_CHARSETS: Final = {
    "": "utf-8",  # the standard says ASCII, which is part of it
    "ASCII": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    **{f"8859/{part}": f"iso8859-{part}" for part in (*range(1, 10), 15)},
}
"""Python's name of each character set of MSH-18 that keeps ASCII as it is."""
_STRUCTURES: Final = {
    "A01": "ADT_A01",
    "A04": "ADT_A01",
    "A05": "ADT_A01",
    "A08": "ADT_A01",
    "A40": "ADT_A39",
}
_MOST_PARTS: Final = 20_000  # of the segments that are read: each becomes several objects
_READ: Final = (b"PID", b"MRG")
_GENDERS: Final = {"F": "F", "M": "M", "A": "UN", "O": "UN"}
"""What HL7 v3 has for administrative sex (HL7 table 0001); unknown and not applicable say nothing."""
_LINE_END: Final = re.compile(rb"[\r\n]")
_WHAT_SEPARATES: Final = re.compile(rb"[!-/:-@\[-`{-~]{4,6}")
_CONDITIONS: Final = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "207": "Application internal error",
}
"""HL7 table 0357, as far as it is used."""
_OF_RULES: Final = {
    "K02": "101",
    "K07": "101",
    "K08": "205",
    "K09": "204",
    "K10": "204",
    "K13": "205",
    "K14": "102",
}
"""Which of them a broken rule is; others are 207, which stands for all that has no code of its own."""


class Unacceptable(ProtocolViolation):
    """A message that is not of the transaction."""

    def __init__(self, reason: str, condition: str) -> None:
        super().__init__(reason, rule="K01")
        self.condition = condition
        """The code of HL7 table 0357."""


# --- the header ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What MSH says, as far as an answer needs it; a message that cannot be read has an empty one."""

    fields: tuple[str, ...] = ()
    """From MSH-3 on."""
    separators: str = "|^~\\&"
    charset: str = "utf-8"
    """Python's name of what MSH-18 says; empty where nobody knows that."""

    def field(self, number: int) -> str:
        """MSH-`number`; empty where it is absent."""
        return self.fields[number - 3] if number - 3 < len(self.fields) else ""

    @property
    def kind(self) -> tuple[str, str]:
        """Message code and trigger of MSH-9."""
        code, _, rest = self.field(9).partition(self.separators[1])
        return code, rest.partition(self.separators[1])[0]

    @property
    def name(self) -> str:
        """`ADT^A01`, for people."""
        return "^".join(part for part in self.kind if part) or "HL7"


def read_header(message: bytes) -> Header:
    """From the first segment; raises ProtocolViolation where it is no MSH."""
    first = _LINE_END.split(message, 1)[0]
    separators = first[3:4] + first[4:].split(first[3:4] or b"|", 1)[0]
    if first[:3] != b"MSH" or not _separating(separators):
        raise Unacceptable("HL7: a message begins with MSH and its separators, MSH|^~\\&|", "100")
    if first.count(separators[:1]) > _MOST_PARTS:
        raise LimitExceeded(f"HL7: MSH exceeds the limit fields={_MOST_PARTS}")
    fields = first[4:].split(separators[:1])[1:]
    named = fields[15].split(separators[2:3])[0] if len(fields) > 15 else b""  # MSH-18
    charset = _CHARSETS.get(named.decode("latin-1").strip().upper(), "")
    return Header(
        fields=tuple(field.decode(charset or "latin-1", "replace") for field in fields),
        separators=separators.decode("ascii").ljust(5, "&"),
        charset=charset,
    )


def _separating(separators: bytes) -> bool:
    """Whether these are four or more signs that differ from each other."""
    return _WHAT_SEPARATES.fullmatch(separators) is not None and len(set(separators)) == len(separators)


def _readable(message: bytes) -> Header:
    """The header of a message with segments and a known character set; raises ProtocolViolation."""
    header = read_header(message)
    if b"\n" in message.split(b"\r", 1)[0]:
        raise Unacceptable("HL7: segments end with CR (0x0D), not with LF (0x0A) alone", "100")
    if not header.charset:
        known = ", ".join(name for name in _CHARSETS if name)
        raise Unacceptable(f"HL7: MSH-18 {header.field(18)!r} is none of {known}", "103")
    return header


# --- reading ---------------------------------------------------------------------------------


def read_adt(message: bytes) -> PatientFeed:
    """The feed that a message is.

    Raises ProtocolViolation where it cannot be read, or is no message of the transaction (rule K01).
    """
    header = _readable(message)
    code, trigger = header.kind
    if code != "ADT" or trigger not in EVENTS:
        known = ", ".join(f"ADT^{name}" for name in EVENTS)
        raise Unacceptable(f"HL7: MSH-9 {header.name} is none of {known}", "200" if code != "ADT" else "201")
    if not header.field(10):
        raise Unacceptable("HL7: MSH-10, the id of the message, is empty", "101")
    segments = _segments(message, header)
    patient, merged = segments.get("PID"), segments.get("MRG")
    return PatientFeed(
        event=EVENTS[trigger],
        id=Ii("", header.field(10)),
        patientIds=tuple(_ids(patient, 3)),
        subsumedIds=tuple(_ids(merged, 1)),
        person=_person(patient),
        time=header.field(7),
        sender=header.field(3),
        receiver=header.field(5),
    )


def _segments(message: bytes, header: Header) -> dict[str, Any]:
    """The segments about identities by their names, as the library has them."""
    from hl7 import HL7Exception, parse  # type: ignore[import-untyped]  # noqa: PLC0415  for feeds by HL7 v2 alone

    lines = (line.lstrip(b"\n") for line in message.split(b"\r"))
    text = _decoded(b"\r".join(line for line in lines if line[:3] in _READ), header)
    if sum(map(text.count, header.separators)) > _MOST_PARTS:
        raise LimitExceeded(f"HL7: PID and MRG exceed the limit parts={_MOST_PARTS}")
    start = f"MSH{header.separators}{header.separators[0]}"
    try:
        segments = parse(f"{start}\r{text}")[1:]
    except (HL7Exception, LookupError, ValueError, AssertionError) as error:
        raise ProtocolViolation(f"HL7: PID or MRG cannot be read: {error}") from None
    names = [str(segment[0]) for segment in segments]
    for name in ("PID", "MRG"):
        if names.count(name) > 1:
            raise ProtocolViolation(f"HL7: {names.count(name)} segments {name}; a message is of one patient")
    return dict(zip(names, segments, strict=True))


def _decoded(text: bytes, header: Header) -> str:
    try:
        return text.decode(header.charset)
    except UnicodeDecodeError as error:
        named = header.field(18) or "missing, so UTF-8 is expected"
        raise ProtocolViolation(f"HL7: the text is not what MSH-18 says ({named}): {error.reason}") from None


def _ids(segment: Any, number: int) -> Iterator[Ii]:
    """The repetitions of a CX field; an authority of another kind than ISO is no OID."""
    for repetition in range(1, _repetitions(segment, number) + 1):
        extension = _part(segment, number, repetition, 1)
        root, kind = (_part(segment, number, repetition, 4, part) for part in (2, 3))
        if extension:
            yield Ii(root if kind in ("", "ISO") else f"{kind}:{root}", extension)


def _repetitions(segment: Any, number: int) -> int:
    return len(segment(number)) if segment is not None and number < len(segment) else 0


def _part(segment: Any, number: int, repetition: int, component: int, part: int = 1) -> str:
    """One subcomponent, unescaped; empty where it is absent."""
    try:
        return str(segment.extract_field(1, number, repetition, component, part) or "").strip()
    except LookupError:
        return ""


def _person(segment: Any) -> Person:
    if segment is None:
        return Person()
    return Person(
        name=_name(segment),
        birthTime=_part(segment, 7, 1, 1),
        gender=_GENDERS.get(_part(segment, 8, 1, 1).upper(), ""),
        mothersMaidenName=_part(segment, 6, 1, 1),
    )


def _name(segment: Any) -> PersonName | None:
    if _repetitions(segment, 5) == 0:
        return None
    name = PersonName(_part(segment, 5, 1, 1), _part(segment, 5, 1, 2))
    return name if name.family or name.given else None


def read_ack(message: bytes) -> Acknowledgement:
    """From an ACK; raises ProtocolViolation where the message is none."""
    header = _readable(message)
    separator, text = header.separators[0], _decoded(message, header)
    segments = {line[:3]: line.split(separator) for line in text.replace("\n", "").split("\r")}
    found = segments.get("MSA", [])
    if len(found) < 3:
        raise ProtocolViolation(f"HL7: {header.name} is no ACK: it has no MSA-1 and MSA-2")
    told = segments.get("ERR", [])
    texts = told[8] if len(told) > 8 else found[3] if len(found) > 3 else ""
    return Acknowledgement(
        code=found[1],
        target=Ii("", found[2]),
        texts=tuple(
            unescape_hl7(item, header.separators) for item in texts.split(header.separators[2]) if item
        ),
        id=Ii("", header.field(10)),
        time=header.field(7),
        sender=header.field(3),
        receiver=header.field(5),
    )


# --- writing ---------------------------------------------------------------------------------


def write_adt(feed: PatientFeed, trigger: str) -> bytes:
    """`ADT^{trigger}` in UTF-8, version 2.3.1."""
    ids = (*feed.patientIds, *feed.otherIds)
    merge = [f"MRG|{_cxs(feed.subsumedIds)}"] if feed.subsumedIds else []
    return _message(
        f"MSH|^~\\&|{escape_hl7(feed.sender)}||{escape_hl7(feed.receiver)}||{feed.time}||"
        f"ADT^{trigger}^{_STRUCTURES[trigger]}|{_control_id(feed.id)}|P|2.3.1||||||UNICODE UTF-8",
        f"EVN|{trigger}|{feed.time}",
        f"PID|||{_cxs(ids)}||{_write_person(feed.person)}",
        *(merge or ["PV1||N"]),
    )


def _write_person(person: Person) -> str:
    """PID-5 and, if there is any of them, PID-6 to PID-8."""
    name = person.name or PersonName("UNKNOWN")
    more = (person.mothersMaidenName, person.birthTime, _SEXES.get(person.gender, person.gender))
    told = f"{escape_hl7(name.family)}^{escape_hl7(name.given)}|{'|'.join(map(escape_hl7, more))}"
    return told.rstrip("|")


_SEXES: Final = {"UN": "O"}


def _cxs(ids: tuple[Ii, ...]) -> str:
    authorities = ((id, f"^^^&{escape_hl7(id.root)}&ISO" if id.root else "") for id in ids)
    return "~".join(f"{escape_hl7(id.extension)}{authority}" for id, authority in authorities)


def write_ack(
    acknowledgement: Acknowledgement, header: Header, problem: ProtocolViolation | None = None
) -> bytes:
    """The ACK to a message with this header, in its character set; MSA-3 and ERR-8 say what was wrong.

    ERR-3 has the code of the rule that was broken, or of the `problem` for which the message is rejected.
    """
    rejected = problem.condition if isinstance(problem, Unacceptable) else None
    condition = rejected or _OF_RULES.get(acknowledgement.rule, "207")
    trigger = f"^{header.kind[1]}" if header.kind[1].isalnum() else ""
    texts = [_one_line(text) for text in acknowledgement.texts]
    shortly = _one_line("; ".join(acknowledgement.texts)[:_LONGEST_TEXT])
    ends = "|".join(_copied(header, number) for number in (5, 6, 3, 4))
    version = f"{_copied(header, 11) or 'P'}|{_copied(header, 12) or '2.3.1'}"
    charset = _copied(header, 18) if header.charset else "UNICODE UTF-8"
    target = escape_hl7(acknowledgement.target.extension)
    return _message(
        f"MSH|^~\\&|{ends}|{acknowledgement.time}||ACK{trigger}|{_control_id(acknowledgement.id)}|{version}"
        f"||||||{charset}",
        f"MSA|{acknowledgement.code}|{target}{f'|{shortly}' if texts else ''}",
        *([f"ERR|||{condition}^{_CONDITIONS[condition]}^HL70357|E||||{'~'.join(texts)}"] if texts else []),
        charset=header.charset or "utf-8",
    )


_LONGEST_TEXT: Final = 80  # of MSA-3
_LONGEST_ID: Final = 20  # of MSH-10


def _control_id(id: Ii) -> str:
    """The id of our own message, which may be a UUID."""
    return escape_hl7(id.extension) or id.root.replace("-", "")[:_LONGEST_ID]


def _copied(header: Header, number: int) -> str:
    """A field of the request as it stood there, but for separators that are not ours."""
    text = header.field(number)
    return text if header.separators[:5] == "|^~\\&" else escape_hl7(text)


def _one_line(text: str) -> str:
    return escape_hl7(" ".join(text.split()))


def _message(*segments: str, charset: str = "utf-8") -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode(charset, "replace")
