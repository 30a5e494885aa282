from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from an_exchange import MTOM, MTOM_HEADERS, an_exchange
from answer_examples import find
from feeds import adt
from wire import message

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.judgement import judge_exchange

URL = "http://127.0.0.1/c/registry"


def asked(value: Any, *findings: Finding) -> Exchange:
    content_type, body = message(URL, "ITI-18", value)
    return sent("POST /c/registry HTTP/1.1", content_type, body, *findings)


def sent(line: str, content_type: str, body: bytes, *findings: Finding) -> Exchange:
    request = HttpMessage(start_line=line, headers=(("Content-Type", content_type),), body=BytesContent(body))
    return an_exchange(findings=findings, request=request)


def a_finding(rule: str, text: str, location: str | None = None) -> Finding:
    return Finding(rule=rule, severity=Severity.ERROR, text=text, location=location)


def test_what_both_have_found_is_told_once(tmp_path: Path) -> None:
    again = judge_exchange(asked(find(ClassCode="('a')")), tmp_path)[0].told
    assert [(one.finding.rule, one.recorded) for one in again] == [("I09", False)]
    both, _ = judge_exchange(asked(find(ClassCode="('a')"), again[0].finding), tmp_path)
    assert [(one.finding.rule, one.recorded) for one in both.told] == [("I09", True)]


def test_what_only_the_actor_could_know_comes_first(tmp_path: Path) -> None:
    known = a_finding("F02", "is registered", "urn:uuid:1")
    told = judge_exchange(asked(find(ClassCode="('a')"), known), tmp_path)[0].told
    assert (told[0].finding.rule, told[0].object) == ("F02", "urn:uuid:1")
    assert len(told) == 2


def test_an_answer_is_held_against_its_request(tmp_path: Path) -> None:
    request, answer = judge_exchange(asked(find()), tmp_path)
    assert request.judged is not None
    assert request.judged.name == "ITI-18"
    assert answer.judged is not None  # it is none of ITI-18, and that is told
    assert answer.told


@pytest.mark.parametrize(
    "exchange",
    [
        sent("GET /dicom-web/studies HTTP/1.1", "", b""),
        sent("POST /dicom-web/studies HTTP/1.1", 'multipart/related; type="application/dicom"', b"--x"),
        sent("POST /dicom-web/studies HTTP/1.1", "application/json", b"{}"),
        sent("POST /x HTTP/1.1", "application/soap+xml", b"no XML"),
    ],
)
def test_what_is_no_message_is_shown_and_not_judged(exchange: Exchange, tmp_path: Path) -> None:
    request, answer = judge_exchange(exchange, tmp_path)
    assert request.judged is None or request.judged.body is None
    assert answer.judged is None or request.judged is not None


def test_a_feed_is_read(tmp_path: Path) -> None:
    request, _ = judge_exchange(sent("MLLP 127.0.0.1:1", "x-application/hl7-v2+er7", adt()), tmp_path)
    assert request.judged is not None
    assert (request.judged.name, request.judged.side) == ("ITI-8", "request")


def test_a_log_that_has_lost_a_body_says_so(tmp_path: Path) -> None:
    exchange = asked(find())
    lost = replace(exchange.request, body=FileContent(tmp_path / "gone", 10))
    request, _ = judge_exchange(replace(exchange, request=lost), tmp_path)
    assert request.judged is None
    assert "lost" in (request.note or "")


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    exchange = an_exchange(
        request=HttpMessage(
            start_line="POST / HTTP/1.1", headers=MTOM_HEADERS, body=BytesContent(MTOM + b" " * 33_000_000)
        )
    )
    assert "larger" in (judge_exchange(exchange, tmp_path)[0].note or "")


REFUSED = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>
<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
  xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
  status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure">
<rs:RegistryErrorList><rs:RegistryError errorCode="XDSUnknownPatientId" location="urn:uuid:1"
  codeContext="it is unknown; object=urn:uuid:1; attribute=patientId; value=P1; rule=F10"/>
</rs:RegistryErrorList></q:AdhocQueryResponse></s:Body></s:Envelope>"""


def test_what_only_the_answer_tells_is_a_finding_of_the_request(tmp_path: Path) -> None:
    answer = HttpMessage(
        start_line="HTTP/1.1 200 OK",
        headers=(("Content-Type", "application/soap+xml"),),
        body=BytesContent(REFUSED),
    )
    request, _ = judge_exchange(replace(asked(find()), response=answer), tmp_path)
    (told,) = request.told
    assert (told.finding.rule, told.object, told.attribute) == ("F10", "urn:uuid:1", "patientId")
    assert told.recorded
    once = judge_exchange(
        replace(asked(find(), a_finding("F10", "it is unknown", "urn:uuid:1")), response=answer), tmp_path
    )
    assert [one.finding.rule for one in once[0].told] == ["F10"]
