from __future__ import annotations

import pytest

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.inspector.positions import Position, Positions

XML = b"""<a><!-- <b/> -->
  <b x="1 > 0" y='"'/>
  <![CDATA[<b/>]]>
  <c
    id="2"/><d>\xc3\xa4<e/></d>
</a>"""
HEAD = b"POST /x HTTP/1.1\r\nContent-Type: text/xml\r\n\r\n"


@pytest.mark.parametrize(
    ("tag", "attribute", "line", "column"),
    [
        ("a", None, 1, 1),
        ("b", None, 2, 3),
        ("b", "y", 2, 16),
        ("c", None, 4, 3),
        ("c", "id", 5, 5),
        ("e", None, 5, 17),
        ("b", "z", 2, 3),
    ],
)
def test_an_element_is_found_again_in_its_text(
    tag: str, attribute: str | None, line: int, column: int
) -> None:
    tree = parse(XML)
    (element,) = tree.iter(tag)
    assert Positions(XML, XML, tree).of(element, attribute) == Position(line, column)
    shifted = Positions(HEAD + XML, XML, tree).of(element, attribute)
    assert shifted == Position(line + 3, column)


def test_what_the_file_does_not_show_has_no_place() -> None:
    tree = parse(XML)
    assert Positions(b"coded", XML, tree).of(tree) is None
    assert Positions(b"coded", XML, tree).line_of_root(1) is None
    assert Positions(XML, b"", None).of(tree) is None


def test_a_whole_file_of_utf_16_is_shown_as_text() -> None:
    data = XML.decode().encode("utf-16")
    tree = parse(data)
    (element,) = tree.iter("e")
    assert Positions(data, data, tree).of(element) == Position(5, 17)


def test_lines_of_the_root_and_texts_are_found() -> None:
    positions = Positions(HEAD + XML, XML, parse(XML))
    assert positions.line_of_root(2) == Position(5, 3)
    assert positions.line_of_root(2, 3) == Position(5, 3)
    assert positions.line_of_root(99) is None
    assert positions.of_text(b"CONTENT-type:") == Position(2, 1)
    assert positions.of_text(b"nothing") is None
