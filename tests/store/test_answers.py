from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_peak import peak_of
from submissions import an_entry, uuid

from xdsi_sim.actors.registry_port import Found, RegistryChange
from xdsi_sim.content import PassingContent, SegmentsContent, body_size, read_all
from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.errors import StoreTrouble
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS
from xdsi_sim.rules.selection import Part, Selection
from xdsi_sim.store.answers import AT_HAND, fresh_folder
from xdsi_sim.store.registry import SqliteRegistryStore

MANY = 2000
PART = Part(FIND_DOCUMENTS.steps[0], ())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqliteRegistryStore, Path]]:
    """A registry whose entries together are larger than what is kept at hand, and its folder."""
    folder = tmp_path_factory.mktemp("registry")
    store = SqliteRegistryStore(folder)
    change = RegistryChange(added=tuple(map(an_entry, range(1, MANY + 1))))
    store.apply(change, lambda _view: RegistryChange()).result()
    yield store, folder
    store.close()


def find(store: SqliteRegistryStore, limit: int, *, refs: bool = False) -> Found:
    return store.find(Selection(query=FIND_DOCUMENTS, parts=(PART,), object_refs=refs), limit)


def written(found: Found) -> bytes:
    return read_all(SegmentsContent(found.fragments))


def test_few_fragments_are_at_hand_and_many_in_one_file_with_the_same_bytes(
    large: tuple[SqliteRegistryStore, Path],
) -> None:
    store, _ = large
    few, many = find(store, 50), find(store, MANY)
    assert (few.count, len(few.fragments), many.count) == (50, 50, MANY)
    (content,) = many.fragments
    assert isinstance(content, PassingContent)
    assert content.size > AT_HAND
    assert written(many).startswith(written(few))
    assert written(many).count(b"</rim:ExtrinsicObject>") == MANY


def test_references_are_gathered_the_same_way(large: tuple[SqliteRegistryStore, Path]) -> None:
    found = find(large[0], MANY, refs=True)
    assert written(found) == b"".join(write_object_ref(uuid(number)) for number in range(1, MANY + 1))


def test_a_large_answer_is_never_held(large: tuple[SqliteRegistryStore, Path]) -> None:
    found, peak = peak_of(lambda: find(large[0], MANY), 4 * AT_HAND)
    assert body_size(found.fragments) > 8 * AT_HAND
    assert peak < 4 * AT_HAND


def test_the_file_goes_with_its_last_handle(large: tuple[SqliteRegistryStore, Path]) -> None:
    store, folder = large
    found = find(store, MANY)
    assert len([*(folder / "answers").iterdir()]) == 1
    del found
    assert [*(folder / "answers").iterdir()] == []


def test_a_file_that_cannot_be_written_leaves_nothing(
    large: tuple[SqliteRegistryStore, Path],
) -> None:
    store, folder = large
    (folder / "answers").rmdir()
    with pytest.raises(StoreTrouble):
        find(store, MANY)
    fresh_folder(folder / "answers")
    assert find(store, MANY).count == MANY


def test_what_a_crash_left_behind_goes(tmp_path: Path) -> None:
    left = tmp_path / "answers" / "left"
    left.parent.mkdir()
    left.write_bytes(b"x")
    assert [*fresh_folder(tmp_path / "answers").iterdir()] == []
