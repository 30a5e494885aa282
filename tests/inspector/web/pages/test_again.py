from __future__ import annotations

import re
from html import unescape

from an_inspector import Inspector, words_of

from xdsi_sim.content import read_all


def fields(inspector: Inspector, id: str) -> dict[str, str]:
    """What the form sends, as a browser does."""
    page = inspector.page(f"messages/{id}/resend")
    found = dict(re.findall(r'name="(token|to)"[^>]* value="([^"]*)"', page))
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    given = {name: unescape(value) for name, value in found.items()}
    if text:
        given["envelope"] = unescape(text[1]).replace("\n", "\r\n")
    return given


def test_a_request_goes_again_byte_for_byte(inspector: Inspector) -> None:
    exchange, mark = inspector.one("ITI-18"), inspector.running.mark()
    given = fields(inspector, exchange.id)
    assert given["to"] == inspector.running.url_of("registry")
    answer = inspector.submit(f"messages/{exchange.id}/resend", **given)
    words = words_of(answer.body.decode())
    assert (answer.status, "Success HTTP 200" in words) == (200, True)
    made = inspector.running.heard(mark)[-1][1]
    assert read_all(made.request.body) == read_all(exchange.request.body)
    assert f"/inspector/messages/{exchange.id}/compare?with={made.id}" in answer.body.decode()


def test_an_envelope_is_changed_on_the_way(inspector: Inspector) -> None:
    exchange, mark = inspector.one("RAD-68"), inspector.running.mark()
    given = fields(inspector, exchange.id)
    given["envelope"] = given["envelope"].replace('name="languageCode"', 'name="languageCod"')
    words = words_of(inspector.submit(f"messages/{exchange.id}/resend", **given).body.decode())
    assert "Failure HTTP 200" in words
    assert "languageCode is missing" in words
    made = next(one for _, one in inspector.running.heard(mark) if one.receiver == "repository")
    sent, first = read_all(made.request.body), read_all(exchange.request.body)
    assert b'name="languageCod"' in sent
    assert sent[sent.index(b"DICM") :] == first[first.index(b"DICM") :]


def test_a_peer_that_is_not_there_is_told(inspector: Inspector) -> None:
    exchange = inspector.one("ITI-18")
    given = fields(inspector, exchange.id)
    for to, told in (
        ("http://127.0.0.1:1/x", "No answer"),
        ("file:///etc/passwd", "It was not sent"),
        ("javascript:alert(1)", "It was not sent"),
        ("https://127.0.0.1:1/x", "no certificates"),
        ("", "It was not sent"),
    ):
        answer = inspector.submit(f"messages/{exchange.id}/resend", **{**given, "to": to})
        assert told in words_of(answer.body.decode()), to


def test_a_search_goes_again_without_a_text_to_change(inspector: Inspector) -> None:
    exchange = inspector.one("WADO-RS")
    given = fields(inspector, exchange.id)
    assert "envelope" not in given
    answer = inspector.submit(f"messages/{exchange.id}/resend", **given)
    assert "HTTP 200 HTTP 200 after" in words_of(answer.body.decode())


def test_without_the_token_nothing_goes(inspector: Inspector) -> None:
    exchange, mark = inspector.one("ITI-18"), inspector.running.mark()
    given = fields(inspector, exchange.id) | {"token": "guessed"}
    assert inspector.submit(f"messages/{exchange.id}/resend", **given).status == 403
    assert inspector.running.mark() == mark
