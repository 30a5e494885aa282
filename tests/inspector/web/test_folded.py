from __future__ import annotations

import re

from markupsafe import Markup

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.inspector.web.folded import folded


def fold(xml: str, **marks: str) -> str:
    root = parse(xml.encode())
    shown = {name: Markup("<p>{}</p>").format(text) for name, text in marks.items()}
    found = {one: [("error", shown[str(one.tag)])] for one in root.iter() if one.tag in shown}
    return str(folded(root, found))


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", "", markup)


def test_a_document_is_shown_as_it_is_written() -> None:
    xml = '<a:r xmlns:a="urn:a" x="1" a:y="2"><b xml:lang="en">text</b><c/></a:r>'
    shown = words(fold(xml)).replace("&lt;", "<").replace("&gt;", ">")
    assert shown == xml.replace('"', '"').replace("&#34;", '"')


def test_deep_levels_are_shut_until_something_was_found_in_them() -> None:
    xml = "<a><b><c><d><e><f/></e></d></c></b></a>"
    assert fold(xml).count(" open") == 3
    assert fold(xml, f="here").count(" open") == 5


def test_a_finding_stands_beside_its_element() -> None:
    shown = fold("<a><b>x</b><c/></a>", b="wrong")
    assert '<div class="leaf marked error">' in shown
    assert shown.index("wrong") < shown.index("<b>c</b>")


def test_nothing_of_a_document_acts() -> None:
    shown = fold("<a b='&lt;script&gt;&quot;&#x202e;'>&lt;img src=x onerror=y&gt;&#x202e;<c>&amp;lt;</c></a>")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert "U+202E" in shown
    assert "&amp;lt;" in shown


def test_what_is_huge_is_cut() -> None:
    shown = fold(f"<a>{'<b/>' * 20_000}</a>")
    assert "only the first 5,000 elements" in shown
    assert shown.count("<b>b</b>") < 5_001
    assert len(fold(f"<a>{'x' * 1_000_000}</a>")) < 3_000


def test_a_deep_document_is_no_trouble() -> None:
    depth = 200
    assert fold("<a>" * depth + "</a>" * depth).count("<b>a</b>") >= depth
