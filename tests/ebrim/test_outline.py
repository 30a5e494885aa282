from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.ebrim.outline import Attribute, attributes_in, beginning, children, masked, only_child, plain
from xdsi_sim.ebrim.xml import parse, serialise

WELL_FORMED = [
    b"",
    b" text ",
    b"<a/>",
    b"<a></a><a />",
    b"<a><a/><a><a></a></a></a><b/>",
    b"<a><ab/><a.b></a.b></a><ab></ab>",
    b"<x:a xmlns:x='u'><a/></x:a ><a\n/>",
    b"<a b='/>' c=\"/a>'\"/><a b='>'>></a>",
    b"<a>1</a>2<b>3</b>",
]


def whole(text: bytes) -> list[bytes]:
    return [text[child.start : child.end] for child in children(text, len(text))]


@pytest.mark.parametrize("text", WELL_FORMED)
def test_children_are_those_that_the_parser_sees(text: bytes) -> None:
    found, seen = whole(text), parse(b"<o>" + text + b"</o>")
    assert [serialise(parse(each)) for each in found] == list(map(serialise, seen))


@st.composite
def contents(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(st.sampled_from(["a", "ab", "a-b", "b"]))
    quoted = st.sampled_from(["", ' c="/>"', " c='>'", ' c = "\'" d="1"'])
    inner = "" if depth == 0 else draw(st.lists(contents(depth - 1), max_size=3).map("".join))
    empty = draw(st.booleans()) and not inner
    attributes = draw(quoted)
    return f"<{name}{attributes}/>" if empty else f"<{name}{attributes}>{inner} t</{name} >"


@given(st.lists(contents(), max_size=4).map(lambda each: "".join(each).encode()))
def test_of_anything_well_formed_children_are_those_that_the_parser_sees(text: bytes) -> None:
    assert [serialise(parse(each)) for each in whole(text)] == list(
        map(serialise, parse(b"<o>" + text + b"</o>"))
    )


@pytest.mark.parametrize("cut", [1, 5, 8, 12, 17])
def test_the_first_child_that_is_not_whole_is_the_end(cut: int) -> None:
    text = b"<a/><b>1</b><c><c/></c>"
    assert whole(text[:-cut]) == [each for each in (b"<a/>", b"<b>1</b>") if text[:-cut].count(each)]


@pytest.mark.parametrize("text", [b"</a>", b"<", b"<a", b"<a b='>", b"<!x><a/>", b"<a><a></a>", b"< a/>"])
def test_what_begins_with_no_whole_element_has_none(text: bytes) -> None:
    assert whole(text) == []


def test_attributes_are_told_as_they_are_written() -> None:
    text = b"<x/><x:a b='1\"' \n c = \"&lt;'\" xmlns:x='u'>"
    (child,) = list(children(text + b"</x:a>", len(text) + 6))[1:]
    assert attributes_in(text, child) == [
        Attribute(b"b", b'1"', 4, 11),
        Attribute(b"c", b"&lt;'", 11, 25),
        Attribute(b"xmlns:x", b"u", 25, 37),
    ]


def test_an_element_alone_needs_no_end_tag_to_be_known() -> None:
    child = only_child(b"<a b='1'><c/>")
    assert child is not None
    assert (child.name, child.inner, child.end) == (b"a", 9, 13)
    assert only_child(b"text") is None


@pytest.mark.parametrize(
    ("text", "opened", "empty"),
    [
        (b"<a><b>", [b"a", b"b"], False),
        (b"<x:o><c/><y:a ><c></c><b c='/'>", [b"x:o", b"y:a", b"b"], False),
        (b"<o><b/><a/><a></a><a><c><b/></c><b/>", [b"o", b"a", b"b"], True),
    ],
)
def test_a_beginning_ends_at_the_element_that_is_looked_for(
    text: bytes, opened: list[bytes], empty: bool
) -> None:
    assert beginning(text + b"<d>", len(text) + 3, [b"a", b"b"]) == (len(text), opened, empty)
    assert beginning(text, len(text) - 1, [b"a", b"b"]) is None


@pytest.mark.parametrize("text", [b"", b"text", b"</a><b>", b"<a></a><b>", b"<a><b c='>", b"<ab><b>"])
def test_what_does_not_have_the_element_has_no_such_beginning(text: bytes) -> None:
    assert beginning(text, len(text), [b"a", b"b"]) is None


ASIDES = b"1<!-- <a> --><a/><?b c?>&amp;<![CDATA[<a>&]]]>2"


def test_what_is_no_element_is_masked_and_nothing_moves() -> None:
    text, sure, count = masked(ASIDES)
    assert (len(text), sure, count) == (len(ASIDES), len(ASIDES), 3)
    assert text.split() == [b"1", b"<a/>", b"&amp;", b"2"]
    assert masked(b"<a/>") == (b"<a/>", 4, 0)


@pytest.mark.parametrize("begun", [b"<!-- <a/> --", b"<![CDATA[<a/>]]", b"<?b <a/>", b"<!--->"])
def test_what_does_not_end_is_where_nothing_is_sure_any_more(begun: bytes) -> None:
    assert masked(b"<!-- --><a/>" + begun) == (b" " * 8 + b"<a/>" + begun, 12, 1)


def test_what_is_no_element_is_left_out_and_a_text_stays() -> None:
    assert plain(ASIDES) == b"1<a/>&amp;&lt;a&gt;&amp;]2"
    assert plain(b"<a/>") == b"<a/>"
    assert plain(b"<a>]<!-- -->]<?b?>></a>") == b"<a>]]&gt;</a>"
