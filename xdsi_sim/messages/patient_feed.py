"""What a Patient Identity Source says, and how it is acknowledged: the same values in both dialects.

ITI-8 speaks HL7 v2 (`messages.adt`), ITI-44 HL7 v3 (`messages.prpa`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xdsi_sim.ebrim.datatypes import OID, Cx, check_dtm
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import FAILURE, SUCCESS

__all__ = [
    "Acknowledgement",
    "Event",
    "Ii",
    "PatientFeed",
    "Person",
    "PersonName",
    "Wrapper",
    "escape_hl7",
    "patient_id",
    "read_birth_time",
    "read_gender",
    "read_patient_id",
    "read_person_name",
    "unescape_hl7",
]


class Event(StrEnum):
    """What happened to a patient's identity."""

    ADD = "add"
    REVISE = "revise"
    MERGE = "merge"
    IGNORED = "ignored"
    """An update of demographics, which announces nobody (ITI TF-2: 3.8.4.1.4)."""


@dataclass(frozen=True, slots=True)
class Ii:
    """An instance identifier: who has issued it, and what it is there."""

    root: str
    """OID of the authority; empty where the message does not name it."""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A patient's name as far as a feed needs it."""

    family: str
    given: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a patient is, as far as it helps to tell patients apart."""

    name: PersonName | None = None
    birthTime: str = ""
    """As DTM; a date mostly. Empty where it is not known, as all that follows."""
    gender: str = ""
    """Administrative gender: `M`, `F` or `UN` of HL7 v3."""
    mothersMaidenName: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """What HL7 v3 says around an event (ITI TF-2: 3.44.4.1.2)."""

    interactionId: str
    trigger: str
    processingCode: str = "P"
    processingModeCode: str = "T"
    acceptAckCode: str = "AL"
    receivers: int = 1
    """How many receivers are named."""
    registrations: int = 1
    """How many events are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFeed:
    """One message of a Patient Identity Source."""

    event: Event
    id: Ii
    """Of the message; HL7 v2 has no root."""
    patientIds: tuple[Ii, ...]
    """Ids of the patient in all domains, of the survivor in a merge."""
    subsumedIds: tuple[Ii, ...] = ()
    otherIds: tuple[Ii, ...] = ()
    """Ids that the message says are those of other domains; HL7 v2 has them among the rest."""
    person: Person = Person()
    time: str = ""
    """When the message was made, as DTM."""
    sender: str = ""
    receiver: str = ""
    wrapper: Wrapper | None = None
    """Of a message in HL7 v3; None tells HL7 v2."""

    def acknowledged(
        self, letter: str, texts: tuple[str, ...], *, id: Ii, time: str, rule: str = ""
    ) -> Acknowledgement:
        """The answer: A accepts, E tells an error, R rejects; `texts` say why, the first by `rule`."""
        return Acknowledgement(
            code=f"{'A' if self.wrapper is None else 'C'}{letter}",
            target=self.id,
            texts=texts,
            rule=rule,
            id=id,
            time=time,
            sender=self.receiver,
            receiver=self.sender,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """The answer to one message of the feed, in the terms that all answers have: status and errors."""

    code: str
    """`AA`, `AE`, `AR` in HL7 v2, `CA`, `CE`, `CR` in HL7 v3."""
    target: Ii
    """Id of the message that is answered."""
    texts: tuple[str, ...] = ()
    rule: str = ""
    """The first rule that the message breaks, of those that are told."""
    id: Ii = Ii("")
    time: str = ""
    sender: str = ""
    receiver: str = ""

    @property
    def status(self) -> str:
        """Success where the message was accepted, else Failure."""
        return SUCCESS if self.code[1:] == "A" else FAILURE

    @property
    def errors(self) -> tuple[RegistryError, ...]:
        """What was wrong, each with the code of the acknowledgement."""
        if self.status == SUCCESS:
            return ()
        return tuple(RegistryError(errorCode=self.code, codeContext=text) for text in self.texts or ("",))


_ESCAPES: Final = {
    "\\": "\\E\\",
    "|": "\\F\\",
    "^": "\\S\\",
    "&": "\\T\\",
    "~": "\\R\\",
    "\r": "\\X0D\\",  # would end the segment
    "\n": "\\X0A\\",
}
_SEPARATORS: Final = re.compile(r"[\\|^&~\r\n]")
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, halves of characters


def patient_id(id: Ii, authority: str) -> str:
    """The id as metadata has it: a CX of the authority, separators escaped (ITI TF-3: Table 4.2.3.1.7-2)."""
    return f"{escape_hl7(id.extension)}^^^&{authority}&ISO"


def escape_hl7(text: str) -> str:
    """Text as it stands in a component of HL7 v2, with the separators that metadata has, on one line."""
    return _SEPARATORS.sub(lambda found: _ESCAPES[found[0]], text)


def unescape_hl7(text: str, separators: str = "|^~\\&") -> str:
    """Text of a component of HL7 v2 as it is meant; other sequences than `escape_hl7` writes stay."""
    escape = separators[3]
    signs = {**dict(zip("FSRET", separators, strict=False)), "X0D": "\r", "X0A": "\n"}
    sequence = f"{re.escape(escape)}([FSRTE]|X0D|X0A){re.escape(escape)}"
    return re.sub(sequence, lambda found: signs[found[1]], text)


def read_patient_id(text: str, authority: str | None = None) -> Ii:
    """From a CX, or from a bare id of the authority; raises ValueError where it is neither."""
    if "^" not in text and authority is not None and text:
        if not OID.fullmatch(authority):
            raise ValueError(f"'{authority}' is not an OID")
        return Ii(authority, _text(text))
    cx = Cx.parse(text)
    return Ii(cx.authority, _text(unescape_hl7(cx.id)))


def read_person_name(text: str) -> PersonName:
    """From `FAMILY^GIVEN`; raises ValueError where a character cannot be in a message."""
    family, _, given = _text(text).partition("^")
    return PersonName(family, given)


def read_birth_time(text: str) -> str:
    """A DTM, or a date as `1963-08-04`; raises ValueError where it is neither."""
    digits = text.strip().replace("-", "")
    if not _BIRTH_TIME.fullmatch(digits):
        raise ValueError("it is no date such as 1963-08-04 or 19630804")
    check_dtm(digits)
    return digits


def read_gender(text: str) -> str:
    """`M`, `F` or `UN`, from the code or its word; raises ValueError where it is none of them."""
    code = _GENDERS.get(text.strip().lower())
    if code is None:
        raise ValueError(f"it is none of {', '.join(_GENDERS)}")
    return code


_BIRTH_TIME: Final = re.compile(r"\d{4}(\d\d){0,5}")
_GENDERS: Final = {"f": "F", "female": "F", "m": "M", "male": "M", "un": "UN", "other": "UN"}


def _text(text: str) -> str:
    """The text itself; raises ValueError where HL7 v2 or XML could not carry it as it is."""
    if found := _NO_TEXT.search(text):
        raise ValueError(f"U+{ord(found[0]):04X} is no character of a text")
    return text
