"""The patients of a registry: which ids it knows, which survive, and what a merge does to the metadata.

`patient` has one row for each id that was fed or merged, with the id that survives, which is itself
until a merge, and what the feed says of the patient. Objects hold the surviving id, in their column and in
their fragment, so that queries and rules need to look through no merge. `patient_key` leads to surviving ids:
from ids in other domains, and from names with years of birth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from xdsi_sim.actors.patient_directory import KnownPatient
from xdsi_sim.ebrim.model import DocumentEntry, Folder, SubmissionSet
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import KINDS_BY_NAME
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.discovery import name_key
from xdsi_sim.messages.patient_feed import Person, PersonName
from xdsi_sim.store.parameters import bound, places
from xdsi_sim.store.registry_schema import PERSON, SCHEMA
from xdsi_sim.store.sqlite import open_to_read

__all__ = ["Patient", "announce", "candidates", "describe", "known_as", "merge", "patients_in", "survivors"]

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
    person: Person = Person()


def survivors(connection: Connection, ids: Collection[str]) -> Mapping[str, str]:
    """Those of the ids that were fed or have metadata, each with the id that survives."""
    known = ((id, connection.execute(_KNOWN, (id, id)).fetchone()[0]) for id in ids)
    return {id: survivor for id, survivor in known if survivor is not None}


def announce(connection: Connection, ids: Collection[str]) -> None:
    """Make ids known; what is known stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO patient (patientId, survivor) VALUES (?, ?)", [(id, id) for id in ids]
    )


# --- who they are ----------------------------------------------------------------------------

_SET_PERSON: Final = ", ".join(f"{name} = ?" for name in PERSON)
_PERSON: Final = ", ".join(PERSON)


def describe(connection: Connection, ids: Collection[str], person: Person, otherIds: Collection[str]) -> None:
    """Keep what is said of those of the ids that are known; what is not said stays as it is."""
    key = name_key(person.name, person.birthTime)
    for id in ids:
        if person != Person():
            connection.execute(f"UPDATE patient SET {_SET_PERSON} WHERE patientId = ?", (*_row(person), id))
            _put_keys(connection, id, _NAME, () if key is None else (key,))
        if otherIds:
            _put_keys(connection, id, _ID, otherIds)


_NAME, _ID = "name", "id"
_KEY: Final = (
    "INSERT OR IGNORE INTO patient_key (key, patientId, kind) "
    "SELECT ?, patientId, ? FROM patient WHERE patientId = ?"
)


def _put_keys(connection: Connection, id: str, kind: str, keys: Collection[str]) -> None:
    """The keys of a kind, in place of those that there were."""
    connection.execute("DELETE FROM patient_key WHERE patientId = ? AND kind = ?", (id, kind))
    connection.executemany(_KEY, [(key, kind, id) for key in keys])


def known_as(connection: Connection, id: str) -> KnownPatient | None:
    """Who has the id, or had it before a merge; None where nobody has."""
    survivor = survivors(connection, (id,)).get(id)
    return None if survivor is None else _known(connection, survivor)


def _known(connection: Connection, id: str) -> KnownPatient:
    row = connection.execute(f"SELECT {_PERSON} FROM patient WHERE patientId = ?", (id,)).fetchone()
    former = connection.execute(_FORMER, (id, id))
    others = connection.execute("SELECT key FROM patient_key WHERE patientId = ? AND kind = ?", (id, _ID))
    return KnownPatient(
        patientId=id,
        formerIds=tuple(one for (one,) in former),
        otherIds=tuple(one for (one,) in others),
        person=Person() if row is None else _person(*row),
    )


_FORMER: Final = "SELECT patientId FROM patient WHERE survivor = ? AND patientId IS NOT ? ORDER BY patientId"


def candidates(
    connection: Connection, ids: Collection[str], keys: Collection[str], limit: int
) -> list[KnownPatient]:
    """Patients with one of the ids in any domain, or one of the keys; each once, `limit` at most."""
    wanted = (*ids, *keys)
    sql = _CANDIDATES.format(places(len(wanted)), places(len(ids)), places(len(ids)))
    found = connection.execute(sql, (*bound(wanted), *bound(ids), *bound(ids), limit)).fetchall()
    return [_known(connection, id) for (id,) in found]


_CANDIDATES: Final = """SELECT patientId FROM patient_key WHERE key IN ({})
UNION SELECT survivor FROM patient WHERE patientId IN ({})
UNION SELECT patientId FROM object WHERE patientId IN ({})
ORDER BY 1 LIMIT ?
"""


def _row(person: Person) -> tuple[str, ...]:
    """The values of `PERSON`."""
    name = person.name or PersonName("")
    return name.family, name.given, person.birthTime, person.gender, person.mothersMaidenName


def _person(family: str, given: str, birthTime: str, gender: str, mothersMaidenName: str) -> Person:
    return Person(
        name=PersonName(family, given) if family or given else None,
        birthTime=birthTime,
        gender=gender,
        mothersMaidenName=mothersMaidenName,
    )


# --- merges ----------------------------------------------------------------------------------


def merge(connection: Connection, survivor: str, subsumed: str) -> None:
    """Let all that is of the subsumed id, and of those that it has subsumed, be of the survivor."""
    announce(connection, (survivor, subsumed))
    _join(connection, survivor, subsumed)
    connection.execute("UPDATE patient SET survivor = ? WHERE survivor = ?", (survivor, subsumed))
    numbers = connection.execute("SELECT number FROM object WHERE patientId = ?", (subsumed,)).fetchall()
    for (number,) in numbers:  # one at a time: a patient's metadata need not fit into memory
        _rewrite(connection, number, survivor)


def _join(connection: Connection, survivor: str, subsumed: str) -> None:
    """Give the survivor the ids of the subsumed one, and who it is where that is known of this one alone."""
    if _known(connection, survivor).person == Person():
        person = _known(connection, subsumed).person
        connection.execute(f"UPDATE patient SET {_SET_PERSON} WHERE patientId = ?", (*_row(person), survivor))
    else:
        connection.execute("DELETE FROM patient_key WHERE patientId = ? AND kind = ?", (subsumed, _NAME))
    connection.execute(
        "UPDATE OR REPLACE patient_key SET patientId = ? WHERE patientId = ?", (survivor, subsumed)
    )


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
SELECT known.patientId, known.survivor, coalesce(used.objects, 0), {}
FROM known LEFT JOIN used ON used.patientId = known.patientId
           LEFT JOIN patient ON patient.patientId = known.patientId ORDER BY known.patientId
""".format(", ".join(f"coalesce(patient.{name}, '')" for name in PERSON))


def patients_in(folder: Path) -> Sequence[Patient]:
    """Everybody that the registry whose data is in `folder` knows, also while the registry is running.

    Raises UsageError where the folder holds no registry.
    """
    with closing(open_to_read(folder / "registry.db", SCHEMA)) as connection:
        rows = connection.execute(_EVERYBODY)
        return [
            Patient(patientId=id, survivor=survivor, objects=count, person=_person(*person))
            for id, survivor, count, *person in rows
        ]
