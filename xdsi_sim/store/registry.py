"""The metadata of one registry: found by one SQL statement, answered with stored fragments.

Realises `actors.registry_port`. Every change is one work of the file's writer, so that what it looks at
cannot change before it is committed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final

from xdsi_sim.actors.registry_port import Consequences, Found, PatientDecision, RegistryChange
from xdsi_sim.ebrim.model import MetadataObject
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import FOLDER, KINDS_BY_NAME
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.rules.selection import Selection
from xdsi_sim.rules.subjects import Held, Lookup, Registered, id_key
from xdsi_sim.store.answers import fresh_folder, gathered
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.parameters import bound, places
from xdsi_sim.store.registry_patients import announce, merge, survivors
from xdsi_sim.store.registry_schema import COLUMNS, SCHEMA, Record
from xdsi_sim.store.registry_sql import statement
from xdsi_sim.store.sqlite import Database, insert
from xdsi_sim.vocab import APPROVED, Association

__all__ = ["SqliteRegistryStore"]

_DERIVING: Final = (Association.XFRM, Association.APND)


class SqliteRegistryStore:
    """A registry's metadata in a folder."""

    def __init__(self, folder: Path, share: Share = Share.ALONE) -> None:
        """Open or create the store; raises UsageError where the folder cannot be used."""
        self._answers = folder / "answers"
        with opening(folder) as opened:
            self._database = opened.enter_context(Database(folder / "registry.db", SCHEMA, share=share))
            if share is not Share.JOINING:
                fresh_folder(self._answers)

    def close(self) -> None:
        """Finish what was begun."""
        self._database.close()

    def view(self) -> _View:
        """What is committed now, to be looked at from the calling thread."""
        return _View(self._database.reader())

    def find(self, selection: Selection, limit: int) -> Found:
        """The objects selected, in the order of their registration, `limit` at most."""
        sql, values = statement(selection)
        return gathered(self._database.reader().execute(sql, (*values, limit)), self._answers)

    def apply(self, change: RegistryChange, consequences: Consequences) -> Future[None]:
        """Make the change and its consequences together, or nothing; done when they are durable."""
        records = [Record.of(value) for value in change.added]

        def work(connection: Connection) -> None:
            more = consequences(_View(connection))
            _insert(connection, (*records, *map(Record.of, more.added)))
            for record in map(Record.of, (*change.changed, *more.changed)):
                _replace(connection, record)

        return self._database.submit(work)

    def feed(self, patientIds: Collection[str], decide: PatientDecision) -> Future[None]:
        """Do what `decide` makes of what is known of the ids, or nothing; done when it is durable."""

        def work(connection: Connection) -> None:
            change = decide(survivors(connection, patientIds))
            announce(connection, change.announced)
            if change.merged is not None:
                merge(connection, *change.merged)

        return self._database.submit(work)


class _View:
    """Look-ups on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, sql: str, *values: Collection[str]) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement each of whose `{}` stands for some values."""
        lists = (places(len(some)) for some in values)
        parameters = [each for some in values for each in bound(some)]
        return iter(self._connection.execute(sql.format(*lists), parameters))

    def look_up(self, lookup: Lookup) -> Held:
        """What is here of what a submission names."""
        objects: dict[str, Registered] = {}
        sharing: dict[str, tuple[Registered, ...]] = {}
        uuids, uniqueIds = set(lookup.uuids), set(lookup.uniqueIds)
        for item in map(_registered, self._rows(_REGISTERED, uuids, uniqueIds)):
            if (key := id_key(item.entryUUID)) in uuids:
                objects[key] = item
            if item.uniqueId in uniqueIds:
                sharing[item.uniqueId] = (*sharing.get(item.uniqueId, ()), item)
        return Held(objects=objects, uniqueIds=sharing, patients=dict(self._rows(_FED, lookup.patientIds)))

    def objects(self, uuids: Collection[str]) -> Sequence[MetadataObject]:
        """Those of the objects that are here, whole."""
        if not uuids:
            return []
        rows = self._rows("SELECT kind, fragment FROM object WHERE entryUUID IN ({})", uuids)
        return [read_object(parse(fragment), KINDS_BY_NAME[kind]) for kind, fragment in rows]

    def derived(self, uuids: Collection[str]) -> Sequence[str]:
        """Ids of the transformations and addenda of the entries, and of theirs in turn."""
        found: dict[str, None] = {}
        asked = [uuid.lower() for uuid in uuids]
        while asked:
            types = ",".join(f"'{name}'" for name in _DERIVING)
            sql = (
                "SELECT sourceObject FROM object WHERE targetObject IN ({}) "
                f"AND associationType IN ({types})"
            )
            asked = [str(uuid) for (uuid,) in self._rows(sql, asked) if uuid not in found]
            found.update(dict.fromkeys(asked))
        return list(found)

    def folders(self, uuid: str) -> Sequence[str]:
        """Ids of the Approved folders that hold the entry."""
        sql = (
            "SELECT o.entryUUID FROM object a JOIN object o ON o.entryUUID = a.sourceObject "
            "WHERE a.targetObject = ? AND a.associationType = ? AND a.availabilityStatus = ? "
            "AND o.kind = ? AND o.availabilityStatus = ?"
        )
        values = (uuid.lower(), Association.HAS_MEMBER, APPROVED, FOLDER.name, APPROVED)
        rows = self._connection.execute(sql, values)
        return [str(row[0]) for row in rows]


_REGISTERED: Final = (  # one statement, because each asks for the interpreter
    "SELECT entryUUID, kind, availabilityStatus, patientId, uniqueId, hash, size FROM object "
    "WHERE entryUUID IN ({}) OR uniqueId IN ({})"
)
_FED: Final = "SELECT patientId, survivor FROM patient WHERE patientId IN ({})"


def _registered(row: Sequence[Any]) -> Registered:
    entry_uuid, kind, status, patient, unique_id, hash_, size = row
    return Registered(
        entryUUID=entry_uuid,
        kind=KINDS_BY_NAME[kind].type,
        availabilityStatus=status,
        patientId=patient,
        uniqueId=unique_id,
        hash=hash_,
        size=size,
    )


# --- writing ---------------------------------------------------------------------------------

_INTO_OBJECT: Final = f"INSERT INTO object (kind, fragment, {', '.join(COLUMNS)})"
_INTO_VALUE: Final = "INSERT INTO value (number, attribute, text)"
_SET: Final = ", ".join(f"{name} = ?" for name in ("kind", "fragment", *COLUMNS))
_UPDATE: Final = f"UPDATE object SET {_SET} WHERE entryUUID = ? RETURNING number"


def _insert(connection: Connection, records: Sequence[Record]) -> None:
    numbers = insert(connection, _INTO_OBJECT, [record.row for record in records])
    _put_values(connection, zip(numbers, records, strict=True))


def _replace(connection: Connection, record: Record) -> None:
    ((number,),) = connection.execute(_UPDATE, (*record.row, record.entryUUID)).fetchall()
    connection.execute("DELETE FROM value WHERE number = ?", (number,))
    _put_values(connection, [(number, record)])


def _put_values(connection: Connection, numbered: Iterable[tuple[int, Record]]) -> None:
    insert(
        connection, _INTO_VALUE, [(number, *value) for number, record in numbered for value in record.values]
    )
