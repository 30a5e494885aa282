from __future__ import annotations

import pytest
from an_inspector import Inspector, words_of
from wire import Answer


def told(inspector: Inspector, **fields: str) -> tuple[Answer, str]:
    answer = inspector.submit("patients", token=inspector.token, registry="registry", **fields)
    return answer, words_of(answer.body.decode())


def test_who_has_documents_is_known(inspector: Inspector) -> None:
    words = inspector.words("patients?text=nat-1001")
    assert "Known to registry 1, authority 2.999.10.1" in words
    assert "NAT-1001^^^&2.999.10.1&ISO" in words
    assert "Nobody fits." in inspector.words("patients?text=nobody-at-all")


def test_a_patient_is_announced_by_a_message(inspector: Inspector) -> None:
    mark = inspector.running.mark()
    answer, words = told(inspector, id="NEW-1", name="Doe^Jane", birthDate="1963-08-04", gender="F", into="")
    assert (answer.status, "CA NEW-1^^^&2.999.10.1&ISO" in words) == (200, True)
    assert "Doe Jane, 19630804, F" in inspector.words("patients?text=NEW-1")
    inspector.running.mark()
    assert inspector.running.heard(mark)[-1][1].transaction.startswith("ITI-44")


def test_a_patient_is_merged(inspector: Inspector) -> None:
    for id in ("OLD-2", "NEW-2"):
        told(inspector, id=id)
    _, words = told(inspector, id="OLD-2", into="NEW-2")
    assert "NEW-2^^^&2.999.10.1&ISO, into which OLD-2^^^&2.999.10.1&ISO was to be merged" in words
    assert "OLD-2^^^&2.999.10.1&ISO – NEW-2^^^&2.999.10.1&ISO" in inspector.words("patients?text=OLD-2")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": ""}, "is no patient id"),
        ({"id": "a^b"}, "is no patient id"),
        ({"id": "P", "birthDate": "soon"}, "'soon' is no birth date"),
        ({"id": "P", "gender": "<script>"}, "is no gender"),
    ],
)
def test_what_cannot_be_is_told_beside_the_form(
    inspector: Inspector, fields: dict[str, str], words: str
) -> None:
    answer, shown = told(inspector, **fields)
    assert (answer.status, words in shown) == (400, True), shown
    assert b"<script>" not in answer.body


def test_a_registry_that_is_not_here_is_told(inspector: Inspector) -> None:
    answer = inspector.submit("patients", token=inspector.token, registry="nobody", id="P1")
    assert (answer.status, b"there is no registry" in answer.body) == (400, True)


def test_a_patient_of_another_authority_is_refused_by_the_registry(inspector: Inspector) -> None:
    _, words = told(inspector, id="P1^^^&1.2.3&ISO")
    assert "CE P1^^^&1.2.3&ISO" in words or "AE P1^^^&1.2.3&ISO" in words or "Fault" in words
