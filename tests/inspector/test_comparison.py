from __future__ import annotations

from pathlib import Path

from an_exchange import MTOM, MTOM_HEADERS, a_message, an_exchange

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.comparison import compared, lines_of
from xdsi_sim.inspector.pieces import pieces_of


def lines(exchange: Exchange) -> list[str]:
    return lines_of(exchange.request, [one for one in pieces_of(exchange) if one.side == "request"])


def test_a_message_is_its_head_its_text_and_what_its_parts_are() -> None:
    request = HttpMessage(start_line="POST / HTTP/1.1", headers=MTOM_HEADERS, body=BytesContent(MTOM))
    found = lines(an_exchange(request=request))
    assert found[0] == "POST / HTTP/1.1"
    assert '    <Query id="1"/>' in found
    assert found[-1].startswith("DICOM object, ")


def test_what_acts_is_made_visible() -> None:
    request = a_message("POST / HTTP/1.1", b"a\x1b[1m\xe2\x80\xae", Content_Type="text/plain", X="\u202e")
    assert not {"\x1b", "\u202e"} & set("".join(lines(an_exchange(request=request))))


def test_an_answer_that_did_not_come_and_a_body_that_is_lost_are_told(tmp_path: Path) -> None:
    assert lines_of(None, ()) == ["no answer came"]
    lost = an_exchange(body=FileContent(tmp_path / "gone", 10))
    assert "the log has lost it" in lines(lost)[-1]


def test_lines_that_differ_stand_beside_each_other() -> None:
    pairs = compared(["a", "b", "c"], ["a", "x", "c", "d"])
    assert [(pair.kind, pair.one, pair.other) for pair in pairs] == [
        ("equal", "a", "a"),
        ("replace", "b", "x"),
        ("equal", "c", "c"),
        ("insert", None, "d"),
    ]


def test_long_stretches_that_are_equal_are_left_out() -> None:
    same = [str(number) for number in range(100)]
    pairs = compared(["x", *same, "y"], ["z", *same, "y", "w"])
    assert [pair.one for pair in pairs] == ["x", "0", "1", "2", "95 equal lines", "98", "99", "y", None]


def test_equal_messages_are_one_line() -> None:
    same = [str(number) for number in range(100)]
    assert [pair.kind for pair in compared(same, same)] == ["skipped"]


def test_a_huge_message_is_cut() -> None:
    request = a_message("POST / HTTP/1.1", b"<a>" + b"<b/>" * 5_000 + b"</a>", Content_Type="text/xml")
    assert len(lines(an_exchange(request=request))) <= 3_000
