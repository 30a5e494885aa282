"""The metadata of one registry: found by one SQL statement, answered with stored fragments.

Realises `actors.registry_port` and `actors.patient_directory`. Every change is one work of the file's
writer, so that what it looks at cannot change before it is committed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final

from xdsi_sim.actors.patient_directory import KnownPatient
from xdsi_sim.actors.registry_port import Consequences, Found, PatientDecision, RegistryChange
from xdsi_sim.ebrim.model import Association, MetadataObject
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import FOLDER, KINDS_BY_NAME
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.rules.removal import Remains
from xdsi_sim.rules.selection import Selection
from xdsi_sim.rules.subjects import Held, Lookup, Registered, id_key
from xdsi_sim.store.answers import fresh_folder, gathered
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.parameters import bound, places
from xdsi_sim.store.registry_patients import announce, candidates, describe, known_as, merge, survivors
from xdsi_sim.store.registry_removal import remains, remove
from xdsi_sim.store.registry_schema import COLUMNS, SCHEMA, Record
from xdsi_sim.store.registry_sql import statement
from xdsi_sim.store.sqlite import Database, Soon, at_once, insert
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType

__all__ = ["SqliteRegistryStore"]

_DERIVING: Final = (AssociationType.XFRM, AssociationType.APND)


class SqliteRegistryStore:
    """A registry's metadata in a folder."""

    def __init__(self, folder: Path, share: Share = Share.ALONE, soon: Soon = at_once) -> None:
        """Open or create the store; raises UsageError where the folder cannot be used.

        Futures are done `soon`, those of one time together.
        """
        self._answers = folder / "answers"
        with opening(folder) as opened:
            database = Database(folder / "registry.db", SCHEMA, share=share, soon=soon)
            self._database = opened.enter_context(database)
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
            """The change and what follows from it, in one transaction."""
            more = consequences(_View(connection))
            _insert(connection, (*records, *map(Record.of, more.added)))
            for record in map(Record.of, (*change.changed, *more.changed)):
                _replace(connection, record)
            if removed := (*change.removed, *more.removed):
                remove(connection, removed)

        return self._database.submit(work)

    def feed(self, patientIds: Collection[str], decide: PatientDecision) -> Future[None]:
        """Do what `decide` makes of what is known of the ids, or nothing; done when it is durable."""

        def work(connection: Connection) -> None:
            """What was decided, in one transaction."""
            change = decide(survivors(connection, patientIds))
            announce(connection, change.announced)
            describe(connection, change.described, change.person, change.otherIds)
            if change.merged is not None:
                merge(connection, *change.merged)

        return self._database.submit(work)

    def known_as(self, patientId: str) -> KnownPatient | None:
        """Who has the id, or had it before a merge; None where nobody has."""
        return known_as(self._database.reader(), patientId)

    def candidates(self, ids: Collection[str], keys: Collection[str], limit: int) -> Sequence[KnownPatient]:
        """Patients with one of the ids in any domain, or one of the keys; each once, `limit` at most."""
        return candidates(self._database.reader(), ids, keys, limit)


class _View:
    """Look-ups on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def survivors(self, patientIds: Collection[str]) -> Mapping[str, str]:
        """Those of the ids that were announced or have metadata, each with the id that survives."""
        return survivors(self._connection, patientIds)

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
        return Held(
            objects=objects,
            uniqueIds=sharing,
            patients=dict(self._rows(_FED, lookup.patientIds)),
            folders=self._folders(lookup.replaced) if lookup.replaced else {},
            transformations=self._transformations(lookup.appended) if lookup.appended else frozenset(),
        )

    def _folders(self, entries: Collection[str]) -> dict[str, tuple[Registered, ...]]:
        """The Approved folders that hold each of the entries."""
        found: dict[str, dict[str, Registered]] = {}
        for entry, *row in self._rows(_FOLDERS, entries):
            folder = _registered(row)
            found.setdefault(entry, {})[folder.entryUUID] = folder  # once, however often it holds the entry
        return {entry: tuple(folders.values()) for entry, folders in found.items()}

    def _transformations(self, entries: Collection[str]) -> frozenset[str]:
        return frozenset(entry for (entry,) in self._rows(_TRANSFORMATIONS, entries))

    def objects(self, uuids: Collection[str]) -> Sequence[MetadataObject]:
        """Those of the objects that are here, whole."""
        if not uuids:
            return []
        return self._read("SELECT kind, fragment FROM object WHERE entryUUID IN ({})", uuids)

    def _read(self, sql: str, *values: Collection[str]) -> list[MetadataObject]:
        rows = self._rows(sql, *values)
        return [read_object(parse(fragment), KINDS_BY_NAME[kind]) for kind, fragment in rows]

    def latest(self, logicalIDs: Collection[str]) -> Sequence[MetadataObject]:
        """The last version of each, whole."""
        return self._read(_LATEST, {id.lower() for id in logicalIDs})

    def links(self, uuids: Collection[str]) -> Sequence[Association]:
        """The Approved Associations at one of the objects, none of whose ends is an earlier version."""
        ends = {uuid.lower() for uuid in uuids}
        return [value for value in self._read(_LINKS, ends, ends) if isinstance(value, Association)]

    def derived(self, uuids: Collection[str]) -> Sequence[str]:
        """Ids of the transformations and addenda of the entries, and of theirs in turn."""
        found: dict[str, None] = {}
        asked = [uuid.lower() for uuid in uuids]
        while asked:
            types = ",".join(f"'{name}'" for name in _DERIVING)
            sql = (
                "SELECT sourceObject FROM object WHERE targetObject IN ({}) "
                f"AND associationType IN ({types}) AND availabilityStatus IS NOT '{DEPRECATED}'"
            )
            asked = [str(uuid) for (uuid,) in self._rows(sql, asked) if uuid not in found]
            found.update(dict.fromkeys(asked))
        return list(found)

    def remains(self, uuids: Collection[str]) -> Remains:
        """What would be left without these objects."""
        return remains(self._connection, uuids)


_FACTS: Final = "entryUUID, kind, availabilityStatus, patientId, uniqueId, objectType, hash, size"
_REGISTERED: Final = (  # one statement, because each asks for the interpreter
    f"SELECT {_FACTS} FROM object WHERE entryUUID IN ({{}}) OR uniqueId IN ({{}})"
)
_LATEST: Final = (
    "SELECT o.kind, o.fragment FROM object o WHERE o.logicalID IN ({}) AND NOT EXISTS "
    "(SELECT 1 FROM object n WHERE n.logicalID = o.logicalID AND n.kind = o.kind AND n.number > o.number)"
)
_LINKS: Final = (
    "SELECT a.kind, a.fragment FROM object a WHERE (a.sourceObject IN ({}) OR a.targetObject IN ({})) "
    f"AND a.availabilityStatus = '{APPROVED}' AND NOT EXISTS "
    "(SELECT 1 FROM object e JOIN object n ON n.logicalID = e.logicalID "
    "WHERE e.entryUUID IN (a.sourceObject, a.targetObject) AND n.kind = e.kind AND n.number > e.number)"
)
_FED: Final = "SELECT patientId, survivor FROM patient WHERE patientId IN ({})"
_FOLDERS: Final = (
    f"SELECT a.targetObject, {', '.join(f'o.{name}' for name in _FACTS.split(', '))} "
    "FROM object a JOIN object o ON o.entryUUID = a.sourceObject WHERE a.targetObject IN ({}) "
    f"AND a.associationType = '{AssociationType.HAS_MEMBER}' AND a.availabilityStatus = '{APPROVED}' "
    f"AND o.kind = '{FOLDER.name}' AND o.availabilityStatus = '{APPROVED}' ORDER BY o.number"
)
_TRANSFORMATIONS: Final = (
    "SELECT sourceObject FROM object WHERE sourceObject IN ({}) "
    f"AND associationType = '{AssociationType.XFRM}'"
)


def _registered(row: Sequence[Any]) -> Registered:
    entry_uuid, kind, status, patient, unique_id, object_type, hash_, size = row
    return Registered(
        entryUUID=entry_uuid,
        kind=KINDS_BY_NAME[kind].type,
        availabilityStatus=status,
        patientId=patient,
        uniqueId=unique_id,
        objectType=object_type,
        hash=hash_,
        size=size,
    )


# --- writing ---------------------------------------------------------------------------------

_INTO_OBJECT: Final = f"object (kind, fragment, {', '.join(COLUMNS)})"
_INTO_VALUE: Final = "value (number, attribute, text)"
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
