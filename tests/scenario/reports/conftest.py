"""Builders of complete records, so that a test shows only what matters to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import ActorInfo, Check, RunRecord, StepRecord, Verdict

SOAP = b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><Query id="1"/></Body></Envelope>'
DICOM = b"\0" * 128 + b"DICM" + bytes(range(256)) * 4
MTOM = (
    b"--outer\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n" + SOAP + b"\r\n"
    b"--outer\r\nContent-Type: application/dicom\r\nContent-ID: <doc>\r\n\r\n" + DICOM + b"\r\n--outer--\r\n"
)
SOAP_HEADERS = (("Content-Type", "application/soap+xml; charset=UTF-8"),)
MTOM_HEADERS = (("Content-Type", 'multipart/related; type="application/xop+xml"; boundary="outer"'),)

ACTORS = (
    ActorInfo(id="pacs", role="Imaging Document Source", url="http://127.0.0.1/pacs", oid="2.999.3"),
    ActorInfo(id="repository", role="Document Repository", url="http://127.0.0.1/repository", oid="2.999.2"),
    ActorInfo(id="registry", role="Document Registry", url="http://127.0.0.1/registry"),
    ActorInfo(id="consumer", role="Imaging Document Consumer"),
)


def message(
    line: str, headers: tuple[tuple[str, str], ...] = SOAP_HEADERS, body: bytes = SOAP
) -> HttpMessage:
    return HttpMessage(start_line=line, headers=headers, body=BytesContent(body))


@pytest.fixture
def an_exchange() -> Callable[..., Exchange]:
    ids = itertools.count(1)

    def build(sender: str = "consumer", receiver: str = "registry", **given: object) -> Exchange:
        number = next(ids)
        values: dict[str, object] = {
            "id": f"{number:016x}",
            "conversation": f"c{number}",
            "transaction": "ITI-18",
            "started": 1000.0 + number,
            "duration": 0.018,
            "request": message("POST /registry HTTP/1.1"),
            "response": message("HTTP/1.1 200 OK"),
            "status": "Success",
        }
        return Exchange(sender=sender, receiver=receiver, **(values | given))  # type: ignore[arg-type]

    return build


@pytest.fixture
def a_step() -> Callable[..., StepRecord]:
    def build(name: str = "Find the study", *exchanges: Exchange, **given: object) -> StepRecord:
        values: dict[str, object] = {
            "kind": "query",
            "verdict": Verdict.PASS,
            "started": exchanges[0].started if exchanges else 1000.0,
            "duration": 0.25,
            "exchanges": tuple(exchange.id for exchange in exchanges),
        }
        return StepRecord(name=name, **(values | given))  # type: ignore[arg-type]

    return build


@pytest.fixture
def a_record() -> Callable[..., RunRecord]:
    def build(*steps: StepRecord, exchanges: tuple[Exchange, ...] = (), **given: object) -> RunRecord:
        values: dict[str, object] = {
            "scenario": "central",
            "title": "Central registry",
            "started": 1000.0,
            "duration": 2.5,
            "actors": ACTORS,
        }
        return RunRecord(steps=steps, exchanges=exchanges, **(values | given))  # type: ignore[arg-type]

    return build


@pytest.fixture
def a_run(
    an_exchange: Callable[..., Exchange],
    a_step: Callable[..., StepRecord],
    a_record: Callable[..., RunRecord],
) -> RunRecord:
    """Publish (MTOM, with a nested hop), query, six times the same retrieve, a failure, a step not run."""
    provide = an_exchange(
        "pacs",
        "repository",
        transaction="RAD-68",
        conversation="publish",
        duration=5.0,
        request=message("POST /repository HTTP/1.1", MTOM_HEADERS, MTOM),
    )
    register = an_exchange("repository", "registry", transaction="ITI-42", conversation="publish")
    query = an_exchange(findings=(finding("W01"),))
    retrieves = tuple(
        an_exchange(
            "consumer",
            "pacs",
            transaction="WADO-RS",
            status="HTTP 200",
            request=message("GET /pacs/studies/2.25.1 HTTP/1.1", (), b""),
            response=message("HTTP/1.1 200 OK", (("Content-Type", "application/dicom"),), DICOM),
        )
        for _ in range(6)
    )
    lost = an_exchange("consumer", "pacs", transaction="RAD-69", response=None, status="no answer: refused")
    broken = Check(
        text="an answer comes", ok=False, expected="Success", observed="refused", cites="RAD TF: 4.69"
    )
    held = Check(text="the images are those listed", ok=True)
    return a_record(
        a_step("Publish", provide, kind="publish", details=(("Manifests", "1"),)),
        a_step("Query", query, text="1 entry", findings=(finding("W01"), finding("Z01", Severity.ERROR))),
        a_step("Fetch by WADO-RS", *retrieves, kind="retrieve", checks=(held,)),
        a_step("Fetch by RAD-69", lost, verdict=Verdict.FAIL, text="no image", checks=(held, broken)),
        a_step("Compare", verdict=Verdict.NOT_RUN, text="an earlier step failed"),
        exchanges=(provide, register, query, *retrieves, lost),
    )


def finding(rule: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(rule=rule, severity=severity, text=f"what {rule} found", cites="ITI TF-3: 4.2.3")
