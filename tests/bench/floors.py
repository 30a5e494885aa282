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

__all__ = ["imports", "submissions"]

_RIM: Final = f"{{{NS.RIM}}}"
_TABLES: Final = """
create table entry(id integer primary key, uuid text unique, uid text unique, patient text, body blob);
create index by_patient on entry(patient);
create table value(entry int, name text, value text);
create index by_value on value(name, value);
create table submission(id integer primary key, uid text unique, patient text);
create table link(source int, target int);
"""
_RUNS: Final = 5


def submissions(messages: Sequence[bytes], document: bytes, folder: Path) -> float:
    """Submissions a second: parse, pick fields, hash and sync the document, commit durably; one thread."""
    folder.mkdir()
    database = sqlite3.connect(folder / "floor.db", isolation_level=None)
    database.executescript("pragma journal_mode=wal; pragma synchronous=full;" + _TABLES)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    began = time.perf_counter()
    for number, message in enumerate(messages):
        entry = next(etree.fromstring(message, parser).iter(_RIM + "ExtrinsicObject"))
        values = list(_values(entry))
        digest = hashlib.sha1(document, usedforsecurity=False).hexdigest()
        _keep(folder / str(number), document)
        database.execute("begin immediate")
        _store(database, entry.get("id"), [*values, ("hash", digest)], message)
        database.execute("commit")
    rate = len(messages) / (time.perf_counter() - began)
    database.close()
    return rate


def _values(entry: etree._Element) -> list[tuple[str, str]]:
    found = []
    for child in entry:
        if child.tag == _RIM + "Slot":
            found += [(child.get("name"), value.text) for value in child[0]]
        elif child.tag == _RIM + "Classification":
            found.append((child.get("classificationScheme"), child.get("nodeRepresentation")))
        elif child.tag == _RIM + "ExternalIdentifier":
            found.append((child.get("identificationScheme"), child.get("value")))
    return found


def _keep(path: Path, document: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def _store(database: sqlite3.Connection, uuid: str, values: list[tuple[str, str]], body: bytes) -> None:
    patient, uid = (
        value for name, value in values if value and name.startswith("urn:uuid:") and "999" in value
    )
    row = database.execute(
        "insert into entry(uuid, uid, patient, body) values (?, ?, ?, ?)", (uuid, uid, patient, body)
    )
    database.executemany(
        "insert into value values (?, ?, ?)", [(row.lastrowid, name, value) for name, value in values]
    )
    made = database.execute("insert into submission(uid, patient) values (?, ?)", ("s" + uid, patient))
    database.execute("insert into link values (?, ?)", (made.lastrowid, row.lastrowid))


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
