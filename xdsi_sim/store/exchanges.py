"""The exchange log: every message in and out, as it was on the wire.

Recording must not slow what is recorded: exchanges are handed to the writer's thread, which writes
many in one commit. A large part is not copied: its file gets a second name in the log's folder.
The log is for people and reports; unlike the stores it may lose its last moments in a crash.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any, Final, Protocol

from xdsi_sim.content import BytesContent, Content, FileContent, Segment, SegmentsContent, chunks_of, read_all
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.ids import new_token
from xdsi_sim.store.sqlite import Database, Row, Schema, insert

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["NOT_RECORDED", "ExchangeLog", "Recorder"]

_LOG: Final = logging.getLogger(__name__)
_INLINE: Final = 64 * 1024
_LINGER: Final = 0.1  # seconds; nobody waits for the log, so it may gather what it writes
_COLUMNS: Final = (
    "id, conversation, sender, receiver, transaction_, started, duration, status, findings, "
    "request_head, request_body, request_parts, response_head, response_body, response_parts"
)


class Recorder(Protocol):
    """Takes exchanges, or is off."""

    @property
    def on(self) -> bool:
        """Whether `record` keeps anything."""
        ...

    @property
    def name(self) -> str:
        """Tells one log from another."""
        ...

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange; returns before it is written."""
        ...


class _NotRecorded:
    on = False
    name = ""

    def record(self, exchange: Exchange) -> None:
        """Nothing is kept."""


NOT_RECORDED: Final[Recorder] = _NotRecorded()


def _create(database: sqlite_utils.Database) -> None:
    texts = dict.fromkeys(
        ("id", "conversation", "sender", "receiver", "transaction_", "status", "findings"), str
    )
    messages = {
        f"{side}_{part}": kind
        for side in ("request", "response")
        for part, kind in (("head", str), ("body", bytes), ("parts", str))
    }
    table = database.table("exchange")
    table.create({**texts, "started": float, "duration": float, **messages}, pk="id")
    table.create_index(["conversation", "started"])
    table.create_index(["started"])


_INSERT: Final = f"INSERT INTO exchange ({_COLUMNS})"
_SCHEMA: Final = Schema(application_id=0x5844584C, subject="exchange log", migrations=(_create,))


class ExchangeLog:
    """Realises `Recorder` in a folder, and gives back what was recorded."""

    on = True

    def __init__(self, folder: Path) -> None:
        """Open or create the log; raises UsageError where the folder cannot be used."""
        self._parts = folder / "parts"
        self._parts.mkdir(parents=True, exist_ok=True)
        self._database = Database(folder / "exchanges.db", _SCHEMA, durable=False, linger=_LINGER)
        self._filling = threading.Lock()
        self._batch: list[_Kept] = []
        """What waits for the writer; it takes all of it in one statement or a few."""
        self._last: Future[None] | None = None
        self.name = new_token()

    def close(self) -> None:
        """Write what was recorded, then close."""
        self._database.close()

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange; its large parts are secured at once, the rest is written soon."""
        try:
            request = self._keep(exchange.request)
            response = self._keep(exchange.response) if exchange.response is not None else None
            with self._filling:
                if not self._batch:
                    self._last = self._database.submit(partial(self._write, self._batch))
                self._batch.append((exchange, request, response))
        except (OSError, RuntimeError):  # the disk is full, the log closed: what is recorded goes on
            _LOG.exception("exchange %s could not be recorded", exchange.id)

    def _write(self, batch: list[_Kept], connection: Connection) -> None:
        with self._filling:
            if self._batch is batch:
                self._batch = []
        insert(connection, _INSERT, [_row(*kept) for kept in batch])

    def _keep(self, message: HttpMessage) -> _KeptMessage:
        body = message.body
        segments: Sequence[Segment] = body.segments if isinstance(body, SegmentsContent) else (body,)
        return message, [self._keep_segment(segment) for segment in segments]

    def _keep_segment(self, segment: Segment) -> bytes | dict[str, Any]:
        if isinstance(segment, bytes):
            return segment
        if segment.size <= _INLINE:
            return read_all(segment)
        name = new_token()
        if not (isinstance(segment, FileContent) and _linked(segment.path, self._parts / name)):
            with (self._parts / name).open("wb") as file:
                file.writelines(chunks_of(segment))
        return {"file": name, "size": segment.size}

    def exchanges(self, conversation: str | None = None) -> tuple[Exchange, ...]:
        """All exchanges, or those of one conversation, in the order in which they began."""
        if self._last is not None:
            self._database.hurry()
            self._last.result()
        where, values = ("", ()) if conversation is None else (" WHERE conversation = ?", (conversation,))
        sql = f"SELECT {_COLUMNS} FROM exchange{where} ORDER BY started, rowid"  # noqa: S608  both are ours
        return tuple(self._exchange(row) for row in self._database.reader().execute(sql, values))

    def _exchange(self, row: tuple[Any, ...]) -> Exchange:
        request = self._message(*row[9:12])
        if request is None:
            raise ValueError(f"exchange {row[0]} has no request")
        return Exchange(
            id=row[0],
            conversation=row[1],
            sender=row[2],
            receiver=row[3],
            transaction=row[4],
            started=row[5],
            duration=row[6],
            status=row[7],
            findings=tuple(_finding(item) for item in json.loads(row[8])),
            request=request,
            response=self._message(*row[12:15]),
        )

    def _message(self, head: str | None, body: bytes | None, parts: str | None) -> HttpMessage | None:
        if head is None:
            return None
        start_line, headers = json.loads(head)
        return HttpMessage(
            start_line=start_line,
            headers=tuple((name, value) for name, value in headers),
            body=self._body(body or b"", json.loads(parts) if parts else []),
        )

    def _body(self, inline: bytes, parts: list[dict[str, Any]]) -> Content:
        """The body again: `parts` tells after how many inline octets each file stands."""
        if not parts:
            return BytesContent(inline)
        segments: list[Segment] = []
        at = 0
        for part in parts:
            segments += (inline[at : part["after"]], FileContent(self._parts / part["file"], part["size"]))
            at = part["after"]
        return SegmentsContent((*segments, inline[at:]))


def _linked(source: Path, path: Path) -> bool:
    try:
        os.link(source, path)
    except OSError:  # another file system, or one without links
        return False
    return True


_KeptMessage = tuple[HttpMessage, list[bytes | dict[str, Any]]]
"""A message, and its body as octets at hand and files of the log."""
_Kept = tuple[Exchange, _KeptMessage, _KeptMessage | None]


def _row(exchange: Exchange, request: _KeptMessage, response: _KeptMessage | None) -> Row:
    return (
        exchange.id,
        exchange.conversation,
        exchange.sender,
        exchange.receiver,
        exchange.transaction,
        exchange.started,
        exchange.duration,
        exchange.status,
        json.dumps([_plain(finding) for finding in exchange.findings]),
        *_columns(request),
        *(_columns(response) if response is not None else (None, None, None)),
    )


def _columns(kept: _KeptMessage) -> tuple[str, bytes, str | None]:
    message, segments = kept
    inline, parts = bytearray(), []
    for segment in segments:
        if isinstance(segment, bytes):
            inline += segment
        else:
            parts.append({**segment, "after": len(inline)})
    return (
        json.dumps([message.start_line, message.headers]),
        bytes(inline),
        json.dumps(parts) if parts else None,
    )


def _plain(finding: Finding) -> Sequence[str | None]:
    return (finding.rule, finding.severity.value, finding.text, finding.location, finding.cites)


def _finding(plain: Iterable[Any]) -> Finding:
    rule, severity, text, location, cites = plain
    return Finding(rule=rule, severity=Severity(severity), text=text, location=location, cites=cites)
