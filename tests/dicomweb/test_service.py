from __future__ import annotations

from dataclasses import replace

import pytest
from a_dicomweb_service import Ask, body_of
from lxml import etree

from xdsi_sim.dicomweb.messages import Answer, WebRequest
from xdsi_sim.dicomweb.service import DicomWeb

CT = "studies/2.999.76.1"
IMAGE = f"{CT}/series/2.999.76.1.1/instances/2.999.76.1.1.1"


def header(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [
        ("studies", "GET", 200),
        ("/studies//", "GET", 200),
        ("series", "GET", 200),
        ("instances", "GET", 200),
        (CT, "GET", 200),
        (f"{CT}/", "GET", 200),
        (CT, "HEAD", 200),
        (f"{CT}/series", "GET", 200),
        (f"{CT}/instances", "GET", 200),
        ("studies/1.2.3/series", "GET", 200),
        ("studies/1.2.3", "GET", 404),
        ("studies/1.2.3/metadata", "GET", 404),
        (f"{CT}/series/1.2", "GET", 404),
        (f"{CT}/series/2.999.76.1.1/instances/2.999.76.1.2.1", "GET", 404),
        (f"{CT}/series/1.2/metadata", "GET", 404),
        ("studies/not-a-uid", "GET", 400),
        ("studies/not-a-uid/series", "GET", 400),
        ("studies/../etc", "GET", 404),
        ("studies/" + "1" * 65, "GET", 400),
        ("studies/1..2", "GET", 400),
        ("studies/１.2", "GET", 400),
        ("patients/1", "GET", 404),
        (f"{CT}/frames/1", "GET", 404),
        (f"{IMAGE}/frames", "GET", 404),
        (f"{IMAGE}/frames/1", "GET", 200),
        (f"{IMAGE}/frames/1/metadata", "GET", 404),
        (f"{IMAGE}/frames/0", "GET", 400),
        (f"{IMAGE}/frames/x", "GET", 400),
        (f"{IMAGE}/frames/1,", "GET", 400),
        (f"{IMAGE}/frames/2", "GET", 404),
        (f"{IMAGE}/frames/999999999999", "GET", 400),
        (f"{IMAGE}/bulkdata/7fe00010", "GET", 200),
        (f"{IMAGE}/bulkdata/00100010", "GET", 404),
        (f"{IMAGE}/bulkdata/54000100/0/54001010", "GET", 404),
        (f"{IMAGE}/bulkdata/..", "GET", 404),
        (CT, "PUT", 405),
        (CT, "DELETE", 405),
        ("series", "POST", 405),
        ("", "GET", 200),
        ("", "POST", 405),
        ("studies", "OPTIONS", 204),
    ],
)
def test_each_request_gets_its_status_and_words(ask: Ask, target: str, method: str, status: int) -> None:
    answer = ask(target, method=method)
    assert answer.status == status
    assert header(answer, "Access-Control-Allow-Origin") == "*"
    if status >= 400:
        assert len(body_of(answer).strip()) > 10


def test_the_methods_of_a_resource_are_told(ask: Ask, service: DicomWeb) -> None:
    deleting = replace(service, archive=replace(service.archive, deletes=True))
    assert header(ask(CT, method="PUT"), "Allow") == "GET, POST, HEAD, OPTIONS"
    assert header(ask(CT, method="PUT", of=deleting), "Allow") == "GET, POST, DELETE, HEAD, OPTIONS"


def test_nothing_is_deleted_unless_it_may_be(ask: Ask, service: DicomWeb) -> None:
    deleting = replace(service, archive=replace(service.archive, deletes=True))
    assert ask(CT, method="DELETE").status == 405
    assert ask("studies/1.2.3", method="DELETE", of=deleting).status == 404


# --- pages of other origins -------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["studies", CT, "nowhere", ""])
def test_a_browser_that_asks_for_leave_gets_it(ask: Ask, target: str) -> None:
    answer = ask(target, method="OPTIONS", access_control_request_method="GET", origin="http://viewer")
    if target == "nowhere":
        assert answer.status == 404
        return
    assert (answer.status, body_of(answer)) == (204, b"")
    assert "GET" in (header(answer, "Access-Control-Allow-Methods") or "")
    assert "authorization" in (header(answer, "Access-Control-Allow-Headers") or "")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://viewer.example", "https://viewer.example"), ("https://other", None), ("", None)],
)
@pytest.mark.parametrize("target", ["studies", "nowhere", CT])
def test_only_the_origins_that_are_named_may_read(
    ask: Ask, service: DicomWeb, target: str, origin: str, allowed: str | None
) -> None:
    answer = ask(target, of=replace(service, origins=("https://viewer.example",)), origin=origin)
    assert header(answer, "Access-Control-Allow-Origin") == allowed
    assert "Origin" in (header(answer, "Vary") or "")
    assert [name for name, _ in answer.headers].count("Vary") == 1


def test_every_answer_may_be_read_by_pages_under_isolation(ask: Ask) -> None:
    for target in ("studies", "nowhere", CT):
        answer = ask(target)
        assert header(answer, "Cross-Origin-Resource-Policy") == "cross-origin"
        assert "Warning" in (header(answer, "Access-Control-Expose-Headers") or "")


# --- what a service can do --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_the_root_tells_what_the_service_can_do(ask: Ask, method: str) -> None:
    answer = ask("", method=method)
    assert (answer.status, answer.media_type) == (200, "application/vnd.sun.wadl+xml")
    assert etree.QName(etree.XML(body_of(answer))).localname == "application"


def test_what_is_quick_needs_no_thread(service: DicomWeb) -> None:
    search, retrieval = (
        service.plan(WebRequest(method="GET", path=path)) for path in (("studies",), ("studies", "1.2"))
    )
    assert (search.quick, search.transaction) == (True, "QIDO-RS")
    assert (retrieval.quick, retrieval.transaction) == (False, "WADO-RS")
