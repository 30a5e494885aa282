"""What this machine can do with the cheapest honest code: the denominators of the ratios."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lxml import etree

from xdsi_sim.vocab import NS

__all__ = ["Store", "imports", "joined", "one_commit", "submissions"]

_RIM: Final = f"{{{NS.RIM}}}"
_TABLES: Final = """
create table entry(id integer primary key, uuid text unique, uid text unique, patient text,
  created text, body blob);
create index by_patient on entry(patient, created);
create table code(entry int, scheme text, code text, system text);
create index code_of on code(entry);
create index by_code on code(scheme, code);
create table slot(entry int, name text, value text);
create index slot_of on slot(entry);
create table submission(id integer primary key, uid text unique, patient text);
create table link(source int, target int);
create index by_target on link(target);
"""
_RUNS: Final = 5
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _database(path: Path, synchronous: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(f"pragma journal_mode=wal; pragma synchronous={synchronous};" + _TABLES)
    return database


class Store:
    """Documents as files and entries as rows, in the cheapest honest way."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        """If `durable`, document and commit are synced."""
        folder.mkdir()
        self._folder = folder
        self._durable = durable
        self._database = _database(folder / "floor.db", "full" if durable else "normal")

    def keep(self, name: str, document: bytes) -> str:
        """Keep a document; gives its hash."""
        hash_ = hashlib.sha1(document, usedforsecurity=False).hexdigest()
        _keep(self._folder / name, document, durable=self._durable)
        return hash_

    def register(self, message: bytes, hash_: str) -> None:
        """Read a message, pick the fields of its entry and commit them."""
        entry = next(etree.fromstring(message, _PARSER).iter(_RIM + "ExtrinsicObject"))
        slots, codes, ids = _fields(entry)
        slots.append(("hash", hash_))
        self._database.execute("begin immediate")
        _store(self._database, (entry.get("id"), *ids), slots, codes, message)
        self._database.execute("commit")

    def close(self) -> None:
        """Nothing more comes."""
        self._database.close()


def submissions(messages: Sequence[bytes], document: bytes, folder: Path, *, durable: bool = True) -> float:
    """Submissions a second: parse, pick fields, hash and keep the document, commit, write the answer.

    One thread; no SOAP, no HTTP, no rules. If `durable`, document and commit are synced.
    """
    store = Store(folder, durable=durable)
    answer = etree.fromstring(b"<answer status='Success'/>", _PARSER)
    began = time.perf_counter()
    for number, message in enumerate(messages):
        store.register(message, store.keep(str(number), document))
        etree.tostring(answer)
    rate = len(messages) / (time.perf_counter() - began)
    store.close()
    return rate


_Slots = list[tuple[str, str]]
_Codes = list[tuple[str, str, str]]


def _fields(entry: etree._Element) -> tuple[_Slots, _Codes, list[str]]:
    slots, codes, ids = [], [], []
    for child in entry:
        if child.tag == _RIM + "Slot":
            slots += [(child.get("name"), value.text) for value in child[0]]
        elif child.tag == _RIM + "Classification":
            system = child[0][0][0].text
            codes.append((child.get("classificationScheme"), child.get("nodeRepresentation"), system))
        elif child.tag == _RIM + "ExternalIdentifier":
            ids.append(child.get("value"))
    return slots, codes, ids


def _keep(path: Path, document: bytes, *, durable: bool) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(document)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.rename(path)


def _store(
    database: sqlite3.Connection, ids: tuple[str, str, str], slots: _Slots, codes: _Codes, body: bytes
) -> None:
    uuid, patient, uid = ids
    entry = database.execute(
        "insert into entry(uuid, uid, patient, created, body) values (?, ?, ?, ?, ?)",
        (uuid, uid, patient, slots[0][1], body),
    ).lastrowid
    database.executemany("insert into code values (?, ?, ?, ?)", [(entry, *code) for code in codes])
    database.executemany("insert into slot values (?, ?, ?)", [(entry, *slot) for slot in slots])
    made = database.execute("insert into submission(uid, patient) values (?, ?)", ("s" + uid, patient))
    database.execute("insert into link values (?, ?)", (made.lastrowid, entry))


def one_commit(requests: Sequence[bytes], path: Path) -> float:
    """Entries a second that are stored in a single commit; what is stored has been read before."""
    entries = [
        (*_fields(entry), entry.get("id"), etree.tostring(entry))
        for request in requests
        for entry in etree.fromstring(request, _PARSER).iter(_RIM + "ExtrinsicObject")
    ]
    database = _database(path, "normal")
    began = time.perf_counter()
    database.execute("begin immediate")
    for slots, codes, ids, uuid, body in entries:
        _store(database, (uuid, *ids), slots, codes, body)
    database.execute("commit")
    rate = len(entries) / (time.perf_counter() - began)
    database.close()
    return rate


def joined(path: Path, patient: str) -> float:
    """MB a second of a patient's entries that are read from the registry's own file and joined in memory."""
    sql = "SELECT fragment FROM object WHERE patientId = ? AND kind = 'DocumentEntry' ORDER BY number"
    database = sqlite3.connect(path)
    size, began = 0, time.perf_counter()
    for _ in range(20):
        size += len(b"".join([fragment for (fragment,) in database.execute(sql, (patient,))]))
    rate = size / (time.perf_counter() - began) / 1e6
    database.close()
    return rate


def imports() -> float:
    """Seconds of a Python that imports what the customer fixed for serving: Twisted, Spyne, lxml, SQLite."""
    code = (
        "import sqlite3, lxml.etree, twisted.web.server, twisted.internet.reactor; "
        "import xdsi_sim.services.compat, spyne"
    )
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - began)
    return min(times)
