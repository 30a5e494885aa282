from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from sqlite3 import Connection

import pytest

from tests import a_wait
from xdsi_sim.errors import CannotRun, StoreBusy, StoreFull, UsageError
from xdsi_sim.store import sqlite
from xdsi_sim.store.opening import Share
from xdsi_sim.store.sqlite import Database, Schema, open_to_read
from xdsi_sim.store.sqlite import insert as rows

SCHEMA = Schema(
    application_id=0x1234,
    subject="test file",
    migrations=(lambda database: database.execute("CREATE TABLE t (a INTEGER UNIQUE)"),),
)


def insert(number: int) -> object:
    return lambda connection: connection.execute("INSERT INTO t VALUES (?)", (number,)).rowcount


def numbers(database: Database) -> list[int]:
    return [row[0] for row in database.reader().execute("SELECT a FROM t ORDER BY a")]


def test_what_is_acknowledged_is_there_for_readers_and_after_reopening(tmp_path: Path) -> None:
    with Database(tmp_path / "f.db", SCHEMA) as database:
        assert database.submit(insert(1)).result() == 1
        assert numbers(database) == [1]
    with Database(tmp_path / "f.db", SCHEMA) as database:
        assert numbers(database) == [1]


def test_a_file_that_somebody_holds_and_one_that_is_full_refuse_what_comes_and_then_take_it(
    tmp_path: Path,
) -> None:
    with Database(tmp_path / "f.db", SCHEMA) as database:
        database.submit(lambda connection: connection.execute("PRAGMA busy_timeout=0").fetchone()).result()
        with closing(sqlite3.connect(tmp_path / "f.db")) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy, match="locked"):
                database.submit(insert(1)).result()
        database.submit(lambda connection: connection.execute("PRAGMA max_page_count=1").fetchone()).result()
        filling = [database.submit(insert(number)) for number in range(2000)]
        assert {type(each.exception()) for each in filling} <= {type(None), StoreFull}
        database.submit(
            lambda connection: connection.execute("PRAGMA max_page_count=9999").fetchone()
        ).result()
        database.submit(insert(9000)).result()
        taken = [number for number, each in enumerate(filling) if each.exception() is None]
        assert len(taken) < len(filling)
        assert numbers(database) == [*taken, 9000]


def test_a_work_that_fails_undoes_itself_and_no_other_of_its_batch(tmp_path: Path) -> None:
    gate = threading.Event()

    def fail(connection: Connection) -> None:
        connection.execute("INSERT INTO t VALUES (99)")
        raise ValueError("mine")

    with Database(tmp_path / "f.db", SCHEMA) as database:
        database.submit(lambda _connection: gate.wait())  # so that the rest waits and shares one commit
        futures = [database.submit(insert(1)), database.submit(fail), database.submit(insert(2))]
        twice = database.submit(insert(1))
        gate.set()
        assert futures[0].result() == futures[2].result() == 1
        with pytest.raises(ValueError, match="mine"):
            futures[1].result()
        with pytest.raises(sqlite3.IntegrityError):
            twice.result()
        assert numbers(database) == [1, 2]


def test_a_commit_that_fails_fails_all_who_wait_for_it(tmp_path: Path) -> None:
    with Database(tmp_path / "f.db", SCHEMA) as database:
        done = database.submit(lambda connection: connection.execute("ROLLBACK"))
        with pytest.raises(sqlite3.Error):
            done.result()
        assert database.submit(insert(1)).result() == 1


def test_closing_finishes_what_was_submitted(tmp_path: Path) -> None:
    database = Database(tmp_path / "f.db", SCHEMA)
    futures = [database.submit(insert(number)) for number in range(50)]
    database.close()
    database.close()
    assert all(future.result() == 1 for future in futures)
    with pytest.raises(RuntimeError):
        database.submit(insert(1))


def test_what_is_brought_while_somebody_is_at_work_is_one_commit_and_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xdsi_sim.store.sqlite._GATHERING", 60)  # a busy machine may take its time
    waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    statements: list[str] = []
    with Database(tmp_path / "f.db", SCHEMA, soon=waiting.put) as database:
        traced = database.submit(lambda connection: connection.set_trace_callback(statements.append))
        waiting.get(timeout=a_wait.PATIENCE)()  # hands it over
        waiting.get(timeout=a_wait.PATIENCE)()  # tells what came of it
        assert traced.done()
        futures = [database.submit(insert(number)) for number in range(5)]
        waiting.get(timeout=a_wait.PATIENCE)()
        tell = waiting.get(timeout=a_wait.PATIENCE)
        assert statements.count("COMMIT") == 1 + 1  # that of the tracing, too
        assert not any(future.done() for future in futures)
        tell()
        assert [future.result(timeout=0) for future in futures] == [1] * 5
        last = database.submit(insert(9))
    assert waiting.qsize() == 2  # handing it over, which closing has done, and telling
    waiting.get(timeout=a_wait.PATIENCE)(), waiting.get(timeout=a_wait.PATIENCE)()
    assert last.result(timeout=0) == 1


def test_what_waits_for_somebody_long_at_work_is_handed_over_all_the_same(tmp_path: Path) -> None:
    waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    with Database(tmp_path / "f.db", SCHEMA, soon=waiting.put) as database:
        database.submit(insert(1))
        hand_over, more = waiting.get(timeout=a_wait.PATIENCE), count(2)
        a_wait.until(lambda: bool(database.submit(insert(next(more))) and waiting.qsize()))
        assert 1 in numbers(database)
        hand_over()  # whatever has come since


def test_rows_of_which_one_is_refused_are_all_undone(tmp_path: Path) -> None:
    def fill(connection: Connection) -> None:
        rows(connection, "t (a)", [(number,) for number in (*range(2, 90), 1)])

    with Database(tmp_path / "f.db", SCHEMA) as database:
        assert database.submit(insert(1)).result() == 1
        with pytest.raises(sqlite3.IntegrityError):
            database.submit(fill).result()
        assert numbers(database) == [1]


def foreign(path: Path) -> None:
    sqlite3.connect(path).execute("CREATE TABLE other (a)").connection.commit()


def newer(path: Path) -> None:
    Database(path, SCHEMA).close()
    sqlite3.connect(path).execute("PRAGMA user_version=7").connection.commit()


def damaged(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (foreign, "was not made as test file"),
        (newer, "version 7.*newer program"),
        (damaged, "this is no test file"),
    ],
)
def test_a_file_that_cannot_be_used_is_left_alone_with_cause_and_remedy(
    tmp_path: Path, spoil: object, words: str
) -> None:
    path = tmp_path / "f.db"
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(UsageError, match=words):
        Database(path, SCHEMA)
    assert path.read_bytes() == before


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with Database(tmp_path / "f.db", SCHEMA), pytest.raises(UsageError, match="Stop the other process"):
        Database(tmp_path / "f.db", SCHEMA)


def test_a_file_is_read_beside_the_one_who_writes_it(tmp_path: Path) -> None:
    with Database(tmp_path / "f.db", SCHEMA) as database:
        reader = open_to_read(tmp_path / "f.db", SCHEMA)
        database.submit(insert(1)).result()
        assert reader.execute("SELECT a FROM t").fetchall() == [(1,)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM t")
    assert reader.execute("SELECT a FROM t").fetchall() == [(1,)]
    reader.close()


def test_a_file_to_read_must_be_there_and_of_this_version(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no test file here"):
        open_to_read(tmp_path / "f.db", SCHEMA)
    Database(tmp_path / "f.db", SCHEMA).close()
    newer = replace(SCHEMA, migrations=SCHEMA.migrations * 2)
    with pytest.raises(UsageError, match="older than this program"):
        open_to_read(tmp_path / "f.db", newer)
    with pytest.raises(UsageError, match="not made as"):
        open_to_read(tmp_path / "f.db", replace(SCHEMA, application_id=1))


def a_file(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("taken", "make"), [("folder", a_file), ("folder/f.db.lock", Path.mkdir), ("folder/f.db", Path.mkdir)]
)
def test_what_stands_in_the_way_is_said_to_the_person_and_nothing_stays_locked(
    tmp_path: Path, taken: str, make: Callable[[Path], None]
) -> None:
    in_the_way = tmp_path / taken
    in_the_way.parent.mkdir(exist_ok=True)
    make(in_the_way)
    for _ in range(2):
        with pytest.raises(CannotRun, match=rf"^{tmp_path}/folder: the data folder .*in the way"):
            Database(tmp_path / "folder" / "f.db", SCHEMA)


def test_those_who_share_a_file_read_what_each_other_write(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    with Database(path, SCHEMA, share=Share.FIRST) as first:
        with Database(path, SCHEMA, share=Share.JOINING) as other:
            both = (first, other)
            done = [both[number % 2].submit(insert(number)) for number in range(1000)]
            assert all(future.result() == 1 for future in done)
            assert numbers(first) == numbers(other) == [*range(1000)]
        assert first.submit(insert(1000)).result() == 1


def test_a_commit_waits_for_its_turn_and_takes_all_that_came_meanwhile(tmp_path: Path) -> None:
    gate = threading.Event()
    path = tmp_path / "f.db"
    with (
        Database(path, SCHEMA, share=Share.FIRST) as first,
        Database(path, SCHEMA, share=Share.JOINING) as other,
    ):
        holding = first.submit(lambda _connection: gate.wait())
        waiting = [other.submit(insert(number)) for number in range(3)]
        assert not any(future.done() for future in waiting)
        gate.set()
        assert holding.result()
        assert [future.result() for future in waiting] == [1, 1, 1]


@pytest.mark.parametrize("share", [Share.ALONE, Share.FIRST])
def test_nobody_comes_between_those_who_share_a_file(tmp_path: Path, share: Share) -> None:
    path = tmp_path / "f.db"
    first = Database(path, SCHEMA, share=Share.FIRST)
    other = Database(path, SCHEMA, share=Share.JOINING)
    with pytest.raises(CannotRun, match="Stop the other process"):
        Database(path, SCHEMA, share=share)
    first.close()
    with pytest.raises(CannotRun, match="Stop the other process"):
        Database(path, SCHEMA, share=share)
    other.close()
    Database(path, SCHEMA, share=share).close()


def test_nobody_joins_one_who_is_alone(tmp_path: Path) -> None:
    with Database(tmp_path / "f.db", SCHEMA), pytest.raises(CannotRun, match="Stop the other process"):
        Database(tmp_path / "f.db", SCHEMA, share=Share.JOINING)


@pytest.mark.parametrize("count", [0, 1, 64, 577, 1100])
def test_rows_that_are_inserted_together_are_numbered_in_their_order(tmp_path: Path, count: int) -> None:
    rows = [(10 * number,) for number in range(count)]
    with Database(tmp_path / "f.db", SCHEMA) as database:
        work = database.submit(lambda connection: [*sqlite.insert(connection, "t (a)", rows)])
        given = work.result()
        kept = database.reader().execute("SELECT rowid, a FROM t ORDER BY a").fetchall()
        assert kept == [(number, a) for number, (a,) in zip(given, rows, strict=True)]
