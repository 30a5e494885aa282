from __future__ import annotations

import json
import time
import zipfile
from io import BytesIO

import pytest
from an_inspector import HOSTILE, Inspector, words_of
from wire import message, post, send

from xdsi_sim.inspector.web.pages.messages import rows_of


def ids(page: str) -> list[str]:
    """Of the messages in a table, from above."""
    return [part.partition('"')[0] for part in page.split('class="when"><a href="/inspector/messages/')[1:]]


def test_the_newest_stands_above_with_all_that_a_list_tells(inspector: Inspector) -> None:
    page = inspector.page("messages")
    found = ids(page)
    assert {one.id for one in inspector.exchanges} <= set(found)
    assert found.index(inspector.hostile.id) < found.index(inspector.refused.id)
    row = words_of(next(row for row in page.split("<tr ")[1:] if inspector.refused.id in row))
    assert "→ registry ITI-42 NAT-1001^^^&2.999.10.1&ISO" in row
    assert "Failure" in row
    assert f"{len(inspector.refused.findings)} · error" in row
    assert row.endswith("kB")


@pytest.mark.parametrize(
    ("query", "transactions"),
    [
        ("transaction=rad-69", {"RAD-69"}),
        ("actor=pacs-north&transaction=RAD-68", {"RAD-68"}),
        ("status=http%202&transaction=wado-rs", {"WADO-RS"}),
        ("status=fail&transaction=ITI-42", {"ITI-42"}),
        ("finding=any&transaction=ITI-42", {"ITI-42"}),
        ("finding=D01&transaction=ITI-42", {"ITI-42"}),
        ("finding=D99", set()),
        ("patient=NAT-1001&status=Failure&transaction=ITI-42", {"ITI-42"}),
        ("patient=nobody", set()),
        ("text=languageCode%20is%20missing&transaction=ITI-42", {"ITI-42"}),
        ("text=%27;DROP%20TABLE", set()),
    ],
)
def test_what_is_shown_is_chosen(inspector: Inspector, query: str, transactions: set[str]) -> None:
    page = inspector.page(f"messages?{query}")
    known = {one.id: one.transaction for one in inspector.running.exchanges()}
    assert {known[id] for id in ids(page)} == transactions
    assert ("Nothing fits" in page) is (not transactions)


def test_a_filter_that_is_hostile_is_text(inspector: Inspector) -> None:
    page = inspector.page("messages?text=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page


def test_what_is_new_comes_by_itself(inspector: Inspector) -> None:
    mark = inspector.running.mark()
    url = inspector.running.url_of("registry")
    send(url, post(url, *message(url)))
    now = inspector.running.mark()
    answer = inspector.get(f"messages/rows?after={mark}&transaction=ITI-18")
    assert answer.headers["inspector-mark"] == str(now)
    assert int(answer.headers["inspector-total"]) >= len(inspector.exchanges)
    assert len(ids(answer.body.decode())) == 1
    assert ids(inspector.page(f"messages/rows?after={now}")) == []
    assert ids(inspector.page(f"messages/rows?after={mark}&transaction=RAD-69")) == []


def test_older_ones_are_a_page_of_their_own(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xdsi_sim.inspector.web.pages.messages._PAGE", 5)
    page = inspector.page("messages?actor=registry")
    older = page.partition('rel="next" href="/inspector/')[2].partition('"')[0].replace("&amp;", "&")
    assert older.startswith("messages?actor=registry&before=")
    following = ids(inspector.page(older))
    assert len(following) == 5
    assert not set(following) & set(ids(page))


def test_what_is_chosen_is_exported(inspector: Inspector) -> None:
    answer = inspector.get("messages/export?transaction=RAD-69")
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.body)) as archive:
        index = json.loads(archive.read("index.json"))["exchanges"]
        assert {one["transaction"] for one in index} == {"RAD-69"}
        assert index[0]["files"]["request"] in archive.namelist()
    until = time.monotonic() + 5
    while left := [*(inspector.running.folder / "spool").glob("tmp*")]:
        assert time.monotonic() < until, left


def test_a_row_is_as_grave_as_its_gravest_finding(inspector: Inspector) -> None:
    refused, fine = rows_of((inspector.refused, inspector.exchanges[0]))
    assert (refused.worst, refused.tone, refused.title) == ("error", "bad", "Register Document Set-b")
    assert (fine.worst, fine.tone) == (None, "ok")
    assert fine.size > 0


def test_a_hostile_message_is_in_the_list_and_does_nothing(inspector: Inspector) -> None:
    assert HOSTILE not in inspector.page("messages")
