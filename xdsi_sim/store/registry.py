"""The metadata of one registry: found by one SQL statement, answered with stored fragments.

Realises `actors.registry_port`. Every change is one work of the file's writer, so that what it looks at
cannot change before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final

from xdsi_sim.actors.registry_port import Consequences, Found, PatientDecision, RegistryChange
from xdsi_sim.ebrim.model import MetadataObject
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import ASSOCIATION, FOLDER, KINDS, Kind
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.stored_queries import Test
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.rules.subjects import Held, Lookup, Registered, id_key
from xdsi_sim.store.registry_patients import announce, merge, survivors
from xdsi_sim.store.registry_schema import COLUMNS, SCHEMA, VALUES, Record
from xdsi_sim.store.sqlite import Database, insert
from xdsi_sim.vocab import APPROVED, Association

__all__ = ["SqliteRegistryStore"]

_KINDS: Final = {kind.name: kind for kind in KINDS.values()}
_DERIVING: Final = (Association.XFRM, Association.APND)


class SqliteRegistryStore:
    """A registry's metadata in a folder."""

    def __init__(self, folder: Path) -> None:
        """Open or create the store; raises UsageError where the folder cannot be used."""
        self._database = Database(folder / "registry.db", SCHEMA)

    def close(self) -> None:
        """Finish what was begun."""
        self._database.close()

    def view(self) -> _View:
        """What is committed now, to be looked at from the calling thread."""
        return _View(self._database.reader())

    def find(self, selection: Selection, limit: int) -> Sequence[Found]:
        """The objects selected, in the order of their registration, `limit` at most."""
        sql, values = _statement(selection)
        rows = self._database.reader().execute(sql, (*values, limit))
        return [Found(*row) for row in rows]

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
        places = (",".join("?" * len(some)) for some in values)
        return iter(self._connection.execute(sql.format(*places), [each for some in values for each in some]))

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
        sql = f"SELECT kind, fragment FROM object WHERE entryUUID IN ({','.join('?' * len(uuids))})"
        rows = self._connection.execute(sql, tuple(uuids))
        return [read_object(parse(fragment), _KINDS[kind]) for kind, fragment in rows]

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
        kind=_KINDS[kind].type,
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


# --- finding ---------------------------------------------------------------------------------

_Shape = tuple[str, Test, int, str | None]
"""What of a condition shows in the SQL: attribute, test, number of values, second attribute."""


def _statement(selection: Selection) -> tuple[str, tuple[str, ...]]:
    """One statement for the whole selection, and its values but for the limit."""
    parts = tuple((part.kind, _shapes(part)) for part in selection.parts)
    at_ends = _shapes(selection.associations) if selection.associations is not None else None
    everything = (*selection.parts, *([selection.associations] if selection.associations is not None else ()))
    values = tuple(
        value for part in everything for condition in part.conditions for value in _values(condition)
    )
    return _sql(parts, at_ends, selection.object_refs), values


def _shapes(part: Part) -> tuple[_Shape, ...]:
    return tuple((item.attribute, item.test, len(item.values), item.or_attribute) for item in part.conditions)


def _values(condition: Condition) -> Iterable[str]:
    values = condition.values
    if condition.test is Test.LIKE:
        values = tuple(map(_glob, values))
    return values if condition.or_attribute is None else (*values, *values)


def _glob(pattern: str) -> str:
    """A LIKE pattern as GLOB, which heeds case; what GLOB reads as more than itself is bracketed."""
    signs = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(signs.get(sign, sign) for sign in pattern)


@lru_cache(maxsize=512)
def _sql(
    parts: tuple[tuple[Kind, tuple[_Shape, ...]], ...], at_ends: tuple[_Shape, ...] | None, refs: bool
) -> str:
    fragment = "x''" if refs else "o.fragment"
    selected = f"SELECT o.number, o.entryUUID, o.patientId, {fragment} AS fragment FROM object o"
    found = " UNION ALL ".join(_part(selected, kind, shapes) for kind, shapes in parts)
    if at_ends is None:
        return f"SELECT entryUUID, patientId, fragment FROM ({found}) ORDER BY number LIMIT ?"
    ends = " OR ".join(
        f"o.{end} IN (SELECT lower(entryUUID) FROM found)" for end in ("sourceObject", "targetObject")
    )
    associations = f"{_part(selected, ASSOCIATION, at_ends)} AND ({ends})"
    return (
        f"WITH found AS ({found}) SELECT entryUUID, patientId, fragment FROM "
        f"(SELECT * FROM found UNION ALL {associations}) ORDER BY number LIMIT ?"
    )


def _part(selected: str, kind: Kind, shapes: tuple[_Shape, ...]) -> str:
    tests = "".join(f" AND {_condition(kind, shape)}" for shape in shapes)
    return f"{selected} WHERE o.kind = '{kind.name}'{tests}"


def _condition(kind: Kind, shape: _Shape) -> str:
    attribute, test, count, other = shape
    tests = [_test(kind, name, test, count) for name in (attribute, other) if name is not None]
    return tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"


def _test(kind: Kind, attribute: str, test: Test, count: int) -> str:
    if attribute in _SELECTIVE and test is Test.IN:
        tests = _TESTS[test]("v.text", count)
        return f"o.number IN (SELECT v.number FROM value v WHERE v.attribute = '{attribute}' AND {tests})"
    if attribute in VALUES[kind]:
        return (
            f"EXISTS (SELECT 1 FROM value v WHERE v.number = o.number AND v.attribute = '{attribute}' "
            f"AND {_TESTS[test]('v.text', count)})"
        )
    return _TESTS[test](f"o.{attribute}", count)


_SELECTIVE: Final = ("referenceIdList",)
"""Attributes with values that few objects share: by them is the way in, not from the patient's objects."""
_TESTS: Final[dict[Test, Callable[[str, int], str]]] = {
    Test.IN: lambda column, count: f"{column} IN ({','.join('?' * count)})",
    Test.LIKE: lambda column, count: f"({' OR '.join([f'{column} GLOB ?'] * count)})",
    Test.AT_LEAST: lambda column, _count: f"({column} IS NULL OR {column} >= ?)",
    Test.BELOW: lambda column, _count: f"({column} IS NULL OR {column} < ?)",
}
