"""One SQLite file: opened, brought up to date, written by one thread and read by all the others.

Where several processes share it, each has such a thread, and these take turns, a commit each.

Acknowledged is durable: a future is done when its transaction is committed with `synchronous=FULL`.
Works that wait at the same time share one commit, because the sync of the disk costs more than they do.
Readers see the last commit and never wait for the writer (write-ahead log).
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from sqlite3 import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from xdsi_sim.errors import CannotRun, StoreBusy, UsageError
from xdsi_sim.store.files import Turn
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.trouble import understood

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["Database", "Migration", "Row", "Schema", "Soon", "at_once", "insert", "open_to_read"]

T = TypeVar("T")
Work = Callable[[Connection], T]
"""What is done inside a write transaction; what it raises undoes it, and it alone.

It is done again where another work of the same commit failed half-way, so it must bear that.
"""
Migration = Callable[["sqlite_utils.Database"], None]
Soon = Callable[[Callable[[], None]], object]
"""Calls a function when whoever works with the database has done what they are at."""

_BATCH: Final = 512  # works in one commit; more would only let the first of them wait
_GATHERING: Final = 0.01  # seconds after which works are not gathered any more, however busy who brings them
_BUSY: Final = 5.0  # seconds, for a foreign tool that holds the file
_LEAVING: Final = 1.0  # seconds, for processes that have lost their first one and are about to end
_STATEMENTS: Final = 512  # kept prepared in each connection
_CACHE: Final = 16 * 1024  # KiB of a writer: what a commit changes beyond it is written twice


def at_once(function: Callable[[], None]) -> None:
    """Waits for nobody."""
    function()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a file must be: whose, and made by which steps."""

    application_id: int
    """Marks the file as one of this kind (SQLite header)."""
    subject: str
    """What the file holds, in words."""
    migrations: tuple[Migration, ...]
    """Step n leads from version n to n + 1; steps are added and never changed."""


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    future: Future[Any]


class Database:
    """A file with its writer and readers; closed by `close`, which finishes what was submitted."""

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        durable: bool = True,
        share: Share = Share.ALONE,
        soon: Soon = at_once,
    ) -> None:
        """Open or create the file; raises UsageError where it is foreign, newer or damaged.

        Raises CannotRun where it is in use or something stands in its way.

        Without `durable` a commit may be lost when the machine fails. Works go to the writer, and their
        outcomes come back, `soon`: those of one time together.
        """
        self.path = path.absolute()
        self._soon = soon
        self._gathered: list[_Job] = []
        self._since = 0.0
        self._local = threading.local()
        self._readers: list[Connection] = []
        self._jobs: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        with opening(self.path.parent) as opened:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = opened.enter_context(closing(_lock(self.path, share)))
            self._connection = opened.enter_context(closing(_open(self.path, schema, durable=durable)))
            self._turn: Turn | None = None
            if share is not Share.ALONE:
                self._turn = opened.enter_context(closing(Turn(path.with_name(path.name + ".turn"))))
            if share is Share.FIRST:
                _let_in(self._lock)
        self._thread = threading.Thread(target=self._write, name=f"writer of {path.name}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what was submitted, then close all connections; a second call does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            if self._gathered:
                self._jobs.put(self._gathered)
            self._jobs.put(None)
        self._thread.join()
        for reader in self._readers:
            reader.close()
        self._connection.close()
        if self._turn is not None:
            self._turn.close()
        self._lock.close()

    # --- reading ---

    def reader(self) -> Connection:
        """The calling thread's own connection, read-only; each statement sees the last commit."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self.path.as_uri() + "?mode=ro")
            connection.execute("PRAGMA mmap_size=268435456")
            self._local.connection = connection
            with self._closing:
                self._readers.append(connection)
        return connection

    # --- writing ---

    def submit(self, work: Work[T]) -> Future[T]:
        """Do `work` in the writer's thread; done when it is durable, failed when it left no trace."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise RuntimeError(f"{self.path.name} is closed")
            self._gathered.append(_Job(work, future))
            if first := len(self._gathered) == 1:
                self._since = time.monotonic()
        if first:
            self._soon(self._hand_over)
        elif time.monotonic() - self._since > _GATHERING:
            self._hand_over()
        return future

    def _hand_over(self) -> None:
        """Give the writer what was submitted: all at once, since it begins with the first that it gets."""
        with self._closing:
            if self._gathered and not self._closed:
                self._jobs.put(self._gathered)
                self._gathered = []

    def _write(self) -> None:
        while self._commit_next():
            pass  # nothing of a commit is held on to while the next is waited for

    def _commit_next(self) -> bool:
        """Wait for a work, and commit it with those that have come meanwhile; whether to go on."""
        jobs = self._jobs.get()
        if jobs is None:
            return False
        turn: AbstractContextManager[None] = nullcontext() if self._turn is None else self._turn
        with turn:  # first: what comes while it is waited for shares the commit
            batch, open_ = self._batch(jobs)
            outcomes = _commit(self._connection, batch)
        self._soon(partial(_tell, batch, outcomes))
        return open_

    def _batch(self, jobs: list[_Job]) -> tuple[list[_Job], bool]:
        """The works and those that have come meanwhile; whether more may come."""
        batch, open_ = jobs, True
        while len(batch) < _BATCH and not self._jobs.empty():
            following = self._jobs.get()
            if following is None:
                open_ = False
                break
            batch += following
        return [job for job in batch if job.future.set_running_or_notify_cancel()], open_


_Outcome = tuple[Any, BaseException | None]
"""What a work gave, or what it raised."""


def _tell(batch: list[_Job], outcomes: list[_Outcome]) -> None:
    """Let those know who wait for the works."""
    for job, (result, failure) in zip(batch, outcomes, strict=True):
        if failure is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(understood(failure))


def _commit(connection: Connection, batch: list[_Job]) -> list[_Outcome]:
    """What came of all works of the batch in one transaction."""
    try:
        try:
            return _together(connection, batch, _attempt)
        except _HalfDone:
            return _together(connection, batch, _attempt_in_savepoint)
    except BaseException as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
        _bury(connection)
        return [(None, error)] * len(batch)


def _bury(connection: Connection) -> None:
    """Write over what a commit that failed may have left at the end of the log.

    If only its sync failed, it is there whole, and a crash now would bring it back, after it was refused.
    """
    with suppress(sqlite3.Error):  # then the next commit does it
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version={version}")


class _HalfDone(Exception):
    """A work failed after it had changed something."""


def _together(
    connection: Connection, batch: list[_Job], attempt: Callable[[Connection, Work[Any]], _Outcome]
) -> list[_Outcome]:
    _roll_back(connection)  # where it could not be done before
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [attempt(connection, job.work) for job in batch]
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return outcomes


def _roll_back(connection: Connection) -> None:
    """Leave the transaction, if SQLite has not left it by itself; what was raised before is what is told."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _attempt(connection: Connection, work: Work[Any]) -> _Outcome:
    """One work; each statement asks for the interpreter, so savepoints are for when they are needed."""
    before = connection.total_changes
    try:
        return work(connection), None
    except BaseException as error:
        if connection.total_changes != before or not connection.in_transaction:
            raise _HalfDone from error
        return None, error


def _attempt_in_savepoint(connection: Connection, work: Work[Any]) -> _Outcome:
    """One work, undone where it raises."""
    connection.execute("SAVEPOINT work")
    try:
        result = work(connection)
    except BaseException as error:
        if not connection.in_transaction:
            raise  # a full disk and the like undo the whole transaction, so the batch is lost
        connection.execute("ROLLBACK TO work")
        connection.execute("RELEASE work")
        return None, error
    connection.execute("RELEASE work")
    return result, None


Row = Sequence[str | bytes | int | float | None]
_BLOCKS: Final = (512, 64)
"""Rows of one statement: few enough that their values stay below the limit of SQLite, and of few numbers, so
that statements stay prepared."""


def insert(connection: Connection, into: str, rows: Sequence[Row]) -> Iterator[int]:
    """Insert rows, many by one statement, because each asks for the interpreter; gives their rowids.

    `into` is `table (columns)`. Where a row is refused those before it stay, for the work to be undone as a
    whole: to undo the statement alone, SQLite would keep all that it changes a second time.
    """
    numbers: list[int] = []
    for some in _blocks(rows):
        places = f"({','.join('?' * len(some[0]))})"
        sql = f"INSERT OR FAIL INTO {into} VALUES {','.join([places] * len(some))}"  # noqa: S608  ours
        last = connection.execute(sql, list(chain.from_iterable(some))).lastrowid or 0
        numbers += range(last - len(some) + 1, last + 1)  # they follow one another within a statement
    return iter(numbers)


def _blocks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    start = 0
    for size in _BLOCKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size
    if start < len(rows):
        yield rows[start:]


# --- opening ---------------------------------------------------------------------------------


def _connect(uri: str, timeout: float = _BUSY) -> Connection:
    """Transactions are begun by hand; who uses the connection in which thread is our own care."""
    return sqlite3.connect(
        uri,
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
    )


def _lock(path: Path, share: Share) -> Connection:
    """A lock that ends with this process: two of us in one folder would take each other's work for dead."""
    connection = _connect(path.with_name(path.name + ".lock").as_uri(), timeout=_LEAVING)
    try:
        connection.execute("BEGIN" if share is Share.JOINING else "BEGIN EXCLUSIVE")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # a BEGIN alone holds nothing
    except sqlite3.OperationalError as error:
        connection.close()
        if not isinstance(understood(error), StoreBusy):
            raise
        raise CannotRun(
            f"the data folder cannot be used: {error}.",
            file=str(path.parent),
            hint="Stop the other process that has it open, or name another folder.",
        ) from None
    return connection


def _let_in(lock: Connection) -> None:
    """Hold the lock with the others of our kind; none of them is there before this returns."""
    lock.execute("COMMIT")
    lock.execute("BEGIN")
    lock.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _open(path: Path, schema: Schema, *, durable: bool) -> Connection:
    connection = _connect(path.as_uri())
    try:
        version = _check(connection, path, schema)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        connection.execute(f"PRAGMA cache_size=-{_CACHE}")
        if version < len(schema.migrations):
            _migrate(connection, schema, version)
        connection.execute("PRAGMA temp_store=MEMORY")  # what undoes one statement is no file
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path, schema: Schema) -> Connection:
    """A read-only connection, whoever writes the file meanwhile: neither waits for the other.

    Raises UsageError where there is no such file, or it is foreign, newer, older or damaged.
    """
    if not path.is_file():
        raise UsageError(f"there is no {schema.subject} here.", file=str(path.parent))
    connection = _connect(path.absolute().as_uri() + "?mode=ro")
    try:
        version = _check(connection, path, schema)
        if version < len(schema.migrations):
            raise UsageError(
                f"{schema.subject} of version {version}, which is older than this program.",
                file=str(path),
                hint="Start the actors on this folder once: they bring it up to date.",
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: Connection, path: Path, schema: Schema) -> int:
    """The version of the file, 0 for a new one."""
    known = len(schema.migrations)
    try:
        owner = _pragma(connection, "application_id")
        version = _pragma(connection, "user_version")
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    except sqlite3.DatabaseError as error:
        raise UsageError(
            f"this is no {schema.subject}: {error}.",
            file=str(path),
            hint="Restore it from a copy, or name another data folder.",
        ) from None
    if owner != schema.application_id and not (empty and owner == 0):
        raise UsageError(
            f"this file was not made as {schema.subject}.",
            file=str(path),
            hint="Name another data folder; nothing was changed in this one.",
        )
    if version > known:
        raise UsageError(
            f"{schema.subject} of version {version}, this program knows versions up to {known}.",
            file=str(path),
            hint="Use the newer program that made it, or name another data folder.",
        )
    return version


def _pragma(connection: Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _migrate(connection: Connection, schema: Schema, version: int) -> None:
    """Take the missing steps in one transaction, so that a crash leaves the old version or the new one."""
    import sqlite_utils  # noqa: PLC0415 - costs 100 ms, and a folder in use needs it never again

    database = sqlite_utils.Database(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in schema.migrations[version:]:
            migration(database)
        connection.execute(f"PRAGMA application_id={schema.application_id}")
        connection.execute(f"PRAGMA user_version={len(schema.migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
