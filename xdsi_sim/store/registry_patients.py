"""The patients of a registry: which ids it knows, which survive, and what a merge does to the metadata.

`patient` has one row for each id that was fed or merged, with the id that survives, which is itself
until a merge. Objects hold the surviving id, in their column and in their fragment, so that queries and
rules need to look through no merge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry, Folder, SubmissionSet
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import KINDS_BY_NAME
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.store.registry_schema import SCHEMA
from xdsi_sim.store.sqlite import open_to_read

__all__ = ["Patient", "announce", "merge", "patients_in", "survivors"]

_KNOWN: Final = """\
SELECT coalesce((SELECT survivor FROM patient WHERE patientId = ?),
                (SELECT patientId FROM object WHERE patientId = ? LIMIT 1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A patient id that a registry knows."""

    patientId: str
    survivor: str
    """Itself, or the id that it was merged into."""
    objects: int
    """How many objects of the registry have it."""


def survivors(connection: Connection, ids: Collection[str]) -> Mapping[str, str]:
    """Those of the ids that were fed or have metadata, each with the id that survives."""
    known = ((id, connection.execute(_KNOWN, (id, id)).fetchone()[0]) for id in ids)
    return {id: survivor for id, survivor in known if survivor is not None}


def announce(connection: Connection, ids: Collection[str]) -> None:
    """Make ids known; what is known stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO patient (patientId, survivor) VALUES (?, ?)", [(id, id) for id in ids]
    )


def merge(connection: Connection, survivor: str, subsumed: str) -> None:
    """Let all that is of the subsumed id, and of those that it has subsumed, be of the survivor."""
    announce(connection, (survivor, subsumed))
    connection.execute("UPDATE patient SET survivor = ? WHERE survivor = ?", (survivor, subsumed))
    numbers = connection.execute("SELECT number FROM object WHERE patientId = ?", (subsumed,)).fetchall()
    for (number,) in numbers:  # one at a time: a patient's metadata need not fit into memory
        _rewrite(connection, number, survivor)


def _rewrite(connection: Connection, number: int, survivor: str) -> None:
    """An object with another patientId; what the source calls the patient stays (ITI TF-2: 3.8.4.2.4)."""
    ((name, fragment),) = connection.execute("SELECT kind, fragment FROM object WHERE number = ?", (number,))
    value = read_object(parse(fragment), KINDS_BY_NAME[name])
    if not isinstance(value, SubmissionSet | DocumentEntry | Folder):
        raise TypeError(f"{name} has no patientId")
    rewritten = write_object(replace(value, patientId=survivor), permanent=True)
    sql = "UPDATE object SET fragment = ?, patientId = ? WHERE number = ?"
    connection.execute(sql, (rewritten, survivor, number))


_EVERYBODY: Final = """\
WITH used AS (SELECT patientId, count(*) AS objects FROM object WHERE patientId IS NOT NULL GROUP BY 1),
     known AS (SELECT patientId, survivor FROM patient
               UNION SELECT patientId, patientId FROM used
               WHERE patientId NOT IN (SELECT patientId FROM patient))
SELECT known.patientId, known.survivor, coalesce(used.objects, 0)
FROM known LEFT JOIN used ON used.patientId = known.patientId ORDER BY known.patientId
"""


def patients_in(folder: Path) -> Sequence[Patient]:
    """Everybody that the registry whose data is in `folder` knows, also while the registry is running.

    Raises UsageError where the folder holds no registry.
    """
    with closing(open_to_read(folder / "registry.db", SCHEMA)) as connection:
        rows = connection.execute(_EVERYBODY)
        return [Patient(patientId=id, survivor=survivor, objects=count) for id, survivor, count in rows]
