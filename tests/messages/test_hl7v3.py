from __future__ import annotations

import pytest

from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.messages.hl7v3 import (
    attribute_of,
    envelope_of,
    ids_of,
    name_of,
    path,
    person_of,
    write_device,
    write_name,
    write_person,
)
from xdsi_sim.messages.patient_feed import Ii, Person, PersonName

WHOLE = Person(
    name=PersonName("Grün & Söhne", "Zoë Ann"), birthTime="19630804", gender="F", mothersMaidenName="Roth"
)


def element(text: str) -> Element:
    return parse(f'<x xmlns="urn:hl7-org:v3">{text}</x>'.encode())


@pytest.mark.parametrize("person", [WHOLE, Person(), Person(birthTime="1963"), Person(name=PersonName("A"))])
def test_a_person_is_read_as_it_was_written(person: Person) -> None:
    written = element(write_person(person, (Ii("2.999.1", "X"),)))
    found = written.find(path("patientPerson"))
    assert person_of(found) == person
    assert [*ids_of(written, path("patientPerson", "asOtherIDs", "id"))] == [Ii("2.999.1", "X")]


def test_whose_maiden_name_it_is_is_told_by_the_relation() -> None:
    father = WHOLE.mothersMaidenName
    text = write_person(WHOLE).replace('code="MTH"', 'code="FTH"')
    assert father in text
    assert person_of(element(text).find(path("patientPerson"))).mothersMaidenName == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<name/>", None),
        ('<name nullFlavor="UNK"/>', None),
        ("<name><family>A</family><given>B</given><given>C</given></name>", PersonName("A", "B C")),
        ("<name><prefix>Dr</prefix><given> B\n C </given></name>", PersonName("", "B C")),
    ],
)
def test_a_name_is_what_family_and_given_say(text: str, name: PersonName | None) -> None:
    assert name_of(element(text).find(path("name"))) == name


def test_who_has_no_name_says_so() -> None:
    assert write_name(None) == '<name nullFlavor="UNK"/>'


def test_a_device_may_speak_for_a_community() -> None:
    written = element(f'<creationTime value="2024"/>{write_device("sender", "SND", "2.999.1", "2.999")}')
    assert envelope_of(written) == {"time": "2024", "sender": "2.999.1", "receiver": ""}
    where = path("sender", "device", "asAgent", "representedOrganization", "id")
    assert attribute_of(written, where, "root") == "2.999"
