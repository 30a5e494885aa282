from __future__ import annotations

import pytest

from xdsi_sim.dicomweb.messages import Body, WebRequest
from xdsi_sim.fhir.outcome import Rejected
from xdsi_sim.mhd.negotiation import accepted, answer_form, body_form, ranges


def asking(accept: str | None = None, sent: str = "") -> WebRequest:
    headers = {} if accept is None else {"accept": accept}
    return WebRequest(method="GET", path=(), headers=headers, upload=Body(media_type=sent))


@pytest.mark.parametrize(
    ("accept", "given", "form"),
    [
        (None, {}, "json"),
        ("application/fhir+json", {}, "json"),
        ("application/fhir+xml", {}, "xml"),
        ("application/fhir+json;q=0.1, application/fhir+xml", {}, "xml"),
        ("text/html, */*;q=0.1", {}, "json"),
        ("application/fhir+json", {"_format": "xml"}, "xml"),
        ("image/png", {"_format": "application/fhir json"}, "json"),  # a plus that nobody has encoded
        ("application/fhir+xml;q=wrong", {}, "xml"),
    ],
)
def test_the_form_of_an_answer(accept: str | None, given: dict[str, str], form: str) -> None:
    assert answer_form(asking(accept), given) == form


@pytest.mark.parametrize(
    ("accept", "given"), [("image/png", {}), ("application/fhir+json;q=0", {}), ("*/*", {"_format": "pdf"})]
)
def test_what_cannot_be_answered_is_406(accept: str, given: dict[str, str]) -> None:
    with pytest.raises(Rejected) as caught:
        answer_form(asking(accept), given)
    assert caught.value.status == 406


@pytest.mark.parametrize(
    ("sent", "form"), [("application/fhir+json; charset=UTF-8", "json"), ("text/xml", "xml")]
)
def test_the_form_of_a_body(sent: str, form: str) -> None:
    assert body_form(asking(sent=sent)) == form


def test_a_body_of_another_kind_is_415() -> None:
    with pytest.raises(Rejected) as caught:
        body_form(asking(sent="image/png"))
    assert caught.value.status == 415


def test_ranges_are_in_the_order_of_their_weight() -> None:
    assert ranges(asking("a/b;q=0.2, c/d, e/f;q=0")) == ["c/d", "a/b"]
    assert accepted(asking("application/*"), "application/dicom; charset=x")
    assert not accepted(asking("image/*"), "application/dicom")
