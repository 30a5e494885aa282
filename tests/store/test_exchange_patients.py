from __future__ import annotations

import pytest

from xdsi_sim.store.exchange_patients import patients_in, patients_of

V3 = b'<m xmlns="urn:hl7-org:v3"/>'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<ExternalIdentifier value="P1^^^&amp;1.2.3&amp;ISO"/>', ["P1^^^&1.2.3&ISO"]),
        (b"<Value>'P1^^^&amp;1.2.3&amp;ISO'</Value>", ["P1^^^&1.2.3&ISO"]),
        (
            b"<Value>('P1^^^&amp;1.2&amp;ISO','P2^^^&amp;1.2&amp;ISO')</Value>",
            ["P1^^^&1.2&ISO", "P2^^^&1.2&ISO"],
        ),
        (b"PID|||P1^^^NAME&1.2.3&ISO~X9^^^&1.4.5&ISO||A^B", ["P1^^^&1.2.3&ISO", "X9^^^&1.4.5&ISO"]),
        ("<Value>Jörg-1^^^&amp;1.2&amp;ISO</Value>".encode(), ["Jörg-1^^^&1.2&ISO"]),
        (b"<Value>7^Doe^Jane^^^Dr.^^^&amp;1.2&amp;ISO</Value>", []),  # an author
        (b"<Value>A-1^^^&amp;1.2&amp;ISO^urn:ihe:iti:xds:2013:accession</Value>", []),
        (b"<Value>Clinic^^^^^&amp;1.2&amp;ISO^^^^9</Value>", []),
        (b"^^^&1.2.3&ISO", []),
        (
            V3 + b'<patient classCode="PAT"><id root="1.2.3" extension="P1"/></patient>',
            ["P1^^^&1.2.3&ISO"],
        ),
        (
            b"<h:patient xmlns:h='urn:hl7-org:v3' x='1'>\n<h:id extension='P1' root='1.2.3'/>",
            ["P1^^^&1.2.3&ISO"],
        ),
        (
            b'<livingSubjectId xmlns="urn:hl7-org:v3"><value root="1.2" extension="P1"/></livingSubjectId>',
            ["P1^^^&1.2&ISO"],
        ),
        (b'<id root="1.2.3" extension="message"/>', []),
    ],
)
def test_patients_are_found_in_what_their_messages_share(data: bytes, expected: list[str]) -> None:
    assert list(patients_in(data)) == expected


def test_each_patient_is_named_once_and_a_few_stand_for_many() -> None:
    body = b" ".join(b"P%d^^^&1.2.3&ISO" % (number // 2) for number in range(40))
    assert patients_of("POST /r HTTP/1.1", [body]) == tuple(f"P{number}^^^&1.2.3&ISO" for number in range(5))


def test_an_answer_is_looked_at_where_the_request_names_nobody() -> None:
    answer = b"<Value>P2^^^&amp;1.2&amp;ISO</Value>"
    assert patients_of("POST /r HTTP/1.1", [b"<Value>P1^^^&amp;1.2&amp;ISO</Value>", answer]) == (
        "P1^^^&1.2&ISO",
    )
    assert patients_of("POST /r HTTP/1.1", [b"<Value>urn:uuid:1</Value>", answer]) == ("P2^^^&1.2&ISO",)


def test_a_search_names_its_patient_in_its_address() -> None:
    assert patients_of("GET /dicom-web/studies?PatientID=P%201&limit=1 HTTP/1.1", []) == ("P 1",)


def test_an_id_without_end_is_none() -> None:
    assert list(patients_in(b"x" * 200_000 + b"^^^&1.2.3&ISO")) == []
