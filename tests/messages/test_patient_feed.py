from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.messages.patient_feed import (
    Acknowledgement,
    Event,
    Ii,
    PatientFeed,
    PersonName,
    Wrapper,
    escape_hl7,
    patient_id,
    read_birth_time,
    read_patient_id,
    read_person_name,
    unescape_hl7,
)
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.vocab import FAILURE, SUCCESS


@given(st.text(alphabet=st.sampled_from("a\\|^&~FSTREX0DA\r\n")))
def test_what_was_escaped_is_meant_again(text: str) -> None:
    assert unescape_hl7(escape_hl7(text)) == text
    assert not set(escape_hl7(text)) & set("|^&~\r\n")


def test_an_id_is_the_cx_of_metadata_and_comes_back() -> None:
    id = Ii("2.999.1", "a&b")
    assert patient_id(id, "2.999.1") == "a\\T\\b^^^&2.999.1&ISO"
    assert read_patient_id("a\\T\\b^^^&2.999.1&ISO") == id
    assert read_patient_id("P1", "2.999.1") == Ii("2.999.1", "P1")


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("P1", None),
        ("", "2.999.1"),
        ("P1^^^x", "2.999.1"),
        ("P1", "xx"),
        ("X\x01Y", "2.999.1"),
        ("X\x7f", "2.999.1"),
        ("X\udcc3", "2.999.1"),
        ("X\\X0D\\Y^^^&2.999.1&ISO", None),
    ],
)
def test_what_is_no_id_is_refused(text: str, authority: str | None) -> None:
    with pytest.raises(ValueError, match=r"not|empty|is no character of a text"):
        read_patient_id(text, authority)


def test_a_name_is_family_and_given_in_whole_characters() -> None:
    assert read_person_name("Grün^Zoë") == PersonName("Grün", "Zoë")
    with pytest.raises(ValueError, match=r"^U\+000D is no character of a text$"):
        read_person_name("A\rB^C")


@pytest.mark.parametrize(("wrapper", "code"), [(None, "AE"), (Wrapper(interactionId="i", trigger="t"), "CE")])
def test_an_acknowledgement_has_the_code_of_its_dialect(wrapper: Wrapper | None, code: str) -> None:
    feed = PatientFeed(
        event=Event.ADD, id=Ii("", "M1"), patientIds=(), sender="a", receiver="b", wrapper=wrapper
    )
    answer = feed.acknowledged("E", ("no",), id=Ii("1"), time="2024")
    assert (answer.code, answer.target, answer.sender, answer.receiver) == (code, feed.id, "b", "a")
    assert answer.status == FAILURE
    assert answer.errors == (RegistryError(errorCode=code, codeContext="no"),)


def test_what_is_accepted_is_a_success() -> None:
    answer = Acknowledgement(code="CA", target=Ii("1"))
    assert (answer.status, answer.errors) == (SUCCESS, ())
    assert Acknowledgement(code="AR", target=Ii("")).errors[0].errorCode == "AR"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (" 1963-08-04 ", "19630804"),
        ("19630804", "19630804"),
        ("1963", "1963"),
        ("1963-08", "196308"),
        ("196308040830", "196308040830"),
    ],
)
def test_a_birth_date_is_read_as_people_write_it(text: str, time: str) -> None:
    assert read_birth_time(text) == time


@pytest.mark.parametrize("text", ["", "63", "4.8.1963", "1963-08-04x", "x1963", "19631301", "1963-02-30"])
def test_what_is_no_birth_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no date such as|out of range|has no day"):
        read_birth_time(text)
