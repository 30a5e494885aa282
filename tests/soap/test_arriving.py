from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, chunks_of
from xdsi_sim.soap.arriving import ArrivingContent, ArrivingParts, still_arriving, when_whole
from xdsi_sim.soap.spool import IN_MEMORY, Spool


@pytest.mark.parametrize("size", [10, IN_MEMORY + 10])
def test_what_has_come_can_be_read_and_what_has_not_is_nothing(tmp_path: Path, size: int) -> None:
    """From memory, from a file, and once it is whole."""
    content, spool = ArrivingContent(), Spool(tmp_path)
    assert content.read(0, 5) == b""
    spool.follow(content)
    spool.write(b"a" * size)
    assert (content.read(size - 2, 5), content.read(size, 5)) == (b"aa", b"")
    spool.write(b"b")
    spool.finish()
    assert (content.read(size, 5), content.read(size + 1, 5), content.size) == (b"b", b"", size + 1)
    content.close()
    assert b"".join(chunks_of(content)) == b"a" * size + b"b"


def test_who_follows_hears_of_each_piece_while_it_is_at_hand(tmp_path: Path) -> None:
    content, spool, heard = ArrivingContent(), Spool(tmp_path), list[bytes]()
    spool.write(b"before")
    spool.follow(content)
    content.told = lambda: heard.append(content.read(sum(map(len, heard)), 99))
    for piece in (b" and", b" after"):
        spool.write(memoryview(piece))
    assert heard == [b"before and", b" after"]


def test_what_was_finished_before_is_whole_at_once(tmp_path: Path) -> None:
    content, spool = ArrivingContent(), Spool(tmp_path)
    spool.write(b"all")
    spool.finish()
    spool.follow(content)
    assert content.whole == spool.finish()


def test_what_never_comes_says_why() -> None:
    parts = ArrivingParts({"a": ArrivingContent()})
    first, second = parts["a"], parts["b"]
    first.end(BytesContent(b"whole"))
    parts.fail(OSError("the peer left"))
    assert (first.trouble, str(second.trouble)) == (None, "the peer left")
    with pytest.raises(OSError, match="has not come whole: the peer left"):
        second.open()
    with pytest.raises(OSError, match="has not come whole"):
        _ = second.size


def test_a_part_is_promised_under_its_id_percent_encoded_or_not() -> None:
    content = ArrivingContent()
    parts = ArrivingParts({"a%40b": content})
    assert parts["a@b"] is parts["a%40b"] is content
    assert "whatever" in parts


def test_a_body_has_no_length_while_a_content_of_it_comes() -> None:
    content = ArrivingContent()
    body = (b"x", content)
    assert still_arriving(body)
    assert when_whole(body) == body
    content.end(BytesContent(b"y"))
    assert not still_arriving(body)
    assert when_whole(body) == (b"x", BytesContent(b"y"))
