"""What an imaging source has published of its studies, so that it can replace or withdraw it."""

from __future__ import annotations

from sqlite3 import Connection
from typing import TYPE_CHECKING, Final

from xdsi_sim.actors.ports import Publication
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import parse

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["create_publications", "describe_publications", "note", "publication", "studies_with", "withdraw"]

_NOTE: Final = (
    "INSERT OR REPLACE INTO publication (study_instance_uid, what, entryUUID, entry, fingerprint)"
    " VALUES (?, ?, ?, ?, ?)"
)
_LAST: Final = (
    "SELECT entryUUID, entry, fingerprint FROM publication WHERE study_instance_uid = ? AND what = ?"
)
_WITHDRAW: Final = "DELETE FROM publication WHERE study_instance_uid = ? AND what = ?"
_STUDIES: Final = "SELECT study_instance_uid FROM publication WHERE what = ? ORDER BY 1"


def create_publications(database: sqlite_utils.Database) -> None:
    """Make the table."""
    database.table("publication").create(
        {"study_instance_uid": str, "what": str, "entryUUID": str}, pk=("study_instance_uid", "what")
    )


def describe_publications(database: sqlite_utils.Database) -> None:
    """Keep what was published beside its id."""
    database.table("publication").add_column("entry", bytes).add_column("fingerprint", str)


def publication(study: str, what: str, db: Connection) -> Publication | None:
    """What was published last; None where nothing was, or where it was withdrawn."""
    row = db.execute(_LAST, (study, what)).fetchone()
    if row is None:
        return None
    entryUUID, written, fingerprint = row
    if written is None:  # from a store of before this was kept
        return Publication(entry=DocumentEntry(entryUUID=entryUUID))
    entry = read_object(parse(written), DOCUMENT_ENTRY)
    return Publication(entry=entry, fingerprint=fingerprint)  # type: ignore[arg-type]  # of the kind asked for


def note(study: str, what: str, published: Publication, db: Connection) -> None:
    """Remember what was published, in place of the former one."""
    written = write_object(published.entry)
    db.execute(_NOTE, (study, what, published.entry.entryUUID, written, published.fingerprint))


def withdraw(study: str, what: str, db: Connection) -> None:
    """Forget what was published: it cannot be replaced any more."""
    db.execute(_WITHDRAW, (study, what))


def studies_with(what: str, db: Connection) -> tuple[str, ...]:
    """Studies of which that is published, sorted."""
    return tuple(uid for (uid,) in db.execute(_STUDIES, (what,)))
