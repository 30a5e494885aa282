"""The metadata of one registry: found by one SQL statement, answered with stored fragments.

Realises `actors.registry_port`. Every change is one work of the file's writer, so that what it looks at
cannot change before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from itertools import chain
from pathlib import Path
from sqlite3 import Connection
from typing import Final, TypeVar

from xdsi_sim.actors.registry_port import Consequences, Found, RegistryChange
from xdsi_sim.ebrim.model import MetadataObject
from xdsi_sim.ebrim.reader import read_object
from xdsi_sim.ebrim.tables import ASSOCIATION, FOLDER, KINDS, Kind
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.stored_queries import Test
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.rules.subjects import Registered, id_key
from xdsi_sim.store.registry_schema import COLUMNS, COMMON, SCHEMA, VALUES, Record
from xdsi_sim.store.sqlite import Database
from xdsi_sim.vocab import APPROVED, Association

__all__ = ["SqliteRegistryStore"]

T = TypeVar("T")

_KINDS: Final = {kind.name: kind for kind in KINDS.values()}
_DERIVING: Final = (Association.XFRM, Association.APND, Association.XFRM_RPLC)


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

    def add_patient(self, patientId: str) -> Future[None]:
        """Make a patient id known; one that is known stays as it is."""
        sql = "INSERT OR IGNORE INTO patient (patientId, survivor) VALUES (?, ?)"

        def work(connection: Connection) -> None:
            connection.execute(sql, (patientId, patientId))

        return self._database.submit(work)


class _View:
    """Look-ups on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, sql: str, values: Collection[str]) -> Iterator[tuple[str | None, ...]]:
        """Rows of a statement whose `{}` stands for the values; none where there are no values."""
        if not values:
            return iter(())
        return iter(self._connection.execute(sql.format(",".join("?" * len(values))), tuple(values)))

    def registered(self, uuids: Collection[str]) -> Mapping[str, Registered]:
        """Those of the objects that are here, by id in lower case."""
        rows = self._rows(f"{_REGISTERED} WHERE o.entryUUID IN ({{}})", uuids)
        return {id_key(item.entryUUID): item for item in map(_registered, rows)}

    def sharing(self, uniqueIds: Collection[str]) -> Mapping[str, tuple[Registered, ...]]:
        """All objects that have one of the uniqueIds, by uniqueId."""
        found: dict[str, tuple[Registered, ...]] = {}
        for item in map(_registered, self._rows(f"{_REGISTERED} WHERE o.uniqueId IN ({{}})", uniqueIds)):
            found[item.uniqueId or ""] = (*found.get(item.uniqueId or "", ()), item)
        return found

    def fed(self, patientIds: Collection[str]) -> Mapping[str, str]:
        """Those of the patient ids that were fed, each with the id that survives."""
        rows = self._rows("SELECT patientId, survivor FROM patient WHERE patientId IN ({})", patientIds)
        return {str(patient): str(survivor) for patient, survivor in rows}

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
                "SELECT sourceObject FROM Association WHERE targetObject IN ({}) "
                f"AND associationType IN ({types})"
            )
            asked = [str(uuid) for (uuid,) in self._rows(sql, asked) if uuid not in found]
            found.update(dict.fromkeys(asked))
        return list(found)

    def folders(self, uuid: str) -> Sequence[str]:
        """Ids of the Approved folders that hold the entry."""
        sql = (
            "SELECT o.entryUUID FROM Association a JOIN object o ON o.entryUUID = a.sourceObject "
            "WHERE a.targetObject = ? AND a.associationType = ? AND o.kind = ? AND o.availabilityStatus = ?"
        )
        rows = self._connection.execute(sql, (uuid.lower(), Association.HAS_MEMBER, FOLDER.name, APPROVED))
        return [str(row[0]) for row in rows]


_REGISTERED: Final = (
    "SELECT o.entryUUID, o.kind, o.availabilityStatus, o.patientId, o.uniqueId, d.hash, d.size "
    "FROM object o LEFT JOIN DocumentEntry d USING (number)"
)


def _registered(row: Sequence[str | None]) -> Registered:
    entry_uuid, kind, status, patient, unique_id, hash_, size = row
    return Registered(
        entryUUID=str(entry_uuid),
        kind=_KINDS[str(kind)].type,
        availabilityStatus=status,
        patientId=patient,
        uniqueId=unique_id,
        hash=hash_,
        size=size,
    )


# --- writing ---------------------------------------------------------------------------------

_ROWS: Final = 64
"""Rows of one INSERT: one statement for many, because each asks for the interpreter; few enough that the
values stay below the limit of SQLite."""
_INTO_OBJECT: Final = f"INSERT INTO object (kind, {', '.join(COMMON)}, fragment)"
_SET: Final = ", ".join(f"{name} = ?" for name in ("kind", *COMMON, "fragment"))
_UPDATE_OBJECT: Final = f"UPDATE object SET {_SET} WHERE number = ?"
_INTO_VALUE: Final = "INSERT INTO value (number, attribute, text)"
_INTO_COLUMNS: Final = {
    kind: f"INSERT OR REPLACE INTO {kind.name} (number, {', '.join(columns)})"
    for kind, columns in COLUMNS.items()
}

_Row = tuple[str | bytes | int | None, ...]


def _put(connection: Connection, into: str, rows: Sequence[_Row]) -> int:
    """Insert the rows, `_ROWS` at most, and give the number of the last."""
    places = f"({','.join('?' * len(rows[0]))})"
    sql = f"{into} VALUES {','.join([places] * len(rows))}"
    return connection.execute(sql, tuple(chain.from_iterable(rows))).lastrowid or 0


def _insert(connection: Connection, records: Sequence[Record]) -> None:
    for some in _chunks(records):
        last = _put(connection, _INTO_OBJECT, [record.common for record in some])
        # numbers follow one another within a statement
        _put_rest(connection, list(zip(range(last - len(some) + 1, last + 1), some, strict=True)))


def _replace(connection: Connection, record: Record) -> None:
    (number,) = connection.execute(
        "SELECT number FROM object WHERE entryUUID = ?", record.common[1:2]
    ).fetchone()
    connection.execute(_UPDATE_OBJECT, (*record.common, number))
    connection.execute("DELETE FROM value WHERE number = ?", (number,))
    _put_rest(connection, [(number, record)])


def _put_rest(connection: Connection, numbered: Sequence[tuple[int, Record]]) -> None:
    columns: dict[Kind, list[_Row]] = {}
    for number, record in numbered:
        columns.setdefault(record.kind, []).append((number, *record.columns))
    for kind, rows in columns.items():
        _put(connection, _INTO_COLUMNS[kind], rows)
    values = [(number, *value) for number, record in numbered for value in record.values]
    for some in _chunks(values):
        _put(connection, _INTO_VALUE, some)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _ROWS] for start in range(0, len(items), _ROWS))


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
        f"k.{end} IN (SELECT lower(entryUUID) FROM found)" for end in ("sourceObject", "targetObject")
    )
    associations = f"{_part(selected, ASSOCIATION, at_ends, join=True)} AND ({ends})"
    return (
        f"WITH found AS ({found}) SELECT entryUUID, patientId, fragment FROM "
        f"(SELECT * FROM found UNION ALL {associations}) ORDER BY number LIMIT ?"
    )


def _part(selected: str, kind: Kind, shapes: tuple[_Shape, ...], *, join: bool = False) -> str:
    attributes = [name for shape in shapes for name in (shape[0], shape[3]) if name is not None]
    joined = join or any(name in COLUMNS[kind] for name in attributes)
    table = f" JOIN {kind.name} k USING (number)" if joined else ""
    tests = "".join(f" AND {_condition(kind, shape)}" for shape in shapes)
    return f"{selected}{table} WHERE o.kind = '{kind.name}'{tests}"


def _condition(kind: Kind, shape: _Shape) -> str:
    attribute, test, count, other = shape
    tests = [_test(kind, name, test, count) for name in (attribute, other) if name is not None]
    return tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"


def _test(kind: Kind, attribute: str, test: Test, count: int) -> str:
    if attribute in VALUES[kind]:
        return (
            f"EXISTS (SELECT 1 FROM value v WHERE v.number = o.number AND v.attribute = '{attribute}' "
            f"AND {_TESTS[test]('v.text', count)})"
        )
    return _TESTS[test](f"{'o' if attribute in COMMON else 'k'}.{attribute}", count)


_TESTS: Final[dict[Test, Callable[[str, int], str]]] = {
    Test.IN: lambda column, count: f"{column} IN ({','.join('?' * count)})",
    Test.LIKE: lambda column, count: f"({' OR '.join([f'{column} GLOB ?'] * count)})",
    Test.AT_LEAST: lambda column, _count: f"({column} IS NULL OR {column} >= ?)",
    Test.BELOW: lambda column, _count: f"({column} IS NULL OR {column} < ?)",
}
