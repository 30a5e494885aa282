"""The documents of one repository: small ones in the index itself, large ones in files of our naming.

A small document is part of the commit that acknowledges it: no file is cheaper. A large one is synced
and renamed into place before the index names it. Either way a document is there whole or not at all.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.actors.ports import NewDocument, StoredDocument
from xdsi_sim.content import BytesContent, Content, discard, read_all, sha1_of
from xdsi_sim.errors import XdsError
from xdsi_sim.ids import new_token
from xdsi_sim.rules.removal import Fate
from xdsi_sim.store.files import put, sync_folder
from xdsi_sim.store.lending import LentFiles
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.sqlite import Database, Schema, Soon, at_once
from xdsi_sim.store.trouble import troubles

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["SMALL", "NonIdenticalHash", "SqliteDocumentStore"]

_LOG: Final = logging.getLogger(__name__)

SMALL: Final = 64 * 1024
"""Octets up to which a document is kept in the index."""

_COLUMNS: Final = "uniqueId, mimeType, hash, size, content, file"
_FIND: Final = f"SELECT {_COLUMNS} FROM document WHERE uniqueId IN (SELECT value FROM json_each(?))"  # noqa: S608  ours
_FIND_BUT: Final = (
    f"{_FIND} AND (submission IS NULL OR submission NOT IN (SELECT value FROM json_each(?)) OR EXISTS "  # noqa: S608  ours
    "(SELECT 1 FROM claim WHERE claim.uniqueId = document.uniqueId "
    "AND claim.submission NOT IN (SELECT value FROM json_each(?))))"
)
_INSERT: Final = (
    f"INSERT INTO document ({_COLUMNS}, submission) VALUES (?, ?, ?, ?, ?, ?, ?) "  # noqa: S608  ours
    "ON CONFLICT (uniqueId) DO NOTHING"
)

_SETTLE: Final = "UPDATE document SET submission = NULL WHERE submission IN (SELECT value FROM json_each(?))"
_SETTLE_CLAIMED: Final = (
    "UPDATE document SET submission = NULL WHERE uniqueId IN "
    "(SELECT uniqueId FROM claim WHERE submission IN (SELECT value FROM json_each(?)))"
)
_GIVE_UP_CLAIMS: Final = "DELETE FROM claim WHERE submission IN (SELECT value FROM json_each(?))"
_HAND_OVER: Final = (
    "UPDATE document SET submission = heir.submission FROM claim AS heir "
    "WHERE document.submission = ? AND heir.uniqueId = document.uniqueId"
)
_TAKE_OUT: Final = (
    "DELETE FROM document WHERE uniqueId IN (SELECT value FROM json_each(?)) AND submission IS NULL "
    "AND uniqueId NOT IN (SELECT uniqueId FROM claim) "
    "AND uniqueId NOT IN (SELECT value FROM json_each(?)) RETURNING uniqueId, file"
)
_UNSETTLED: Final = (
    "SELECT submission, uniqueId FROM document WHERE submission IS NOT NULL "
    "UNION SELECT submission, uniqueId FROM claim ORDER BY submission, uniqueId"
)


class NonIdenticalHash(XdsError):
    """The uniqueId belongs to other bytes already (ITI TF-3: 4.2.4.1)."""

    code = "XDSNonIdenticalHash"


def _create(database: sqlite_utils.Database) -> None:
    database.table("document").create(
        {
            "uniqueId": str,
            "mimeType": str,
            "hash": str,
            "size": int,
            "content": bytes,
            "file": str,
            "submission": str,
        },
        pk="uniqueId",
        not_null={"mimeType", "hash", "size"},
    )
    # set while a registration is under way; all but empty, so the index is as well
    database.execute("CREATE INDEX unsettled ON document (submission) WHERE submission IS NOT NULL")


def _claims(database: sqlite_utils.Database) -> None:
    """Who else brings a document whose own submission is under way: all but always nobody."""
    database.table("claim").create({"uniqueId": str, "submission": str}, pk=("uniqueId", "submission"))
    database.table("claim").create_index(["submission"])


_SCHEMA: Final = Schema(application_id=0x58445250, subject="document store", migrations=(_create, _claims))


class SqliteDocumentStore:
    """Realises `actors.ports.DocumentStore` in a folder."""

    def __init__(self, folder: Path, share: Share = Share.ALONE, soon: Soon = at_once) -> None:
        """Open or create the store; raises UsageError where the folder cannot be used.

        Futures are done `soon`, those of one time together; not that of a document which has a file.
        """
        self._files = folder / "documents"
        self._lent = LentFiles(self._files)
        with opening(folder) as opened:
            self._files.mkdir(parents=True, exist_ok=True)
            database = Database(folder / "repository.db", _SCHEMA, share=share, soon=soon)
            self._database = opened.enter_context(database)
            if share is not Share.JOINING:
                self._sweep()
            self._claimed = self._has_claims()
            """Whether there may be claims of ours: settling asks no table for what is all but never there.

            Whoever makes a claim settles it, so those of other processes are theirs to know.
            """
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="documents")
        self._registered: set[str] = set()
        self._refused: set[str] = set()
        """Submissions whose documents go: from then on nobody finds them."""
        self._left: set[str] = set()
        """Those of them that could not be taken out at once."""
        self._again: dict[str, set[str]] = {}
        """By submission under way: documents of it that were here for good before."""
        self._writing: Future[Sequence[str]] | None = None

    def _sweep(self) -> None:
        """Remove the files of what a crash has cut short: those that the index does not name."""
        named = {name for (name,) in self._database.reader().execute("SELECT file FROM document")}
        for path in self._files.iterdir():
            if path.name not in named:
                path.unlink()

    def _has_claims(self) -> bool:
        (found,) = self._database.reader().execute("SELECT EXISTS (SELECT 1 FROM claim)").fetchone()
        return bool(found)

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown()
        self._database.submit(self._settled)  # what cannot be written now is asked for at the next start
        self._database.close()

    def find(self, uniqueIds: Sequence[str]) -> Mapping[str, StoredDocument]:
        """Those of the documents that are here."""
        # as one value: a list of parameters has a limit that a large request exceeds
        asked = json.dumps(list(uniqueIds))
        if self._refused:
            hidden = json.dumps(list(self._refused.copy()))
            rows = self._database.reader().execute(_FIND_BUT, (asked, hidden, hidden))
        else:
            rows = self._database.reader().execute(_FIND, (asked,))
        found = (self._document(*row) for row in rows)
        return {document.uniqueId: document for document in found if document is not None}

    def _document(
        self, uniqueId: str, mimeType: str, hash_: str, size: int, data: bytes | None, file: str | None
    ) -> StoredDocument | None:
        content: Content | None = BytesContent(data or b"", hash_)
        if file is not None:
            content = self._lent.lend(file, size, hash_)
        if content is None:
            return None
        return StoredDocument(uniqueId=uniqueId, mimeType=mimeType, hash=hash_, size=size, content=content)

    def keep(self, submission: str, documents: Sequence[NewDocument]) -> Future[None]:
        """Keep the documents of a submission; fails with XdsError where a uniqueId has other bytes."""
        if all(document.content.size <= SMALL for document in documents):
            return self._index(submission, [_row(document, None) for document in documents])
        return self._pool.submit(self._keep_files, submission, documents)

    def _keep_files(self, submission: str, documents: Sequence[NewDocument]) -> None:
        files: list[str | None] = []
        try:
            with troubles():
                for document in documents:
                    small = document.content.size <= SMALL
                    files.append(None if small else self._take_in(document.content))
                sync_folder(self._files)
            rows = [_row(document, file) for document, file in zip(documents, files, strict=True)]
            self._remove(self._index(submission, rows).result())
        except BaseException:
            self._remove(files)
            raise

    def _take_in(self, content: Content) -> str:
        """Bring the bytes into the folder, synced, under a name of our own."""
        name = new_token()
        temporary = self._files / f"{name}.tmp"
        try:
            put(content, temporary)  # where it is a second name, whoever spooled it removes the first
            temporary.rename(self._files / name)
        except BaseException:
            discard(temporary)
            raise
        return name

    def _remove(self, files: Sequence[str | None]) -> None:
        for file in files:
            if file is not None:
                self._lent.remove(file)

    def _index(self, submission: str, rows: Sequence[_Row]) -> Future[Any]:
        """Enter the documents; gives the files of those that are here already."""
        self._write_registered()
        kept = self._database.submit(
            lambda connection: [self._insert(connection, submission, row) for row in rows]
        )
        kept.add_done_callback(lambda done: done.exception() and self._again.pop(submission, None))
        return kept

    def _insert(self, connection: Connection, submission: str, row: _Row) -> str | None:
        """Enter a document; gives its file where the same bytes are here already."""
        if connection.execute(_INSERT, (*row, submission)).rowcount:
            return None
        sql = "SELECT hash, submission FROM document WHERE uniqueId = ?"
        hash_, owner = connection.execute(sql, row[:1]).fetchone()
        if hash_ != row[2]:
            raise NonIdenticalHash(
                f"here with other bytes; attribute=uniqueId; value={row[0]}; rule=G07", location=row[0]
            )
        if owner is None:
            self._again.setdefault(submission, set()).add(row[0])
        elif owner != submission:
            # two submissions at once bring it: it stays if either is registered, else it goes with the last
            self._claimed = True
            connection.execute("INSERT OR IGNORE INTO claim VALUES (?, ?)", (row[0], submission))
        return row[5]

    def settle(self, submission: str, *, registered: bool) -> Future[None]:
        """Keep the documents of a submission for good, or drop those that it brought."""
        self._again.pop(submission, None)
        if not registered:
            self._refused.add(submission)
            return self._pool.submit(self._drop, (submission,))
        # written with the next commit: a crash before that leaves work for `unsettled`, and loses nothing
        self._registered.add(submission)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def _drop(self, submissions: Sequence[str]) -> None:
        """Take out what they brought; a store that cannot do so now does it before it keeps anything more."""
        dropped = self._database.submit(partial(_dropped, submissions=submissions))
        wait([dropped])
        self._let_go(submissions, dropped)

    def _let_go(self, submissions: Sequence[str], dropped: Future[Sequence[str | None]]) -> None:
        if (trouble := dropped.exception()) is not None:
            if not self._left.issuperset(submissions):
                _LOG.error("what was refused could not be taken out yet: %s", trouble)
            self._left.update(submissions)
            return
        self._left.difference_update(submissions)
        self._refused.difference_update(submissions)
        self._remove(dropped.result())  # when nothing names it any more

    def _write_registered(self) -> None:
        """Settle all that was registered since, in one work at a time."""
        if self._left:
            left = tuple(self._left)
            dropped = self._database.submit(partial(_dropped, submissions=left))
            dropped.add_done_callback(partial(self._let_go, left))
        if self._registered and (self._writing is None or self._writing.done()):
            self._writing = self._database.submit(self._settled)
            self._writing.add_done_callback(self._forget)

    def _settled(self, connection: Connection) -> Sequence[str]:
        registered = tuple(self._registered)
        names = (json.dumps(registered),)
        if self._claimed:
            connection.execute(_SETTLE_CLAIMED, names)
            connection.execute(_GIVE_UP_CLAIMS, names)
        connection.execute(_SETTLE, names)
        return registered

    def _forget(self, written: Future[Sequence[str]]) -> None:
        if written.exception() is None:  # else it is tried again
            self._registered.difference_update(written.result())

    def remove(self, uniqueIds: Sequence[str]) -> Future[Mapping[str, Fate]]:
        """Take documents out, but for those that a submission under way brings."""
        return self._pool.submit(self._take_out, json.dumps(list(uniqueIds)))

    def _take_out(self, uniqueIds: str) -> Mapping[str, Fate]:
        removed, busy = self._database.submit(partial(self._removed, uniqueIds=uniqueIds)).result()
        self._remove([file for _, file in removed])  # when nothing names it any more
        return {**dict.fromkeys(busy, Fate.BUSY), **{uniqueId: Fate.REMOVED for uniqueId, _ in removed}}

    def _removed(
        self, connection: Connection, *, uniqueIds: str
    ) -> tuple[Sequence[tuple[str, str | None]], Sequence[str]]:
        """uniqueId and file of what goes, and the uniqueIds of what stays for now."""
        self._settled(connection)
        again = json.dumps(list(set().union(*self._again.copy().values())))
        removed = connection.execute(_TAKE_OUT, (uniqueIds, again)).fetchall()
        sql = "SELECT uniqueId FROM document WHERE uniqueId IN (SELECT value FROM json_each(?))"
        return removed, [uniqueId for (uniqueId,) in connection.execute(sql, (uniqueIds,))]

    def unsettled(self) -> Mapping[str, Sequence[str]]:
        """Submissions that a crash cut short: their uniqueIds by submission."""
        found: dict[str, list[str]] = {}
        for submission, uniqueId in self._database.reader().execute(_UNSETTLED):
            found.setdefault(submission, []).append(uniqueId)
        return found


_Row = tuple[str, str, str, int, bytes | None, str | None]


def _row(document: NewDocument, file: str | None) -> _Row:
    content = document.content
    data = read_all(content) if file is None else None
    return (document.uniqueId, document.mimeType, sha1_of(content), content.size, data, file)


def _dropped(connection: Connection, *, submissions: Sequence[str]) -> Sequence[str | None]:
    """Give up what submissions brought, unless another brings it, too; gives the files that go."""
    connection.execute(_GIVE_UP_CLAIMS, (json.dumps(submissions),))
    files: list[str | None] = []
    for submission in submissions:
        connection.execute(_HAND_OVER, (submission,))
        sql = "DELETE FROM document WHERE submission = ? RETURNING file"
        files += [file for (file,) in connection.execute(sql, (submission,)).fetchall()]
    return files
