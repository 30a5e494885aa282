from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from xdsi_sim.scenario.reports.xml_view import coloured, indented


def shown(xml: str) -> str:
    return html.fromstring(f"<pre>{coloured(xml)}</pre>").text_content().strip()


def test_elements_stand_on_lines_of_their_own() -> None:
    assert indented(b"<a><b>x</b><c/></a>") == "<a>\n  <b>x</b>\n  <c/>\n</a>"


def test_text_beside_elements_keeps_its_blanks() -> None:
    assert indented(b"<a>x <b/> y</a>") == "<a>x <b/> y</a>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "document type"),
        (b"<a><b></a>", "not well-formed"),
        (b"", "not well-formed"),
        (b"<a>" * 5000, "exceeds a limit"),
    ],
)
def test_what_cannot_be_shown_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        indented(data)


def test_names_values_and_text_are_told_apart() -> None:
    assert coloured('<a k="v">t</a>') == (
        '<span class="line d0">&lt;<b>a</b> k=&#34;<i>v</i>&#34;&gt;<em>t</em>&lt;/<b>a</b>&gt;\n</span>'
    )


def test_depth_of_a_line_is_its_indent() -> None:
    assert re.findall(r"d(\d+)", coloured("<a>\n  <b>\n    <c/>\n  </b>\n</a>")) == ["0", "1", "2", "1", "0"]


def test_markup_in_values_and_comments_stays_text() -> None:
    xml = indented(b'<a k="&lt;script&gt;">&lt;script&gt;alert(1)</a>')
    assert "<script" not in coloured(xml + "<!-- <script> -->")


def test_long_text_is_cut_and_says_by_how_much() -> None:
    assert "… 98,000 more characters" in coloured(f"<a>{'A' * 100_000}</a>")


def test_document_cut_in_a_tag_can_be_shown() -> None:
    assert shown('<a>\n  <b k="v') == '<a>\n<b k="v'


def test_characters_that_act_are_words_here_too() -> None:
    assert "⟨U+202E⟩" in coloured(indented("<a>x\u202ey</a>".encode()))


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=40))
def test_any_text_reads_the_same_as_it_was(text: str) -> None:
    element = etree.Element("a", k=text)
    element.text = text
    assert shown(etree.tostring(element, encoding="unicode")) in (f'<a k="{text}">{text}</a>', '<a k=""></a>')
