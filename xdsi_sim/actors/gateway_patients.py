"""What a patient is called in other communities: everywhere alike, by a table, or as these say themselves.

A community that is asked by ITI-55 first is sent the query under the id that it has answered with
(ITI TF-2: 3.55.4.2.3); one that knows nobody is not sent any.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic
from typing import Final, Literal

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send
from xdsi_sim.actors.gateway_retrieve import SILENT, InitiatingRetrieve
from xdsi_sim.actors.patient_directory import KnownPatient, PatientDirectory
from xdsi_sim.actors.patient_seeker import PatientSeeker
from xdsi_sim.actors.ports import Clock, NewId, utc_now
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.errors import XdsError
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.discovery import UNREADABLE, DiscoveryResponse, lifetime
from xdsi_sim.messages.patient_feed import Ii, patient_id, read_patient_id
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.query_terms import Coding, Param
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.stored_queries import STORED_QUERIES, decode, encode
from xdsi_sim.vocab import FAILURE

__all__ = ["BY_PATIENT", "Correlations", "InitiatingDiscovery", "NotAsked", "Way", "values_of"]

Way = Literal["same", "table", "xcpd"]
"""How a patient's id in a community is found: it is the same, it stands in a table, or ITI-55 tells it."""

BY_PATIENT: Final[Mapping[str, Param]] = {
    query.id: param
    for query in STORED_QUERIES.values()
    for param in query.params
    if param.coding is Coding.PATIENT and query.transaction == "ITI-18"
}
"""The queries that name a patient, and by which parameter; all others are about objects of one community."""


class UnavailableCommunity(XdsError):
    """A community cannot say now who a patient is."""

    code = SILENT.code


class PatientUndecided(XdsError):
    """A community does not say which of its patients is meant, or that none is."""

    code = "XDSRegistryError"


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Why a community is not sent a query."""

    answered: bool
    """Whether it has said, or it is known, that it has nothing."""
    errors: tuple[RegistryError, ...] = ()


NOBODY: Final = NotAsked(True)
"""The patient is not known there."""


class Correlations:
    """What communities have said of patients, for as long as they allow (ITI TF-2: 3.55.4.2.3.1).

    Kept by all that was asked with: who changes the name of a patient, asks anew.
    """

    def __init__(self, now: Callable[[], float] = monotonic, most: int = 10_000) -> None:
        """`now` counts seconds; of more than `most`, what was not asked for longest is forgotten."""
        self._now = now
        self._most = most
        self._kept: OrderedDict[object, tuple[float, str | None]] = OrderedDict()

    def keep(self, key: object, patientId: str | None, duration: timedelta) -> None:
        """Keep an id, or that there is none; a duration of nothing forgets."""
        self.forget(key)
        if duration > timedelta():
            self._kept[key] = (self._now() + duration.total_seconds(), patientId)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def find(self, key: object) -> tuple[str | None] | None:
        """The id that is kept, or None where there is none, in a tuple; None where nothing is kept."""
        until, patientId = self._kept.get(key, (0.0, None))
        if key not in self._kept or until <= self._now():
            self.forget(key)
            return None
        self._kept.move_to_end(key)
        return (patientId,)

    def forget(self, key: object) -> None:
        """Keep nothing any more."""
        self._kept.pop(key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatingDiscovery(InitiatingRetrieve):
    """Finds what a patient is called in other communities."""

    ways: Mapping[str, Way] = field(default_factory=dict)
    """By homeCommunityId; `same` for those that are not named."""
    patientIds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By homeCommunityId: ids that patients have there, by their ids here."""
    directory: PatientDirectory | None = None
    """The own patients; None knows none, and asks by the id alone."""
    correlations: Correlations = field(default_factory=Correlations, compare=False)
    clock: Clock = utc_now
    new_id: NewId = new_uuid

    def address(
        self, request: AdhocQueryRequest, homes: Iterable[str]
    ) -> Flow[dict[str, AdhocQueryRequest | NotAsked]]:
        """The query as each community is to be sent it, or why it is not; those that need it are asked."""
        patients = tuple(map(_canonical, _patients(request)))
        if len(patients) != 1:  # no query by patient, or one that no registry answers
            return dict.fromkeys(homes, request)
        (patient,) = patients
        named = {home: self._known_name(home, patient) for home in homes}
        asking = [home for home, name in named.items() if name is None]
        subject = self._subject(patient) if asking else None
        if subject is not None:
            named |= yield from self._discover(asking, subject)
        return {home: _addressed(request, name or NOBODY) for home, name in named.items()}

    def forget(self, request: AdhocQueryRequest, home: str) -> None:
        """The community does not know the patient by the id that it was sent."""
        for patient in map(_canonical, _patients(request)):
            if (subject := self._subject(patient)) is not None:
                self.correlations.forget(_key(home, subject))

    def _known_name(self, home: str, patient: str) -> str | NotAsked | None:
        """What needs no question; None where it does."""
        way = self.ways.get(home, "same")
        if way == "xcpd":
            return None
        there = self.patientIds.get(home, {}).get(patient)
        return there or (patient if way == "same" else NOBODY)

    # --- ITI-55

    def _subject(self, patient: str) -> KnownPatient | None:
        """What is known of a patient, be it the id alone; None for an id that was merged away."""
        known = None if self.directory is None else self.directory.known_as(patient)
        if known is None:
            return KnownPatient(patientId=patient)
        return known if known.patientId == patient else None

    def _discover(self, homes: Iterable[str], subject: KnownPatient) -> Flow[dict[str, str | NotAsked]]:
        """What the communities say, those that have said it before not asked again."""
        kept = {home: self.correlations.find(_key(home, subject)) for home in homes}
        asked = [home for home, found in kept.items() if found is None]
        seeker = PatientSeeker(community=self.homeCommunityId, clock=self.clock, new_id=self.new_id)
        ids = tuple(map(_ii, (subject.patientId, *subject.otherIds)))
        answers = yield Send(
            tuple(
                Call(
                    url=self.gateways[home],
                    transaction="ITI-55",
                    message=seeker.ask(subject.person, ids, receiver=home),
                )
                for home in asked
            )
        )
        named: dict[str, str | NotAsked] = {
            home: found[0] or NOBODY for home, found in kept.items() if found is not None
        }
        for home, answer in zip(asked, answers, strict=True):
            named[home] = self._heard(home, subject, answer)
        return named

    def _heard(self, home: str, subject: KnownPatient, answer: Answer) -> str | NotAsked:
        try:
            patientId, duration = _decided(home, answer)
        except XdsError as error:
            self.correlations.forget(_key(home, subject))
            return NotAsked(False, (RegistryError.of(error),))
        self.correlations.keep(_key(home, subject), patientId, duration)
        return patientId or NOBODY


def _key(home: str, subject: KnownPatient) -> tuple[str, KnownPatient]:
    return home, subject


def _decided(home: str, answer: Answer) -> tuple[str | None, timedelta]:
    """The id that the patient has in the community, or None, and how long that may be kept.

    Raises XdsError where the community does not say.
    """
    if isinstance(answer, NoAnswer):
        raise UnavailableCommunity(f"{home} gives no answer to ITI-55: {answer}", location=home)
    response: DiscoveryResponse = answer
    if response.status == FAILURE:
        raise _refused(home, response)
    if response.requested:
        raise PatientUndecided(
            f"{home} wants to know more of the patient than is known here: {', '.join(response.requested)}",
            location=home,
        )
    ids = {
        patient_id(match.patientId, match.patientId.root)
        for match in response.matches
        if match.homeCommunityId == home and match.patientId.root and match.patientId.extension
    }
    if len(ids) > 1:
        raise PatientUndecided(f"{home} has {len(ids)} patients who may be the one", location=home)
    if response.matches and not ids:
        raise PatientUndecided(f"{home} gave patients without its community or id; rule=N06", location=home)
    return next(iter(ids), None), lifetime(response.timeToLive)


def _refused(home: str, response: DiscoveryResponse) -> XdsError:
    told = "; ".join(f"{error.errorCode} {error.codeContext}".strip() for error in response.errors[:1])
    if response.queryResponseCode == UNREADABLE:
        return PatientUndecided(f"{home} refuses ITI-55: {told}", location=home)
    return UnavailableCommunity(f"{home} cannot answer ITI-55: {told}", location=home)


# --- parameters ------------------------------------------------------------------------------


def _addressed(request: AdhocQueryRequest, name: str | NotAsked) -> AdhocQueryRequest | NotAsked:
    """The query with the patient's id in another community."""
    if isinstance(name, NotAsked):
        return name
    param = BY_PATIENT[request.id.lower()]
    return replace(request, parameters=tuple(_renamed(request.parameters, param, name)))


def _renamed(slots: Iterable[Slot], param: Param, name: str) -> Iterator[Slot]:
    for slot in slots:
        same = not _is(slot, param) or tuple(map(_canonical, values_of(slot))) == (name,)
        yield slot if same else encode(param, name)


def _patients(request: AdhocQueryRequest) -> Iterator[str]:
    """The patient ids that a query names."""
    param = BY_PATIENT.get(request.id.lower())
    for slot in request.parameters if param is not None else ():
        if param is not None and _is(slot, param):
            yield from values_of(slot)


def _is(slot: Slot, param: Param) -> bool:
    return f"${slot.name.removeprefix('$')}" == param.name


def values_of(slot: Slot) -> Iterator[str]:
    """The values of a parameter; a text that cannot be decoded is taken for one."""
    for text in slot.values:
        try:
            yield from decode(text).values
        except ValueError:
            yield text


def _canonical(text: str) -> str:
    """A CX in the one form that ids are compared in."""
    try:
        id = read_patient_id(text)
    except ValueError:
        return text
    return patient_id(id, id.root)


def _ii(text: str) -> Ii:
    """An id as HL7 v3 has it; one that is no CX goes out as it is."""
    try:
        return read_patient_id(text)
    except ValueError:
        return Ii("", text)
