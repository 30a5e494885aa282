from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.client.answers import SoapFault, no_soap, old_soap, refuse_head, take_while_soap
from xdsi_sim.client.http import Head
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.soap.faults import Fault
from xdsi_sim.soap.mtom import PackageReader


def head(status: int = 200, **headers: str) -> Head:
    return Head(
        status=status,
        phrase="Phrase",
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            head(302, Location="http://other/"),
            "HTTP 302, a redirect to http://other/; redirects are not followed",
        ),
        (head(304), "HTTP 304, a redirect to None"),
        (head(200, Content_Encoding="GZIP"), "Content-Encoding GZIP, which was not asked"),
    ],
)
def test_redirects_and_coded_bodies_are_refused(given: Head, words: str) -> None:
    with pytest.raises(NoAnswer, match=words):
        refuse_head(given)


def test_an_identity_is_no_coding() -> None:
    refuse_head(head(200, Content_Encoding="Identity"))
    refuse_head(head(500))


def test_what_is_no_soap_is_shown_on_one_line_and_not_whole(tmp_path: Path) -> None:
    reader = PackageReader("text/html", tmp_path)
    reader.feed(b"<html>\r\n\x1b[31m <h1>Bad\tGateway</h1>" + b"x" * 1000)
    text = str(no_soap(head(502), reader, reader.problem))
    assert text.startswith("HTTP 502 Phrase, and no SOAP answer: Content-Type text/html is neither ")
    assert "; it begins: <html> [31m <h1>Bad Gateway</h1>xxx" in text
    assert len(text) < 400
    assert "begins" not in str(no_soap(head(), PackageReader("", tmp_path), ProtocolViolation("none")))


def test_what_can_be_no_soap_any_more_is_not_read_on(tmp_path: Path) -> None:
    take = take_while_soap(head(502), PackageReader("text/html", tmp_path))
    take(bytes(60_000))
    with pytest.raises(NoAnswer, match="HTTP 502"):
        take(bytes(60_000))


def test_a_fault_is_an_error_with_its_parts() -> None:
    fault = Fault(code="Sender", subcode="X", reason="no", detail="<d/>", node="n", role="r")
    error = SoapFault(fault)
    assert str(error) == "SOAP fault Sender/X: no"
    assert (error.code, error.subcode, error.reason) == ("Sender", "X", "no")
    assert (error.detail, error.node, error.role) == ("<d/>", "n", "r")


def test_an_answer_of_another_soap_is_reported_as_such() -> None:
    assert old_soap("http://x").rule == "A04"
