from __future__ import annotations

from dataclasses import replace

import pytest

from xdsi_sim.actors.patient_directory import KnownPatient
from xdsi_sim.actors.patient_matching import degree_of_match, ids_in, telling_apart
from xdsi_sim.messages.discovery import DiscoveryRequest
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName

ANNA = Person(
    name=PersonName("Bergström", "Anna Maria"), birthTime="19740312", gender="F", mothersMaidenName="Roth"
)
PATIENT = KnownPatient(
    patientId="S7^^^&2.999.2.1&ISO",
    formerIds=("S6^^^&2.999.2.1&ISO",),
    otherIds=("NAT^^^&2.999.9&ISO",),
    person=ANNA,
)
BY_NAME = DiscoveryRequest(
    id=Ii("1"), queryId=Ii("2"), names=(PersonName("Bergstrom", "ANNA"),), birthTime="1974-03-12"[:4]
)
BY_ID = replace(BY_NAME, names=(), birthTime="", ids=(Ii("2.999.9", "NAT"),))


@pytest.mark.parametrize(
    ("query", "degree"),
    [
        (BY_NAME, 90),
        (replace(BY_NAME, birthTime="19740312"), 90),
        (replace(BY_NAME, birthTime="197403120830"), 90),
        (replace(BY_NAME, gender="F"), 94),
        (replace(BY_NAME, gender="F", mothersMaidenName="ROTH"), 98),
        (replace(BY_NAME, names=(PersonName("X"), PersonName("Bergström"))), 90),
        (replace(BY_NAME, names=(PersonName("Bergström", "Anna Maria Eva"),)), 90),
        (replace(BY_NAME, ids=(Ii("2.999.77", "elsewhere"),)), 90),
        (BY_ID, 100),
        (replace(BY_ID, ids=(Ii("2.999.2.1", "S7"),)), 100),
        (replace(BY_ID, ids=(Ii("2.999.2.1", "S6"),)), 100),
        (replace(BY_ID, names=(PersonName("Married"),)), 100),
        (replace(BY_ID, birthTime="1974", gender="F"), 100),
    ],
)
def test_who_agrees_in_all_that_both_know_is_the_same(query: DiscoveryRequest, degree: int) -> None:
    assert degree_of_match(query, PATIENT) == degree


@pytest.mark.parametrize(
    "query",
    [
        replace(BY_NAME, birthTime="1975"),
        replace(BY_NAME, birthTime=""),
        replace(BY_NAME, names=()),
        replace(BY_NAME, names=(PersonName("Bergman", "Anna"),)),
        replace(BY_NAME, names=(PersonName("Bergström", "Eva"),)),
        replace(BY_NAME, gender="M"),
        replace(BY_NAME, mothersMaidenName="Grün"),
        replace(BY_NAME, ids=(Ii("2.999.9", "OTHER"),)),
        replace(BY_ID, birthTime="1975"),
        replace(BY_ID, gender="M"),
        replace(BY_ID, ids=(Ii("2.999.77", "NAT"),)),
        replace(BY_ID, ids=()),
    ],
)
def test_who_differs_in_one_thing_is_somebody_else(query: DiscoveryRequest) -> None:
    assert degree_of_match(query, PATIENT) is None


def test_of_whom_nothing_is_known_is_found_by_an_id_alone() -> None:
    stranger = replace(PATIENT, person=Person())
    assert degree_of_match(BY_NAME, stranger) is None
    assert degree_of_match(BY_ID, stranger) == 100


def test_an_id_is_what_has_an_authority_and_a_value() -> None:
    query = replace(BY_ID, ids=(Ii("2.999.9", "a&b"), Ii("2.999.9"), Ii("", "x")))
    assert ids_in(query) == ("a\\T\\b^^^&2.999.9&ISO",)


def test_patients_are_told_apart_by_what_they_differ_in_and_nobody_has_said() -> None:
    bruno = replace(PATIENT, person=replace(ANNA, gender="M"))
    other = replace(PATIENT, person=replace(ANNA, mothersMaidenName="Grün"))
    gender, mother = "LivingSubjectAdministrativeGenderRequested", "MothersMaidenNameRequested"
    assert telling_apart(BY_NAME, (PATIENT, PATIENT)) == ()
    assert telling_apart(BY_NAME, (PATIENT, bruno)) == (gender,)
    assert telling_apart(replace(BY_NAME, gender="F"), (PATIENT, bruno)) == ()
    assert telling_apart(BY_NAME, (bruno, other)) == (gender, mother)
