"""What rejection notes did to an instance store: rows of the rejected, which nothing else looks into.

A rejected instance leaves the index, so whatever is read from there (lists, files, metadata, searches)
lacks it without a word about rejection. Its file stays; a note is kept in the same manner.
"""

from __future__ import annotations

from collections.abc import Iterator
from sqlite3 import Connection
from typing import TYPE_CHECKING, Final

from xdsi_sim.dicom.rejection import RejectionNote

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["create_rejections", "hash_of_rejected", "keep_hidden", "reason_for", "reject", "rejected_in"]

_REJECT: Final = "INSERT OR IGNORE INTO rejection VALUES (?, ?, ?, ?)"
_KNOWN: Final = "SELECT sha256 FROM instance WHERE study_instance_uid = ? AND sop_instance_uid = ?"
_FORGET: Final = "DELETE FROM instance WHERE sop_instance_uid = ? AND study_instance_uid = ?"
"""Triggers of the index take it out of searches and metadata."""
_REASON: Final = "SELECT reason FROM rejection WHERE sop_instance_uid = ?"
_REJECTED: Final = (
    "SELECT sop_instance_uid FROM rejection WHERE study_instance_uid = coalesce(?, study_instance_uid)"
)
_HASH: Final = "SELECT sha256 FROM rejection WHERE sop_instance_uid = ? AND study_instance_uid = ?"
_CAME_LATER: Final = "UPDATE rejection SET sha256 = ? WHERE sop_instance_uid = ? AND sha256 IS NULL"


def create_rejections(database: sqlite_utils.Database) -> None:
    """Make the table."""
    database.table("rejection").create(
        {"sop_instance_uid": str, "study_instance_uid": str, "sha256": str, "reason": str},
        pk="sop_instance_uid",
        not_null={"study_instance_uid", "reason"},
    )


def reject(note: RejectionNote, study: str, sha256: str, db: Connection) -> None:
    """Hide what the note names, be it here or yet to come, and the note itself."""
    for rejected_study, sop in note.rejected:
        known = db.execute(_KNOWN, (rejected_study, sop)).fetchone()
        db.execute(_REJECT, (sop, rejected_study, known[0] if known else None, note.reason))
        db.execute(_FORGET, (sop, rejected_study))
    db.execute(_REJECT, (note.sopInstanceUID, study, sha256, f"it is a rejection note: {note.reason}"))


def hash_of_rejected(sop: str, study: str, db: Connection) -> Iterator[str | None]:
    """SHA-256 of a rejected object, None where it never came; nothing for what is not rejected."""
    yield from (sha256 for (sha256,) in db.execute(_HASH, (sop, study)))


def keep_hidden(sop: str, sha256: str, db: Connection) -> None:
    """Note that an object came after it had been rejected."""
    db.execute(_CAME_LATER, (sha256, sop))


def reason_for(sop: str, db: Connection) -> str | None:
    """Why an instance is rejected; None where it is not."""
    row = db.execute(_REASON, (sop,)).fetchone()
    return None if row is None else str(row[0])


def rejected_in(study: str | None, db: Connection) -> frozenset[str]:
    """Instances that are rejected, of a study or of all."""
    return frozenset(sop for (sop,) in db.execute(_REJECTED, (study,)))
