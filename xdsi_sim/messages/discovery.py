"""ITI-55 as values: which patient another community is asked for, and what it says (ITI TF-2: 3.55).

How they stand in HL7 v3 is in `messages.prpa_discovery`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from xdsi_sim.errors import Finding
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import FAILURE, SUCCESS

__all__ = [
    "FOUND",
    "ISSUES",
    "NOBODY",
    "REQUESTABLE",
    "UNABLE",
    "UNREADABLE",
    "DiscoveryRequest",
    "DiscoveryResponse",
    "Match",
    "QueryWrapper",
    "folded",
    "home_of",
    "lifetime",
    "name_key",
    "oid_of",
    "read_duration",
]

FOUND: Final = "OK"
"""queryResponseCode of an answer with matches, or that asks for more attributes (ITI TF-2: 3.55.4.2.3)."""
NOBODY: Final = "NF"
UNABLE: Final = "AE"
UNREADABLE: Final = "QE"
"""The query breaks a rule."""

REQUESTABLE: Final = {
    "LivingSubjectAdministrativeGenderRequested": "livingSubjectAdministrativeGender",
    "PatientAddressRequested": "patientAddress",
    "PatientTelecomRequested": "patientTelecom",
    "LivingSubjectBirthPlaceNameRequested": "livingSubjectBirthPlaceName",
    "LivingSubjectBirthPlaceAddressRequested": "livingSubjectBirthPlaceAddress",
    "MothersMaidenNameRequested": "mothersMaidenName",
}
"""Codes by which more attributes are asked for, each with its parameter (ITI TF-2: Table 3.55.4.2.2.6-1)."""

ISSUES: Final = ("ResponderBusy", "AnswerNotAvailable", "InternalError")
"""Codes by which a community says why it cannot answer (ITI TF-2: 3.55.4.2.2.7)."""

_URN: Final = "urn:oid:"


def home_of(oid: str) -> str:
    """A homeCommunityId, from the OID that HL7 v3 has for it."""
    return oid if oid.startswith(_URN) else f"{_URN}{oid}"


def oid_of(home: str) -> str:
    """The OID of a homeCommunityId, as HL7 v3 has it."""
    return home.removeprefix(_URN)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWrapper:
    """What HL7 v3 says around a query."""

    interactionId: str = "PRPA_IN201305UV02"
    trigger: str = "PRPA_TE201305UV02"
    processingModeCode: str = "T"
    receivers: int = 1
    """How many receivers are named."""
    statusCode: str = "new"
    responseModalityCode: str = "R"
    responsePriorityCode: str = "I"
    """`I` for an answer at once, `D` for one that is deferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryRequest:
    """Whether a community knows a patient."""

    id: Ii
    """Of the message."""
    queryId: Ii
    ids: tuple[Ii, ...] = ()
    """Ids of the patient in any domain."""
    names: tuple[PersonName, ...] = ()
    """Any of them is the patient's."""
    birthTime: str = ""
    gender: str = ""
    mothersMaidenName: str = ""
    parameters: frozenset[str] = field(default=frozenset(), compare=False)
    """Names of all parameters that have a value, of those as well that nothing is made of here."""
    least: int | None = None
    """Degree of match, in percent, below which nobody is wanted."""
    wrapper: QueryWrapper = QueryWrapper()
    time: str = ""
    sender: str = ""
    receiver: str = ""
    community: str = ""
    """OID of the community that asks."""
    timeToLive: str | None = None
    """How long the asker proposes to keep what is found, as xs:duration."""
    echo: bytes = field(default=b"", compare=False)
    """The query as it came, which the answer repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A patient who may be the one that was asked for."""

    patientId: Ii
    """In the community that has the patient."""
    homeCommunityId: str
    person: Person = Person()
    otherIds: tuple[Ii, ...] = ()
    """In other domains."""
    degree: int | None = None
    """How sure the community is, in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryResponse:
    """What a community says, in the terms that all answers have as well: status and errors."""

    acknowledgement: str
    """`AA`, `AE` or `AR`."""
    queryResponseCode: str
    target: Ii = Ii("")
    """Id of the request."""
    queryId: Ii = Ii("")
    matches: tuple[Match, ...] = ()
    requested: tuple[str, ...] = ()
    """Codes of attributes that might help, see `REQUESTABLE`."""
    issues: tuple[str, ...] = ()
    """Why there is no answer, see `ISSUES`."""
    texts: tuple[str, ...] = ()
    """The same in words."""
    interactionId: str = "PRPA_IN201306UV02"
    id: Ii = Ii("")
    time: str = ""
    sender: str = ""
    receiver: str = ""
    timeToLive: str | None = None
    """How long the community proposes to keep what it says, as xs:duration."""
    echo: bytes = field(default=b"", compare=False)
    """The query, as the answer repeats it."""
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    """What was found in the request; it is not sent."""

    @property
    def status(self) -> str:
        """Success where the community has answered, be it that it knows nobody."""
        able = self.acknowledgement == "AA" and self.queryResponseCode in (FOUND, NOBODY)
        return SUCCESS if able else FAILURE

    @property
    def errors(self) -> tuple[RegistryError, ...]:
        """Why it has not, by the codes of its issues or, where it names none, by its queryResponseCode."""
        if self.status == SUCCESS:
            return ()
        codes = self.issues or (self.queryResponseCode or self.acknowledgement,)
        text = "; ".join(self.texts)
        return tuple(RegistryError(errorCode=code, codeContext=text) for code in codes)


def folded(text: str) -> str:
    """Words as they are compared: without regard to case, accents, hyphens and further signs."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign)
    )
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def name_key(name: PersonName | None, birthTime: str) -> str | None:
    """What two patients have alike who may be one: family name and year of birth; None without either."""
    family = folded(name.family) if name is not None else ""
    year = birthTime[:_YEAR]
    return f"{family}^{year}" if family and len(year) == _YEAR else None


_YEAR: Final = 4


def read_duration(text: str) -> timedelta:
    """From an xs:duration, a year of 365 days and a month of 30; raises ValueError where it is none."""
    from pydantic import TypeAdapter  # noqa: PLC0415  for the few messages that have one

    if not text.startswith(("P", "-P")):  # pydantic knows other forms as well
        raise ValueError("a duration begins with P")
    return TypeAdapter(timedelta).validate_python(text)


def lifetime(text: str | None) -> timedelta:
    """How long something may be kept; not at all where nobody says so, or not in words that one can read."""
    try:
        return timedelta() if text is None else read_duration(text)
    except ValueError:
        return timedelta()
