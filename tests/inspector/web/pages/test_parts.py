from __future__ import annotations

from typing import Any

import pytest
from a_domain import provide, provision
from an_inspector import Inspector

from xdsi_sim.content import read_all
from xdsi_sim.inspector.pieces import pieces_of

PNG = b"\x89PNG\r\n"


def test_a_manifest_is_shown_as_its_tree(inspector: Inspector) -> None:
    words = inspector.words(f"messages/{inspector.one('RAD-68').id}/parts/2")
    assert "Selection (KOS)" in words
    assert "Title 113030 Manifest" in words
    assert "Series 2.999.76." in words


def test_an_image_is_shown_with_its_tags(inspector: Inspector) -> None:
    path = f"messages/{inspector.one('RAD-69').id}/parts/3"
    page = inspector.page(path)
    assert "(0010,0010)" in page
    assert f'src="/inspector/{path}/picture?size=large"' in page
    small, large = inspector.get(f"{path}/picture"), inspector.get(f"{path}/picture?size=large")
    assert (small.status, small.headers["content-type"]) == (200, "image/png")
    assert small.body.startswith(PNG)
    assert len(large.body) >= len(small.body)


@pytest.mark.parametrize(
    ("view", "wanted"), [("octets", "00000000"), ("text", "soap:Envelope"), ("tags", None), ("none", None)]
)
def test_an_envelope_is_text_or_octets(inspector: Inspector, view: str, wanted: str | None) -> None:
    answer = inspector.get(f"messages/{inspector.one('RAD-69').id}/parts/2?as={view}")
    assert answer.status == (200 if wanted else 404)
    assert wanted is None or wanted in answer.body.decode()


def test_a_part_is_had_byte_for_byte(inspector: Inspector) -> None:
    exchange = inspector.one("RAD-68")
    piece = pieces_of(exchange)[1]
    answer = inspector.get(f"messages/{exchange.id}/parts/2/octets")
    assert answer.body == read_all(piece.body)
    assert answer.headers["content-disposition"].endswith('part-2.dcm"')


def test_a_pdf_is_offered_with_its_size_and_never_opened(inspector: Inspector) -> None:
    url, mark = inspector.running.url_of("repository"), inspector.running.mark()
    provide(url, provision(4711, content=b"%PDF-1.4\n%%EOF\n"))
    inspector.running.mark()
    sent = next(one for _, one in inspector.running.heard(mark) if one.transaction == "ITI-41")
    assert "Part 2 PDF, 15 B" in inspector.words(f"messages/{sent.id}")
    assert "The PDF, to open it elsewhere" in inspector.words(f"messages/{sent.id}/parts/2")
    answer = inspector.get(f"messages/{sent.id}/parts/2/octets")
    assert (answer.body, answer.headers["content-type"]) == (b"%PDF-1.4\n%%EOF\n", "application/octet-stream")
    assert answer.headers["content-disposition"].endswith('part-2.pdf"')
    assert inspector.get(f"messages/{sent.id}/parts/2?as=text").status == 404


def test_what_has_no_picture_says_so(inspector: Inspector) -> None:
    exchange = inspector.one("RAD-68")
    assert inspector.get(f"messages/{exchange.id}/parts/1/picture").status == 404
    assert inspector.get(f"messages/{exchange.id}/parts/99").status == 404
    assert "<img" not in inspector.page(f"messages/{exchange.id}/parts/2")


def test_a_body_that_the_log_has_lost_is_told(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_arguments: Any) -> Any:
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr("xdsi_sim.inspector.views.octets.head_of", lost)
    page = inspector.page(f"messages/{inspector.one('RAD-68').id}/parts/2?as=octets")
    assert "cannot be read" in page
