from __future__ import annotations

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.messages.patient_feed import Person, PersonName
from xdsi_sim.scenario.people import facts_of_person, read_person, said_of_person


def test_people_are_written_as_people_write_them() -> None:
    assert read_person("Roth^Zoë", "1963-08-04", "female", "Grün") == Person(
        name=PersonName("Roth", "Zoë"), birthTime="19630804", gender="F", mothersMaidenName="Grün"
    )
    assert read_person(None, "", None) == Person()


def test_they_are_told_in_the_same_words() -> None:
    words = {"name": "Roth^Zoë", "birthDate": "19630804", "gender": "F", "mothersMaidenName": "Grün"}
    assert facts_of_person(read_person(*words.values())) == words
    assert set(facts_of_person(Person()).values()) == {""}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("A\x00", None, None), "is no name: U+0000 is no character of a text"),
        ((None, "4.8.1963", None), "'4.8.1963' is no birth date: it is no date such as 1963-08-04"),
        ((None, "63", None), "'63' is no birth date"),
        ((None, "1970-13-01", None), "'1970-13-01' is no birth date: month 13 is out of range"),
        ((None, None, "W"), "'W' is no gender: it is none of f, female, m, male, un, other"),
    ],
)
def test_who_is_written_wrongly_is_told(given: tuple[str | None, str | None, str | None], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_person(*given)
    assert words in str(caught.value)


def test_a_person_is_said_in_a_line() -> None:
    assert said_of_person(read_person("Roth^Zoë", "1963-08-04", "F")) == "Roth Zoë, 19630804, F"
    assert said_of_person(Person()) == ""
