from __future__ import annotations

import gzip
import json

import pytest
from a_peak import peak_of
from markupsafe import Markup

from xdsi_sim.content import BytesContent
from xdsi_sim.scenario.reports.body_view import PARSED, PLAIN, BodyView, view_of


def view(media: str, data: bytes, *more: tuple[str, str], limit: int = PARSED) -> BodyView:
    return view_of((("Content-Type", media), *more), BytesContent(data), limit)


def test_xml_is_indented() -> None:
    assert view("text/xml", b"<a><b/></a>").text == view("text/xml", b"<a>\n  <b/>\n</a>").text


def test_xml_that_is_broken_is_shown_as_it_is() -> None:
    broken = view("text/xml", b"<a><b>")
    assert broken.text == "&lt;a&gt;&lt;b&gt;"
    assert "not well-formed" in broken.notes[0]


def test_comments_that_are_left_out_are_mentioned() -> None:
    assert view("text/xml", b"<a><!-- why --></a>").notes == ("without its comments",)


def test_xml_above_the_size_is_shown_in_part_and_not_parsed() -> None:
    big = view("text/xml", b"<a>" + b" " * PARSED)
    assert big.text is not None
    assert (len(big.text) < 65_000, big.notes) == (True, ("first 64 kB of 256 kB",))


def test_text_is_cut_at_the_limit_of_the_page() -> None:
    assert view("text/xml", b"<a>" + b"<b/>" * 100 + b"</a>", limit=50).notes == (
        "first 50 of 708 characters",
    )


@pytest.mark.parametrize(
    ("data", "note"), [(b"{", "is not JSON"), (b"[" * 100_000, "nested too deep"), (b"\xff", "is not JSON")]
)
def test_json_that_is_broken_says_so(data: bytes, note: str) -> None:
    assert note in view("application/json", data).notes[0]


def test_json_is_indented_and_escaped() -> None:
    assert view("application/json", json.dumps(["<b>"]).encode()).text == "[\n  &#34;&lt;b&gt;&#34;\n]"


def test_hl7_v2_has_a_line_for_each_segment() -> None:
    assert view("x-application/hl7-v2+er7", b"MSH|^~\\&\rPID|1\r").text == "MSH|^~\\&amp;\nPID|1\n"


def test_binary_has_kind_and_size_only() -> None:
    assert view("application/dicom", b"\0" * 200) == BodyView(kind="DICOM object", size=200)


def test_parts_are_shown_each_by_its_kind() -> None:
    body = (
        b"--x\r\nContent-Type: application/xop+xml\r\n\r\n<a/>\r\n"
        b"--x\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--x--"
    )
    parts = view("multipart/related; boundary=x", body).parts
    assert [(part.body.kind, part.body.size, part.body.text is None) for part in parts] == [
        ("XML", 4, False),
        ("binary", 4, True),
    ]


def test_multipart_without_its_boundary_is_shown_as_text() -> None:
    lost = view("multipart/related; boundary=y", b"--x\r\n\r\n<a>\r\n--x--")
    assert (lost.kind, lost.notes) == ("multipart", ("no part found in it",))
    assert lost.text == "--x\n\n&lt;a&gt;\n--x--"


def test_compressed_body_is_inflated_for_reading() -> None:
    packed = gzip.compress(b"<a><b/></a>")
    shown = view("text/xml", packed, ("Content-Encoding", "gzip"))
    assert (shown.text, shown.size) == (view("text/xml", b"<a><b/></a>").text, len(packed))


def test_compressed_body_that_swells_is_inflated_in_part() -> None:
    bomb = gzip.compress(b"x" * 100_000_000)
    shown, peak = peak_of(lambda: view("text/plain", bomb, ("Content-Encoding", "gzip")), 30_000_000)
    assert shown.text is not None
    assert (len(shown.text) <= 64_000, peak < 30_000_000) == (True, True)


def test_compressed_body_that_is_broken_is_named_as_such() -> None:
    assert view("text/xml", b"no gzip", ("Content-Encoding", "gzip")).kind == "compressed (gzip)"


def test_text_for_a_terminal_is_plain_and_acts_on_nothing() -> None:
    plain = view_of((("Content-Type", "text/xml"),), BytesContent(b"<a>&lt;\xe2\x80\xae</a>"), dress=PLAIN)
    assert plain.text == "<a>&lt;⟨U+202E⟩</a>"
    assert not isinstance(plain.text, Markup)
