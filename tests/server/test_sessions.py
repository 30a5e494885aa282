from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from a_session import at_home, base_of, below, domain_of_sessions
from wire import QUERY, Answer, get, message, post, send

from xdsi_sim.actors.trace import TRACE_HEADER, Trace
from xdsi_sim.topology.build import RunningTopology


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain_of_sessions(tmp_path_factory.mktemp("open"), sessions=12) as started:
        yield started


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain_of_sessions(tmp_path_factory.mktemp("closed"), "closed", sessions=4) as started:
        yield started


def ask(running: RunningTopology, value: Any, name: str = "", method: str = "POST") -> Answer:
    url = f"{base_of(running)}/sessions{name}"
    body = json.dumps(value).encode()
    head = f"{method} /sessions{name} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\n"
    lines = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return send(url, (head + lines).encode() + body)


def names(running: RunningTopology) -> list[str]:
    return [one["name"] for one in json.loads(get(f"{base_of(running)}/sessions").body)["sessions"]]


def test_an_actor_answers_in_a_session_as_it_does_outside(running: RunningTopology) -> None:
    url = below(running, "acme")
    inside, outside = (send(one, post(one, *message(one))) for one in (url, at_home(url)))
    assert (inside.status, outside.status) == (200, 200)
    assert b"XDSStoredQueryMissingParam" in inside.body
    assert b"XDSStoredQueryMissingParam" in outside.body
    assert f'location="{url}"'.encode() in get(f"{url}?wsdl").body


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "%2e%2e",
        "..%2fetc",
        "a%00b",
        "-a",
        "a-",
        "a" * 41,
        "a%20b",
        "%ff",
        "%C3%A9clair",
        "a.b",
        "a%0d%0ab",
    ],
)
def test_a_name_that_cannot_be_is_refused_and_makes_nothing(running: RunningTopology, name: str) -> None:
    get(below(running, "acme"))
    kept = ["acme"]
    answer = get(f"{base_of(running)}/s/{name}/c/registry?wsdl")
    assert (answer.status, b"is no name of a session: 1 to 40 small letters" in answer.body) == (404, True)
    assert all(sign not in answer.body.removesuffix(b"\n") for sign in (b"\r", b"\n", b"\0"))
    assert [path.name for path in (running.folder / "sessions").iterdir() if path.name[:1] in "Aa-."] == kept


@pytest.mark.parametrize(
    "path",
    [
        "/s",
        "/s/",
        "/s/nobody",
        "/s/nobody/",
        "/s/nobody/favicon.ico",
        "/s/nobody/d",
        "/s/nobody/s",
        "/s/nobody/sessions",
    ],
)
def test_what_is_no_actor_makes_no_session(running: RunningTopology, path: str) -> None:
    assert get(f"{base_of(running)}{path}").status == 404
    assert "nobody" not in names(running)


@pytest.mark.parametrize("path", ["/s/acme", "/s/acme/", "/s/acme/c", "/s/acme/c/registri", "/s/acme/s/acme"])
def test_in_a_session_a_path_without_an_actor_is_not_found(running: RunningTopology, path: str) -> None:
    get(below(running, "acme"))
    answer = get(f"{base_of(running)}{path}")
    assert (answer.status, b"no actor is at /s/acme" in answer.body) == (404, True)


def test_the_first_request_may_be_of_any_kind_and_name_the_whole_address(running: RunningTopology) -> None:
    url = f"{below(running, 'first', 'pacs')}/dicom-web/studies"
    body = b"--b\r\nContent-Type: application/dicom\r\n\r\nno DICOM\r\n--b--\r\n"
    related = 'multipart/related; type="application/dicom"; boundary=b'
    assert send(url, post(url, related, body)).status == 409  # by the face, which has read the body
    other = below(running, "second")
    whole = post(other, *message(other)).replace(b"POST /", f"POST {base_of(running)}/".encode(), 1)
    assert send(other, whole).status == 200
    assert {"first", "second"} <= {*names(running)}


def test_requests_that_come_at_once_on_one_connection_wait_for_it(running: RunningTopology) -> None:
    url = below(running, "pipelined")
    answer = send(url, post(url, *message(url)) * 2)
    assert answer.status == 200


def test_where_sessions_are_closed_one_has_to_be_made(closed: RunningTopology) -> None:
    answer = get(below(closed, "acme"))
    assert (answer.status, answer.body) == (
        404,
        b"there is no session 'acme'. Make it: xdsi-sim session add acme\n",
    )
    made = ask(closed, {"name": "acme"})
    facts = {"name": "acme", "awake": False, "faults": 0, "codes": None}
    assert (made.status, json.loads(made.body)) == (201, facts | {"url": f"{base_of(closed)}/s/acme/"})
    url = below(closed, "acme")
    assert send(url, post(url, *message(url, value=QUERY))).status == 200
    assert json.loads(get(f"{base_of(closed)}/sessions/acme").body)["awake"]
    assert ask(closed, None, "/acme", "DELETE").status == 200
    assert get(below(closed, "acme")).status == 404


def test_there_are_no_more_than_the_limit(closed: RunningTopology) -> None:
    more = [f"s{number}" for number in range(4 - len(names(closed)))]
    assert {ask(closed, {"name": name}).status for name in more} == {201}
    answer = ask(closed, {"name": "one-more"})
    assert (answer.status, b"as many sessions as limits.sessions=4 allows" in answer.body) == (503, True)
    for name in more:
        ask(closed, None, f"/{name}", "DELETE")
    assert not {*more} & {*names(closed)}


@pytest.mark.parametrize(
    ("method", "name", "value", "status", "text"),
    [
        ("POST", "", {"name": "Acme"}, 400, "'Acme' is no name of a session"),
        ("POST", "", {"name": "a" * 500}, 400, "is no name of a session"),
        ("POST", "", {"nam": "acme"}, 400, "unknown key 'nam'. Did you mean 'name'"),
        ("POST", "", {"name": 7}, 400, "name"),
        ("POST", "", [], 400, "expected keys with values"),
        ("POST", "", {"name": "x", "codes": "- 1"}, 400, "codes.yaml:1:1:"),
        ("POST", "", {"name": "x", "codes": "<a/>", "file": "../x.xml"}, 400, "file"),
        ("POST", "", {"name": "x", "codes": "{}", "file": "x.json"}, 400, "file"),
        ("POST", "/nobody", {"clear": True}, 404, "there is no session 'nobody'"),
        ("POST", "/busy", {"clean": True}, 400, "a session is emptied by"),
        ("DELETE", "/nobody", None, 404, "there is no session 'nobody'"),
        ("DELETE", "/..", None, 404, "is no name of a session"),
        ("DELETE", "", None, 405, "DELETE is not served here"),
        ("PUT", "/busy", {}, 405, "PUT is not served here"),
        ("GET", "/nobody", None, 404, "there is no session 'nobody'"),
        ("POST", "", {"name": "busy"}, 409, "there is a session 'busy'"),
    ],
)
def test_what_cannot_be_is_told(
    closed: RunningTopology, method: str, name: str, value: Any, status: int, text: str
) -> None:
    if "busy" not in names(closed):
        assert ask(closed, {"name": "busy"}).status == 201
    answer = ask(closed, value, name, method)
    told = json.loads(answer.body)
    assert (answer.status, text in f"{told['error']} {told['hint']}") == (status, True), told
    assert names(closed) == ["busy"]
    assert [path.name for path in (closed.folder / "sessions").iterdir()] == ["busy"]


@pytest.mark.parametrize("header", ["Origin: https://evil.example", "X-Forwarded-For: 192.0.2.1"])
def test_somebody_else_may_neither_look_nor_change(closed: RunningTopology, header: str) -> None:
    assert get(f"{base_of(closed)}/sessions", header).status == 403


def test_a_session_whose_folder_cannot_be_used_says_so(running: RunningTopology) -> None:
    (running.folder / "sessions" / "blocked").write_text("no folder")
    answer = get(f"{below(running, 'blocked')}?wsdl")
    assert answer.status == 503
    assert b"the data folder cannot be used" in answer.body
    (running.folder / "sessions" / "blocked").unlink()
    assert get(f"{below(running, 'blocked')}?wsdl").status == 200


def test_who_serves_a_request_gets_answers_while_its_session_is_about_to_be_emptied(
    running: RunningTopology,
) -> None:
    url = below(running, "leaving")
    asked = post(url, *message(url))
    within = post(url, *message(url), f"{TRACE_HEADER}: {Trace.begin('repository')}")
    with ThreadPoolExecutor(2) as pool:
        with running.session("leaving"):  # as a request has it that is being served
            clearing = pool.submit(ask, running, {"clear": True}, "/leaving")
            while json.loads(get(f"{base_of(running)}/sessions/leaving").body)["awake"]:
                pass
            other = pool.submit(send, url, asked)
            assert send(url, within).status == 200
            assert not clearing.done()
            assert not other.done()
        assert (clearing.result().status, other.result().status) == (200, 200)
