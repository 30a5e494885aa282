from __future__ import annotations

from collections.abc import Iterator

import pytest
from a_coded_domain import TABLE
from a_session import below, domain_of_sessions
from an_inspector import Inspector, Pages, words_of
from wire import message, post, send

from xdsi_sim.inspector.web import inspecting


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("sessions")
    with domain_of_sessions(folder, "closed", sessions=4) as running, inspecting(running) as url:
        yield Pages(running, url)


@pytest.fixture(autouse=True)
def none_is_left(pages: Pages) -> Iterator[None]:
    yield
    for name in names(pages):
        change(pages, "sessions/remove", name=name)
    assert names(pages) == []


def change(pages: Pages, path: str = "sessions", **fields: str) -> tuple[int, str]:
    answer = pages.submit(path, token=pages.token, **fields)
    return answer.status, words_of(answer.body.decode())


def names(pages: Pages) -> list[str]:
    keeper = pages.running.keeper
    assert keeper is not None
    return [one["name"] for one in keeper.listed(None)["sessions"]]


def ask(pages: Pages, name: str) -> int:
    url = below(pages.running, name)
    return send(url, post(url, *message(url))).status


def test_a_session_is_made_seen_emptied_and_removed(pages: Pages) -> None:
    assert "None yet." in pages.words("sessions")
    assert change(pages, name=" acme ") == (303, "")
    assert names(pages) == ["acme"]
    assert ask(pages, "acme") == 200
    pages.running.mark()
    page = pages.page("sessions")
    assert f"{pages.running.sessions}acme/" in page
    assert 'href="/inspector/messages?session=acme"' in page
    assert "acme: 127.0.0.1" in pages.words("messages?session=acme")
    assert change(pages, "sessions/clear", name="acme")[0] == 303
    assert "Nothing fits." in pages.words("messages?session=acme")
    assert names(pages) == ["acme"]
    assert change(pages, "sessions/remove", name="acme")[0] == 303
    assert names(pages) == []
    assert ask(pages, "acme") == 404


def test_a_session_may_have_codes_of_its_own(pages: Pages) -> None:
    assert change(pages, name="acme", codes=TABLE.replace("\n", "\r\n"))[0] == 303
    assert "codes.yaml" in pages.words("sessions")


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"name": "Acme"}, 400, "'Acme' is no name of a session"),
        ({"name": "<script>"}, 400, "'<script>' is no name of a session"),
        ({"name": "../x"}, 400, "is no name of a session"),
        ({}, 400, "is no name of a session"),
        ({"name": "acme", "codes": "classCode: ["}, 400, "codes.yaml:1"),
        ({"name": "acme", "codes": "<Codes>"}, 400, "codes.xml"),
    ],
)
def test_what_cannot_be_made_is_told_and_the_form_keeps_it(
    pages: Pages, fields: dict[str, str], status: int, told: str
) -> None:
    answer = pages.submit("sessions", token=pages.token, **fields)
    assert (answer.status, told in words_of(answer.body.decode())) == (status, True)
    assert b"<script>" not in answer.body
    if codes := fields.get("codes"):
        assert codes.replace("<", "&lt;").replace(">", "&gt;").encode() in answer.body
    assert names(pages) == []


def test_there_is_none_twice_and_no_more_than_the_limit(pages: Pages) -> None:
    for name in ("one", "two", "three", "four"):
        assert change(pages, name=name)[0] == 303
    status, words = change(pages, name="one")
    assert (status, "there is a session 'one'" in words) == (409, True)
    status, words = change(pages, name="five")
    assert (status, "as many sessions as" in words) == (503, True)


@pytest.mark.parametrize("path", ["sessions/clear", "sessions/remove"])
def test_one_that_is_not_there_is_told(pages: Pages, path: str) -> None:
    status, words = change(pages, path, name="nobody")
    assert (status, "there is no session 'nobody'" in words) == (404, True)


def test_without_the_token_nothing_is_made(pages: Pages) -> None:
    assert pages.submit("sessions", name="acme").status == 403
    assert names(pages) == []


def test_a_topology_without_sessions_has_no_such_page(inspector: Inspector) -> None:
    assert inspector.get("sessions").status == 404
    assert "Sessions" not in inspector.words("faults")
