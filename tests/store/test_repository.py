from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest

from xdsi_sim.actors.ports import NewDocument
from xdsi_sim.content import BytesContent, Content, FileContent, read_all
from xdsi_sim.errors import CannotRun, StoreBusy, StoreFull, StoreTrouble
from xdsi_sim.rules.removal import Fate
from xdsi_sim.store.repository import SMALL, NonIdenticalHash, SqliteDocumentStore

Open = Callable[[], SqliteDocumentStore]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "repository"


@pytest.fixture
def reopen(folder: Path) -> Iterator[Open]:
    opened: list[SqliteDocumentStore] = []

    def open_() -> SqliteDocumentStore:
        if opened:
            opened.pop().close()
        opened.append(SqliteDocumentStore(folder))
        return opened[-1]

    yield open_
    if opened:
        opened.pop().close()


def document(uniqueId: str, data: bytes | Content = b"text") -> NewDocument:
    content = BytesContent(data) if isinstance(data, bytes) else data
    return NewDocument(uniqueId=uniqueId, mimeType="text/plain", content=content)


@pytest.mark.parametrize("size", [0, 10, SMALL, SMALL + 1, 3 * SMALL])
def test_a_document_survives_whole_small_or_large(reopen: Open, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    store = reopen()
    store.keep("s1", [document("d1", data)]).result()
    store.settle("s1", registered=True).result()
    found = reopen().find(["d1", "d2"])
    assert found.keys() == {"d1"}
    assert read_all(found["d1"].content) == data
    assert (found["d1"].size, found["d1"].mimeType) == (size, "text/plain")
    assert found["d1"].hash == hashlib.sha1(data, usedforsecurity=False).hexdigest()


def test_it_can_be_found_before_it_is_settled_and_a_crash_leaves_it_unsettled(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1"), document("d2")]).result()
    assert store.find(["d1"]).keys() == {"d1"}
    assert reopen().unsettled() == {"s1": ["d1", "d2"]}


def test_what_was_registered_is_settled_by_the_next_commit_or_the_end(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    store.settle("s1", registered=True).result()
    assert reopen().unsettled() == {}


@pytest.mark.parametrize("data", [b"small", bytes(SMALL * 2)])
def test_what_was_refused_leaves_nothing(reopen: Open, folder: Path, data: bytes) -> None:
    store = reopen()
    store.keep("s1", [document("d1", data)]).result()
    store.settle("s1", registered=False).result()
    assert store.find(["d1"]) == {}
    assert list((folder / "documents").iterdir()) == []


def test_a_refused_repetition_leaves_what_was_there(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    store.settle("s1", registered=True).result()
    store.keep("s2", [document("d1")]).result()
    store.settle("s2", registered=False).result()
    assert store.find(["d1"]).keys() == {"d1"}


@pytest.mark.parametrize("data", [b"other", bytes(SMALL * 2)])
def test_other_bytes_under_a_known_id_are_refused_with_all_that_came_along(
    reopen: Open, folder: Path, data: bytes
) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    with pytest.raises(NonIdenticalHash, match="value=d1"):
        store.keep("s2", [document("d0"), document("d1", data)]).result()
    assert store.find(["d0"]) == {}
    assert list((folder / "documents").iterdir()) == []


def test_of_two_at_once_under_one_id_one_wins(reopen: Open) -> None:
    store = reopen()
    with ThreadPoolExecutor(8) as pool:
        futures = [
            pool.submit(lambda n=n: store.keep(f"s{n}", [document("d", b"%d" % n)]).result())
            for n in range(8)
        ]
    refused = [future for future in futures if isinstance(future.exception(), NonIdenticalHash)]
    assert len(refused) == 7


def test_a_spooled_file_is_taken_over_and_may_then_go(reopen: Open, tmp_path: Path) -> None:
    spooled = tmp_path / "spooled"
    spooled.write_bytes(bytes(SMALL + 5))
    store = reopen()
    store.keep("s1", [document("d1", FileContent.of(spooled))]).result()
    spooled.unlink()
    assert read_all(store.find(["d1"])["d1"].content) == bytes(SMALL + 5)


def test_what_was_registered_stays_so_where_the_next_is_refused(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    store.settle("s1", registered=True).result()
    with pytest.raises(NonIdenticalHash):
        store.keep("s2", [document("d1", b"other")]).result()
    assert reopen().unsettled() == {}


@pytest.mark.parametrize("data", [b"same", bytes(SMALL * 2)])
def test_a_document_that_two_bring_at_once_is_not_lost_where_one_is_refused(
    reopen: Open, data: bytes
) -> None:
    store = reopen()
    store.keep("s1", [document("d1", data)]).result()
    store.keep("s2", [document("d1", data)]).result()
    store.settle("s1", registered=False).result()
    store.settle("s2", registered=True).result()
    assert read_all(store.find(["d1"])["d1"].content) == data


class Unreadable:
    """Ends in an error after a while."""

    size = SMALL * 3

    def open(self) -> BinaryIO:
        raise OSError("the disk is gone")


def test_a_document_that_cannot_be_written_leaves_nothing_of_the_others(reopen: Open, folder: Path) -> None:
    store = reopen()
    documents = [document("d1"), document("d2", bytes(SMALL * 2)), document("d3", Unreadable())]
    with pytest.raises(StoreTrouble, match="the disk is gone"):
        store.keep("s1", documents).result()
    assert store.find(["d1", "d2", "d3"]) == {}
    assert list((folder / "documents").iterdir()) == []
    assert store.unsettled() == {}


def test_many_can_be_looked_for_at_once(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d'1")]).result()
    assert store.find([*map(str, range(300_000)), "d'1"]).keys() == {"d'1"}
    assert store.find([]) == {}


def test_what_was_registered_stays_so_where_the_next_is_refused_half_way(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    store.settle("s1", registered=True).result()
    with pytest.raises(NonIdenticalHash):
        store.keep("s2", [document("d2"), document("d1", b"other")]).result()
    store.keep("s3", [document("d3")]).result()
    assert store.unsettled() == {"s3": ["d3"]}


def test_the_same_large_document_again_leaves_one_file(reopen: Open, folder: Path) -> None:
    store = reopen()
    for submission in ("s1", "s2"):
        store.keep(submission, [document("d1", bytes(SMALL * 2))]).result()
        store.settle(submission, registered=True).result()
    assert len(list((folder / "documents").iterdir())) == 1


def test_files_of_what_a_crash_cut_short_go_at_the_next_start(reopen: Open, folder: Path) -> None:
    reopen().keep("s1", [document("d1", bytes(SMALL * 2))]).result()
    (kept,) = (folder / "documents").iterdir()
    (folder / "documents" / "0123.tmp").write_bytes(b"half")
    (folder / "documents" / "4567").write_bytes(b"whole, but never entered")
    store = reopen()
    assert list((folder / "documents").iterdir()) == [kept]
    assert read_all(store.find(["d1"])["d1"].content) == bytes(SMALL * 2)


@pytest.mark.parametrize("data", [b"same", bytes(SMALL * 2)])
@pytest.mark.parametrize("order", [("s1", "s2", "s3"), ("s3", "s2", "s1"), ("s2", "s1", "s3")])
def test_a_document_that_several_bring_at_once_goes_with_the_last_of_them(
    reopen: Open, folder: Path, data: bytes, order: tuple[str, ...]
) -> None:
    store = reopen()
    for submission in ("s1", "s2", "s3"):
        store.keep(submission, [document("d1", data)]).result()
    for submission in order:
        assert store.find(["d1"]).keys() == {"d1"}
        store.settle(submission, registered=False).result()
    assert store.find(["d1"]) == {}
    assert list((folder / "documents").iterdir()) == []
    assert reopen().unsettled() == {}


@pytest.mark.parametrize("written", [True, False])
@pytest.mark.parametrize("order", [("s1", "s2", "s3"), ("s3", "s2", "s1")])
@pytest.mark.parametrize("registered", ["s1", "s2", "s3"])
def test_a_document_that_several_bring_at_once_stays_if_one_is_registered(
    reopen: Open, registered: str, order: tuple[str, ...], written: bool
) -> None:
    store = reopen()
    for submission in ("s1", "s2", "s3"):
        store.keep(submission, [document("d1")]).result()
    for submission in order:
        store.settle(submission, registered=submission == registered).result()
        if written:  # else that it is registered is still to be written when the others are refused
            store.keep("another", []).result()
    store = reopen()
    assert store.find(["d1"]).keys() == {"d1"}
    assert store.unsettled() == {}


def test_a_crash_leaves_each_of_several_unsettled(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    store.keep("s2", [document("d1"), document("d2")]).result()
    store = reopen()
    assert store.unsettled() == {"s1": ["d1"], "s2": ["d1", "d2"]}
    store.settle("s1", registered=False).result()
    store.settle("s2", registered=True).result()
    store = reopen()
    assert store.find(["d1", "d2"]).keys() == {"d1", "d2"}
    assert store.unsettled() == {}


def test_a_folder_that_cannot_be_used_is_said_to_be_and_nothing_of_it_stays_open(tmp_path: Path) -> None:
    in_the_way = tmp_path / "documents" / "x"
    in_the_way.mkdir(parents=True)
    for _ in range(2):  # the first leaves no lock to the second
        with pytest.raises(CannotRun, match=rf"^{tmp_path}: .*{in_the_way}"):
            SqliteDocumentStore(tmp_path)
    in_the_way.rmdir()
    SqliteDocumentStore(tmp_path).close()


# --- removal ---------------------------------------------------------------------------------


def keep(store: SqliteDocumentStore, submission: str, *documents: NewDocument) -> None:
    store.keep(submission, documents).result()
    store.settle(submission, registered=True).result()


@pytest.mark.parametrize("data", [b"small", bytes(SMALL * 2)])
def test_what_is_removed_is_gone_for_good_and_its_id_free(reopen: Open, folder: Path, data: bytes) -> None:
    store = reopen()
    keep(store, "s1", document("d1", data), document("d2", data))
    assert store.remove(["d1", "d1", "nobody"]).result() == {"d1": Fate.REMOVED}
    store = reopen()
    assert store.find(["d1", "d2"]).keys() == {"d2"}
    assert len(list((folder / "documents").iterdir())) == (1 if len(data) > SMALL else 0)
    assert store.remove(["d1"]).result() == {}
    keep(store, "s2", document("d1", b"other bytes"))
    assert read_all(store.find(["d1"])["d1"].content) == b"other bytes"


def test_what_a_submission_under_way_brings_cannot_be_removed(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    assert store.remove(["d1"]).result() == {"d1": Fate.BUSY}
    store.settle("s1", registered=True).result()
    assert store.remove(["d1"]).result() == {"d1": Fate.REMOVED}


def test_nor_can_what_is_there_for_good_and_brought_once_more(reopen: Open) -> None:
    store = reopen()
    keep(store, "s1", document("d1"), document("d2"))
    store.keep("s2", [document("d1")]).result()
    assert store.remove(["d1", "d2"]).result() == {"d1": Fate.BUSY, "d2": Fate.REMOVED}
    store.settle("s2", registered=False).result()
    assert store.remove(["d1"]).result() == {"d1": Fate.REMOVED}


def test_nor_can_what_two_bring_while_one_of_them_is_under_way(reopen: Open) -> None:
    store = reopen()
    store.keep("s1", [document("d1")]).result()
    store.keep("s2", [document("d1")]).result()
    store.settle("s1", registered=True).result()
    assert store.remove(["d1"]).result() == {"d1": Fate.BUSY}
    store.settle("s2", registered=True).result()
    assert store.remove(["d1"]).result() == {"d1": Fate.REMOVED}


def test_a_submission_that_was_not_kept_holds_nothing_back(reopen: Open) -> None:
    store = reopen()
    keep(store, "s1", document("d1"), document("d2"))
    with pytest.raises(NonIdenticalHash):
        store.keep("s2", [document("d1"), document("d2", b"other")]).result()
    assert store.remove(["d1"]).result() == {"d1": Fate.REMOVED}


def test_who_has_found_a_document_can_read_it_to_its_end(reopen: Open, folder: Path) -> None:
    store = reopen()
    data = bytes(SMALL * 2)
    keep(store, "s1", document("d1", data))
    found = store.find(["d1"])
    store.remove(["d1"]).result()
    assert store.find(["d1"]) == {}
    assert read_all(found["d1"].content) == data
    found = {}
    assert found == {}
    assert list((folder / "documents").iterdir()) == []


def test_a_file_that_a_crash_left_behind_its_removal_is_swept(reopen: Open, folder: Path) -> None:
    store = reopen()
    keep(store, "s1", document("d1", bytes(SMALL * 2)))
    (file,) = (folder / "documents").iterdir()
    store.remove(["d1"]).result()
    file.write_bytes(bytes(SMALL * 2))  # as if it had not been unlinked yet
    reopen()
    assert list((folder / "documents").iterdir()) == []


# --- an index that cannot be written ---------------------------------------------------------


def test_what_a_full_index_does_not_take_leaves_no_file(reopen: Open, folder: Path) -> None:
    store = reopen()
    small = document("d0", bytes(SMALL))
    store._database.submit(
        lambda connection: connection.execute("PRAGMA max_page_count=1").fetchone()
    ).result()
    for documents in ([small], [document("d1", bytes(SMALL * 2)), small]):
        with pytest.raises(StoreFull, match="full"):
            store.keep("s1", documents).result()
    assert list((folder / "documents").iterdir()) == []
    store._database.submit(
        lambda connection: connection.execute("PRAGMA max_page_count=1000000").fetchone()
    ).result()
    keep(store, "s2", small)
    assert store.find(["d0", "d1"]).keys() == {"d0"}


def test_what_was_refused_is_hidden_while_it_cannot_be_taken_out_and_in_nobodys_way(
    reopen: Open, folder: Path
) -> None:
    store = reopen()
    store._database.submit(lambda connection: connection.execute("PRAGMA busy_timeout=0").fetchone()).result()
    store.keep("s1", [document("d1", bytes(SMALL * 2)), document("d2")]).result()
    store.keep("s2", [document("d2")]).result()
    with closing(sqlite3.connect(folder / "repository.db")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        store.settle("s1", registered=False).result()
        assert store.find(["d1", "d2"]).keys() == {"d2"}
        with pytest.raises(StoreBusy, match="locked"):
            store.keep("s3", [document("d3")]).result()
    keep(store, "s4", document("d1", b"other bytes"))
    assert read_all(store.find(["d1"])["d1"].content) == b"other bytes"
    assert store.unsettled() == {"s2": ["d2"], "s4": ["d1"]}
    assert list((folder / "documents").iterdir()) == []


def test_a_store_is_closed_though_it_cannot_be_written_any_more(reopen: Open, folder: Path) -> None:
    store = reopen()
    store._database.submit(lambda connection: connection.execute("PRAGMA busy_timeout=0").fetchone()).result()
    keep(store, "s1", document("d1"))
    with closing(sqlite3.connect(folder / "repository.db")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert reopen().unsettled() == {"s1": ["d1"]}
