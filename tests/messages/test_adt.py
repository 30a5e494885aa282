from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from feeds import OTHER, SOURCE, adt, patient
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.adt import EVENTS, Header, read_ack, read_adt, read_header, write_ack, write_adt
from xdsi_sim.messages.patient_feed import Acknowledgement, Event, Ii, Person, PersonName

AUTHORITY = "2.999.1.1"
ZOE = Person(name=PersonName("Zoë", "Ann"), birthTime="19630804", gender="F", mothersMaidenName="Grün")


@pytest.mark.parametrize("trigger", EVENTS)
def test_each_trigger_is_an_event(trigger: str) -> None:
    feed = read_adt(adt(trigger, mrg1=patient("P2")))
    assert feed.event is EVENTS[trigger]
    assert (feed.id, feed.sender, feed.receiver, feed.wrapper) == (Ii("", "M1"), "ADT", "REG", None)
    assert (feed.patientIds, feed.subsumedIds) == ((Ii(AUTHORITY, "P1"),), (Ii(AUTHORITY, "P2"),))
    assert feed.person == Person(name=PersonName("Roth", "Miriam"))


@pytest.mark.parametrize(
    ("pid3", "ids"),
    [
        ("P1", [("", "P1")]),
        ("P1^^^NS", [("", "P1")]),
        (f"P1^^^NS&{AUTHORITY}", [(AUTHORITY, "P1")]),
        (f"P1^5^M11^NS&{AUTHORITY}&ISO^MR", [(AUTHORITY, "P1")]),
        ("P1^^^&hospital.org&DNS", [("DNS:hospital.org", "P1")]),
        (f"{patient('X', OTHER)}~{patient('P1')}", [(OTHER, "X"), (AUTHORITY, "P1")]),
        ("A\\T\\B\\S\\C\\E\\^^^", [("", "A&B^C\\")]),
        ("^^^&2.999.1.1&ISO", []),
        ("", []),
        ("~~", []),
    ],
)
def test_repetitions_have_their_authorities(pid3: str, ids: list[tuple[str, str]]) -> None:
    assert [(id.root, id.extension) for id in read_adt(adt(pid3=pid3)).patientIds] == ids


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("", "utf-8"), ("UNICODE UTF-8", "utf-8"), ("8859/1", "latin-1"), ("8859/15~ISO IR87", "iso8859-15")],
)
def test_text_is_what_msh_18_says(charset: str, encoding: str) -> None:
    feed = read_adt(adt(pid3="Zoë", charset=charset, encoding=encoding))
    assert feed.patientIds == (Ii("", "Zoë"),)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "begins with MSH"),
        (b"hello", "begins with MSH"),
        (b"MSH", "begins with MSH"),
        (b"MSH|^^\\&|x", "begins with MSH"),
        (b"MSH|ABCD|x", "begins with MSH"),
        (b"MSH|^~\\&", "MSH-9 HL7 is none of"),
        (adt(type="ADT^A02"), "MSH-9 ADT^A02 is none of ADT^A01"),
        (adt(type="ORU^R01"), "MSH-9 ORU^R01"),
        (adt(id=""), "MSH-10"),
        (adt(charset="KLINGON"), "MSH-18 'KLINGON' is none of ASCII, UNICODE UTF-8"),
        (adt(pid3="Zoë", encoding="latin-1"), "not what MSH-18 says (UNICODE UTF-8)"),
        (adt().replace(b"\r", b"\n"), "segments end with CR"),
        (adt() + b"PID|||P2\r", "2 segments PID"),
        (adt(pid3="~" * 30_000), "limit parts=20000"),
        (b"MSH|^~\\&" + b"|" * 30_000, "limit fields=20000"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, words: str) -> None:
    with pytest.raises(ProtocolViolation) as told:
        read_adt(data)
    assert words in str(told.value)


def test_other_segments_may_hold_anything() -> None:
    feed = read_adt(adt() + b"OBX|1|ED|" + b"\xff~^&" * 100_000 + b"\r")
    assert feed.patientIds == (Ii(AUTHORITY, "P1"),)


def test_line_feeds_of_sloppy_senders_do_not_matter() -> None:
    assert read_adt(adt().replace(b"\r", b"\r\n")).patientIds == (Ii(AUTHORITY, "P1"),)


def test_other_separators_are_those_of_the_message() -> None:
    changed = adt(pid3="a&b^^^&2.999.1.1&ISO").translate(bytes.maketrans(b"|^~&", b"#@*%"))
    assert read_adt(changed.replace(b"a%b", b"a^b")).patientIds == (Ii(AUTHORITY, "a^b"),)


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 40))
def test_garbage_is_a_violation_and_nothing_else(noise: bytes, at: int, gone: int) -> None:
    whole = adt("A40", mrg1=patient("P2"))
    for data in (noise, whole[:at] + noise + whole[at + gone :]):
        with contextlib.suppress(ProtocolViolation):
            read_adt(data)
        with contextlib.suppress(ProtocolViolation):
            read_ack(data)


@pytest.mark.parametrize(
    ("feed", "trigger"),
    [
        (SOURCE.announce(Ii(AUTHORITY, "a|b^c"), person=ZOE), "A04"),
        (SOURCE.announce(Ii(AUTHORITY, "P1"), Ii(OTHER, "X"), person=ZOE), "A01"),
        (SOURCE.announce(Ii(AUTHORITY, "P1"), person=replace(ZOE, birthTime="", gender="UN")), "A08"),
        (SOURCE.merge(Ii(AUTHORITY, "P1"), Ii(AUTHORITY, "P2"), ZOE), "A40"),
    ],
)
def test_what_was_written_is_read_again(feed: object, trigger: str) -> None:
    found = read_adt(write_adt(feed, trigger))  # type: ignore[arg-type]
    for name in ("patientIds", "subsumedIds", "person", "time", "sender", "receiver"):
        assert getattr(found, name) == getattr(feed, name)
    assert found.event is EVENTS[trigger]
    assert found.id.extension.isalnum()
    assert len(found.id.extension) == 20


def test_no_text_ends_its_segment() -> None:
    name = PersonName("A\rPID|||x", "B\nC")
    person = Person(name=name, mothersMaidenName="X\rMRG|")
    written = write_adt(SOURCE.announce(Ii("2.999.1\rEVN", "P\r1"), person=person), "A04")
    assert [line[:3] for line in written.split(b"\r")] == [b"MSH", b"EVN", b"PID", b"PV1", b""]
    assert (read_adt(written).person, read_adt(written).patientIds[0].extension) == (person, "P\r1")


def test_an_acknowledgement_answers_its_message_in_its_character_set() -> None:
    header = read_header(adt("A40", charset="8859/1", id="M7", encoding="latin-1"))
    answer = Acknowledgement(
        code="AE", target=Ii("", "M7"), texts=("no Zoë | x", "nor y"), id=Ii("", "A1"), time="2024"
    )
    data = write_ack(answer, header)
    assert data.startswith(b"MSH|^~\\&|REG|DOMAIN|ADT|WARD|2024||ACK^A40|A1|P|2.3.1||||||8859/1\rMSA|AE|M7|")
    assert "Zoë".encode("latin-1") in data
    assert data.endswith(b"\r")
    found = read_ack(data)
    assert (found.code, found.target, found.texts) == ("AE", answer.target, answer.texts)
    assert (found.sender, found.receiver, found.id) == ("REG", "ADT", answer.id)


@pytest.mark.parametrize(
    ("rule", "code"), [("K02", b"101"), ("K10", b"204"), ("K13", b"205"), ("K08", b"205"), ("K06", b"207")]
)
def test_err_3_is_the_code_of_the_rule(rule: str, code: bytes) -> None:
    data = write_ack(Acknowledgement(code="AE", target=Ii("", "M1"), texts=("no",), rule=rule), Header())
    assert b"ERR|||" + code + b"^" in data


def test_an_acknowledgement_needs_no_message_that_could_be_read() -> None:
    data = write_ack(Acknowledgement(code="AR", target=Ii(""), texts=("x" * 500,)), Header())
    assert (read_ack(data).code, read_ack(data).texts) == ("AR", ("x" * 500,))
    assert b"MSA|AR||" + b"x" * 80 + b"\r" in data


def test_what_has_no_msa_is_no_acknowledgement() -> None:
    with pytest.raises(ProtocolViolation, match="is no ACK"):
        read_ack(adt())


def test_an_update_of_demographics_means_nothing() -> None:
    assert EVENTS["A08"] is Event.IGNORED


@pytest.mark.parametrize(
    ("sex", "gender"), [("F", "F"), ("m", "M"), ("O", "UN"), ("A", "UN"), ("U", ""), ("N", ""), ("", "")]
)
def test_administrative_sex_is_that_of_hl7_v3(sex: str, gender: str) -> None:
    data = adt().replace(b"|Roth^Miriam", f"|Roth^Miriam||1963|{sex}".encode())
    assert (read_adt(data).person.gender, read_adt(data).person.birthTime) == (gender, "1963")


def test_ids_of_other_domains_are_among_the_rest() -> None:
    feed = SOURCE.announce(Ii(AUTHORITY, "P1"), others=(Ii(OTHER, "X"),))
    assert read_adt(write_adt(feed, "A04")).patientIds == (Ii(AUTHORITY, "P1"), Ii(OTHER, "X"))
