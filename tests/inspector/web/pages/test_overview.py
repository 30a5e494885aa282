from __future__ import annotations

import re

import pytest
from an_inspector import Inspector, words_of

from xdsi_sim.scenario.reports.templates import hash_source


def test_it_shows_who_is_there_and_where(inspector: Inspector) -> None:
    page = inspector.page("")
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="topology"' in page
    for actor in ("registry", "repository", "pacs-north", "pacs-south"):
        assert f'data-copy="{inspector.running.url_of(actor)}"' in page
    assert 'data-copy="2.999.10.3"' in page
    assert f'data-copy="{inspector.running.dicomweb_of("pacs-north")}"' in page


def test_the_style_of_the_drawing_is_allowed_by_its_hash(inspector: Inspector) -> None:
    answer = inspector.get("")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    assert hash_source(style) in answer.headers["content-security-policy"]


def test_counts_keep_up(inspector: Inspector) -> None:
    rows = inspector.page("actors").split("<tr>")[1:]
    registry = next(row for row in rows if ">registry</a>" in row)
    assert int(re.findall(r'data-label="Received" class="n">(\d+)', registry)[0]) >= 10
    assert "messages?actor=registry&amp;finding=any" in registry
    assert re.search(r"\d\d:\d\d:\d\d", words_of(registry))


def test_studies_are_shown_with_a_picture(inspector: Inspector) -> None:
    page = inspector.page("")
    assert "Bergström^Anna^Maria" in page
    pictures = re.findall(r'/inspector/(studies/[^"]+/picture)', page)
    assert len(pictures) == 5
    answer = inspector.get(pictures[0])
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")


def test_looking_at_a_picture_is_no_message(inspector: Inspector) -> None:
    mark = inspector.running.mark()
    inspector.get("studies/pacs-north/2.999.76.1/picture")
    assert inspector.running.mark() == mark


def test_an_archive_that_fails_is_told(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: object, **_named: object) -> None:
        raise ValueError("no answer <script>")

    monkeypatch.setattr(type(inspector.running.store_of("pacs-north")), "search", fails)
    assert "They are not known: no answer &lt;script&gt;" in inspector.page("")
