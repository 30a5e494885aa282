from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import provide, provision
from a_fhir_face import JSON, XML, a_bundle, ask, find, post, topology
from fhir.resources.R4B.operationoutcome import OperationOutcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from submissions import uuid

from xdsi_sim.limits import Limits
from xdsi_sim.mhd.service import ROUTES
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "", 405, "GET is not served here; POST, OPTIONS are"),
        ("GET", "Nope", 404, "/metadata says what is"),
        ("GET", "Nope/a/b/c", 404, "/metadata says what is"),
        ("DELETE", "DocumentReference/1", 405, "DELETE is not served here; GET, HEAD, OPTIONS are"),
        ("PUT", "List", 405, "PUT is not served here"),
        ("GET", "DocumentReference/_search", 405, "GET is not served here; POST, OPTIONS are"),
        ("GET", "DocumentReference", 400, "names a patient"),
        ("GET", "metadata?_format=pdf", 406, "_format=pdf is not supported"),
    ],
)
def test_what_is_not_served_is_told_as_an_outcome(
    url: str, method: str, path: str, status: int, text: str
) -> None:
    answer = ask(method, f"{url}/{path}")
    assert answer.status == status
    assert text in answer.texts
    OperationOutcome.model_validate(answer.json)
    if status == 405:
        assert "OPTIONS" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "media", "status", "text"),
    [
        (b"", JSON, 400, ""),
        (b"{", JSON, 400, "no JSON"),
        (b"<x/>", XML, 400, "namespace"),
        (b"x", "text/plain", 415, "Content-Type 'text/plain' is not supported"),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/related; boundary=b", 415, "not supported"),
        (b"x", "multipart/related", 400, ""),
    ],
)
def test_a_bad_body_is_told(base: str, body: bytes, media: str, status: int, text: str) -> None:
    answer = ask("POST", base, body, Content_Type=media)
    assert answer.status in (status, 415)
    assert text in answer.texts
    assert answer.json["resourceType"] == "OperationOutcome"


def test_a_search_by_post_is_a_form(url: str) -> None:
    answer = ask("POST", f"{url}/DocumentReference/_search", b"{}", Content_Type=JSON)
    assert (answer.status, "application/x-www-form-urlencoded" in answer.texts) == (415, True)


def test_outcomes_come_in_the_form_that_is_wanted(url: str) -> None:
    answer = ask("GET", f"{url}/Nope", Accept=XML)
    assert answer.headers["Content-Type"].startswith(XML)
    assert OperationOutcome.model_validate_xml(answer.body).issue[0].code == "not-found"


def test_pages_of_other_origins_may_ask(url: str) -> None:
    answer = ask("OPTIONS", f"{url}/DocumentReference", Origin="http://viewer.example")
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, HEAD, OPTIONS"
    assert find(url).headers["Access-Control-Allow-Origin"] == "*"


def test_every_request_is_in_the_log_under_its_transaction(empty: RunningTopology, base: str) -> None:
    before = empty.mark()
    find(base)
    find(base, "List", code="folder")
    ask("GET", f"{base}/Binary/x")
    post(base, {"resourceType": "Bundle", "type": "transaction"})
    ask("GET", f"{base}/metadata")
    told = [(e.transaction, e.status) for _, e in empty.heard(before) if e.receiver == "fhir"]
    assert told == [
        ("ITI-67", "HTTP 200"),
        ("ITI-66", "HTTP 200"),
        ("ITI-68", "HTTP 404"),
        ("ITI-65", "HTTP 400"),
        ("FHIR", "HTTP 200"),
    ]


def test_routes_are_all_different() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["patient", "status", "event", "creation", "related", "identifier", "_count", "_sort", "x"]
    ),
    value=st.text(max_size=12),
    body=st.binary(max_size=60),
)
def test_any_request_gets_an_answer_that_is_no_traceback(
    base: str, name: str, value: str, body: bytes
) -> None:
    for answer in (find(base, **{name: value}), ask("POST", base, body, Content_Type=JSON)):
        assert answer.status < 500, answer.body
        assert answer.json["resourceType"] in ("Bundle", "OperationOutcome")


def test_what_is_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    limited = topology().model_copy(update={"limits": Limits(fhir_body=12_000)})
    with start(limited, tmp_path, Listen("127.0.0.1", 0)) as running:
        url = running.url_of("fhir")
        assert post(url, a_bundle(1)).status == 200
        large = post(url, a_bundle(2, b"x" * 20_000))
        assert large.status == 413
        assert "exceed limits.fhir_body=12000" in large.texts
        provide(running.url_of("repository"), provision(3, b"y" * 20_000))
        address = f"{url}/Binary/{uuid(3)[9:]}"
        assert ask("GET", address, Accept=JSON).status == 413
        assert len(ask("GET", address, Accept="*/*").body) == 20_000  # as it is, it is never held whole


def test_a_bundle_is_not_held_against_other_routes(base: str) -> None:
    assert post(f"{base}/List", a_bundle(40)).status == 405
