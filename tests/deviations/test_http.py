from __future__ import annotations

from http import HTTPStatus

import pytest
from a_faulty_domain import FaultyDomain, a_query
from wire import Answer, message, post, send

from xdsi_sim.deviations.deviation import Message
from xdsi_sim.deviations.http import headed, page


def answered(faulty: FaultyDomain, deviation: str, **more: object) -> Answer:
    url = faulty.running.url_of("north-registry")
    with faulty.deviating("north-registry", deviation, **more):
        return send(url, post(url, *message(url, "ITI-18", a_query())))


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_status_comes_with_a_page(faulty: FaultyDomain, status: int) -> None:
    answer = answered(faulty, f"http-{status}")
    assert answer.status == status
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"
    assert HTTPStatus(status).phrase.encode() in answer.body


def test_a_redirect_says_where_to(faulty: FaultyDomain) -> None:
    answer = answered(faulty, "http-301", parameters={"location": "http://127.0.0.1:9/"})
    assert (answer.status, answer.headers["location"]) == (301, "http://127.0.0.1:9/")
    assert "www-authenticate" in answered(faulty, "http-401").headers
    assert "retry-after" in answered(faulty, "http-503").headers


def test_headers_are_not_true(faulty: FaultyDomain) -> None:
    right = answered(faulty, "delay", parameters={"seconds": 0})
    assert right.headers["content-type"].startswith("application/soap+xml")
    assert answered(faulty, "content-type-html").headers["content-type"].startswith("text/html")
    assert "content-type" not in answered(faulty, "content-type-missing").headers
    assert answered(faulty, "coding-untrue").headers["content-encoding"] == "gzip"
    assert "utf-16" in answered(faulty, "charset-untrue").headers["content-type"].lower()
    assert answered(faulty, "empty-200").body == b""
    assert answered(faulty, "accepted-202").status == 202


def test_the_actor_is_not_asked_where_a_page_stands_in_its_place(faulty: FaultyDomain) -> None:
    before = len(faulty.ask("ITI-18").answer.objects.documentEntries)
    with faulty.deviating("north-registry", "http-503", transaction="ITI-42"):
        faulty.ask("ITI-42")
    assert len(faulty.ask("ITI-18").answer.objects.documentEntries) == before
    with faulty.deviating("north-registry", "success-500", transaction="ITI-42"):
        faulty.ask("ITI-42")
    assert len(faulty.ask("ITI-18").answer.objects.documentEntries) == before + 1


def test_a_page_is_no_way_into_a_page() -> None:
    assert b"<script>" not in page(200, "<script>").segments[0]  # type: ignore[operator]  # it is at hand


def test_a_header_is_replaced_or_taken_away() -> None:
    message_ = Message(status=200, headers=(("A", "1"), ("B", "2")), segments=())
    assert headed(message_, "a", "3").headers == (("a", "3"), ("B", "2"))
    assert headed(message_, "a", None).headers == (("B", "2"),)
