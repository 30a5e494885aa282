"""Whether a patient of the community is the one that another community asks for; chosen here throughout.

Who differs in anything that both sides know is somebody else. Who does not, and shares an id, or name and
date of birth, is the same. A shared id weighs more than names, which people change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xdsi_sim.actors.patient_directory import KnownPatient
from xdsi_sim.messages.discovery import DiscoveryRequest, folded
from xdsi_sim.messages.patient_feed import PersonName, patient_id, read_patient_id

__all__ = ["SAME_ID", "degree_of_match", "ids_in", "telling_apart"]

SAME_ID: Final = 100
"""Degree of match of who shares an id."""
_SAME_PERSON: Final = 90
_ALSO: Final = 4  # for each further thing that agrees


def ids_in(query: DiscoveryRequest) -> tuple[str, ...]:
    """The ids of a query as the directory has them."""
    return tuple(patient_id(id, id.root) for id in query.ids if id.root and id.extension)


def degree_of_match(query: DiscoveryRequest, patient: KnownPatient) -> int | None:
    """How surely the patient is the one that is asked for, in percent; None for somebody else."""
    person = patient.person
    shared = _share_an_id(query, patient)
    facts = {
        "birthTime": _times_agree(query.birthTime, person.birthTime),
        "gender": _agree(query.gender, person.gender),
        "mother": _agree(folded(query.mothersMaidenName), folded(person.mothersMaidenName)),
        "name": _names_agree(query.names, person.name),
    }
    if any(facts[name] is False for name in ("birthTime", "gender")) or shared is False:
        return None
    if shared:
        return SAME_ID
    if not facts["name"] or not facts["birthTime"] or facts["mother"] is False:
        return None
    return _SAME_PERSON + _ALSO * sum(facts[name] is True for name in ("gender", "mother"))


def telling_apart(query: DiscoveryRequest, patients: Iterable[KnownPatient]) -> tuple[str, ...]:
    """Codes of the attributes in which the patients differ, and of which the query says nothing."""
    people = [patient.person for patient in patients]
    told = {
        "LivingSubjectAdministrativeGenderRequested": (query.gender, {each.gender for each in people}),
        "MothersMaidenNameRequested": (
            query.mothersMaidenName,
            {folded(each.mothersMaidenName) for each in people},
        ),
    }
    return tuple(code for code, (given, found) in told.items() if not given and len(found) > 1)


def _share_an_id(query: DiscoveryRequest, patient: KnownPatient) -> bool | None:
    """False where a domain has given the patient other ids than those of the query; None if nobody knows."""
    asked = set(ids_in(query))
    known = {patient.patientId, *patient.formerIds, *patient.otherIds}
    if asked & known:
        return True
    domains = {read_patient_id(id).root for id in known}
    return False if any(id.root in domains for id in query.ids) else None


def _agree(one: str, other: str) -> bool | None:
    return one == other if one and other else None


def _times_agree(one: str, other: str) -> bool | None:
    """Whether two times of birth can be the same, each as exact as it is."""
    return one.startswith(other) or other.startswith(one) if one and other else None


def _names_agree(asked: tuple[PersonName, ...], known: PersonName | None) -> bool | None:
    if not asked or known is None:
        return None
    return any(folded(name.family) == folded(known.family) and _given(name, known) for name in asked)


def _given(one: PersonName, other: PersonName) -> bool:
    """Whether one has the given names of the other and maybe more."""
    shorter, longer = sorted((folded(one.given).split(), folded(other.given).split()), key=len)
    return longer[: len(shorter)] == shorter
