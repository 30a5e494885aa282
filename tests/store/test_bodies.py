from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.content import BytesContent, Content, FileContent, Segment, SegmentsContent, read_all
from xdsi_sim.store.bodies import Bodies, content_of
from xdsi_sim.store.opening import Share

LARGE = 64 * 1024 + 1

small = st.binary(max_size=300)
sizes = st.sampled_from([0, 1, 100, LARGE - 1, LARGE, LARGE + 5000])
segment = st.one_of(small, small.map(BytesContent), sizes)
body = st.lists(segment, max_size=5)


def files_for(folder: Path, segments: list[object]) -> Content:
    """A body in which each number stands for a file of that size."""
    made: list[Segment] = []
    for number, one in enumerate(segments):
        if isinstance(one, int):
            path = folder / f"{number}-{len(list(folder.iterdir()))}"
            path.write_bytes(os.urandom(one))
            made.append(FileContent.of(path))
        else:
            made.append(one)  # type: ignore[arg-type]
    return SegmentsContent(tuple(made))


def put(bodies: Bodies, *contents: Content) -> list[Content]:
    """Append them in one go; gives them as a reader gets them."""
    number, places = bodies.append([bodies.stretches(content) for content in contents])
    bodies.settle(places)
    return [content_of(bodies._folder, number, place) for place in places]


@given(batches=st.lists(st.lists(body, max_size=3), min_size=1, max_size=4))
def test_bodies_come_back_to_the_last_octet_whatever_they_are_made_of(
    batches: list[list[list[object]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        spool = Path(name) / "spool"
        spool.mkdir()
        bodies = Bodies(Path(name) / "bodies", 70_000)
        whole, kept = [], []
        for batch in batches:
            contents = [files_for(spool, segments) for segments in batch]
            whole += [read_all(content) for content in contents]
            kept += put(bodies, *contents)
        bodies.close()
        for path in spool.iterdir():
            path.unlink()
        assert [read_all(content) for content in kept] == whole
        assert [content.size for content in kept] == list(map(len, whole))


def test_a_large_content_is_linked_and_not_copied(tmp_path: Path) -> None:
    large = files_for(tmp_path, [LARGE])
    assert isinstance(large, SegmentsContent)
    (source,) = large.segments
    bodies = Bodies(tmp_path / "bodies", 2**20)
    (kept,) = put(bodies, large)
    assert isinstance(kept, FileContent)
    assert isinstance(source, FileContent)
    assert kept.path.samefile(source.path)
    assert (tmp_path / "bodies" / "000001" / "octets").stat().st_size == 0


def test_a_full_segment_is_followed_by_another(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 100)
    numbers = [bodies.append([[bytes(60)]])[0] for _ in range(5)]
    assert numbers == [1, 1, 2, 2, 3]


def test_a_linked_content_counts_as_part_of_its_segment(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", LARGE)
    put(bodies, files_for(tmp_path, [LARGE]))
    assert bodies.append([[b"x"]])[0] == 2
    assert bodies.oldest_within(LARGE) == 2
    assert bodies.oldest_within(LARGE + 1) == 1


def test_what_a_crash_left_is_not_written_over_and_what_waited_is_gone(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 1000)
    (kept,) = put(bodies, BytesContent(b"before"))
    bodies.stretches(files_for(tmp_path, [LARGE]))  # killed before it was appended
    bodies.close()
    with (tmp_path / "bodies" / "000001" / "octets").open("ab") as file:
        file.write(b"of a body without its row")
    again = Bodies(tmp_path / "bodies", 1000)
    (new,) = put(again, BytesContent(b"after"))
    assert (read_all(kept), read_all(new)) == (b"before", b"after")
    assert [*(tmp_path / "bodies" / "incoming").iterdir()] == []


def test_a_segment_that_a_crash_cut_is_an_error_only_for_what_it_lost(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 1000)
    first, second = put(bodies, BytesContent(b"first"), BytesContent(b"second"))
    os.truncate(tmp_path / "bodies" / "000001" / "octets", 8)
    assert read_all(first) == b"first"
    with pytest.raises(OSError, match="ends before"):
        read_all(second)


def test_segments_are_removed_whole_but_never_the_one_that_is_written(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 10)
    for _ in range(3):
        bodies.append([[bytes(10)]])
    bodies.remove_below(2)
    assert sorted(path.name for path in (tmp_path / "bodies").iterdir()) == ["000002", "000003", "incoming"]
    bodies.remove_below(99)
    assert sorted(path.name for path in (tmp_path / "bodies").iterdir()) == ["000003", "incoming"]
    assert bodies.oldest_within(0) == 3


def test_a_full_disk_is_an_error_and_what_follows_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = Bodies(tmp_path / "bodies", 1000)
    bodies.append([[b"one"]])
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, octets, at: write(file, octets[:512], at))
    with pytest.raises(OSError, match="No space left"):
        bodies.append([[b"lost"]])
    monkeypatch.undo()
    (kept,) = put(bodies, BytesContent(b"two"))
    assert read_all(kept) == b"two"


def test_more_octets_than_one_call_takes_are_written(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 10_000)
    made = [BytesContent(str(number).encode()) for number in range(3000)]
    assert [read_all(content) for content in put(bodies, *made)] == [content.data for content in made]


class Unreadable:
    """A large content whose file fails while it is read."""

    size = LARGE

    def open(self) -> BinaryIO:
        raise OSError("the disk fails")


def test_of_a_body_that_cannot_be_secured_nothing_stays(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 1000)
    whole = files_for(tmp_path, [LARGE])
    assert isinstance(whole, SegmentsContent)
    with pytest.raises(OSError, match="the disk fails"):
        bodies.stretches(SegmentsContent((*whole.segments, Unreadable())))
    assert [*(tmp_path / "bodies" / "incoming").iterdir()] == []


def test_what_is_discarded_goes_written_or_not_and_counts_no_more(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 10 * LARGE)
    written, waiting = (bodies.stretches(files_for(tmp_path, [LARGE])) for _ in range(2))
    bodies.settle(bodies.append([written])[1])
    bodies.discard([b"octets", *written, *waiting])
    names = sorted(path.name for path in (tmp_path / "bodies").rglob("*"))
    assert names == ["000001", "incoming", "octets"]
    assert bodies._sizes == {1: 0}


def test_what_is_settled_may_be_settled_again(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 10 * LARGE)
    _, places = bodies.append([bodies.stretches(files_for(tmp_path, [LARGE]))])
    bodies.settle(places)
    bodies.settle(places)  # the commit has failed, and is done once more
    assert bodies._sizes == {1: LARGE}


def test_two_who_share_a_folder_never_write_into_one_segment(tmp_path: Path) -> None:
    folder = tmp_path / "bodies"
    first = Bodies(folder, 1000, Share.FIRST)
    waiting = first.stretches(files_for(tmp_path, [LARGE]))
    other = Bodies(folder, 1000, Share.JOINING)
    first.settle(first.append([waiting])[1])
    contents = [
        put(bodies, BytesContent(b"%d" % number))[0] for bodies in (first, other) for number in (1, 2)
    ]
    assert [read_all(content) for content in contents] == [b"1", b"2", b"1", b"2"]
    assert sorted(path.name for path in folder.iterdir()) == ["000001", "000002", "000003", "incoming"]
    other.append([[bytes(1000)]])
    assert other.append([[b"x"]])[0] == 4
    assert other.oldest_within(LARGE) == 2  # a new segment makes it look at those of the first, too


def test_a_segment_that_others_may_remove_is_written_no_more(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies", 1000, Share.FIRST)
    assert bodies.append([[b"x"]], first=0)[0] == 1
    assert bodies.append([[b"x"]], first=1)[0] == 1
    assert bodies.append([[b"x"]], first=2)[0] == 2
