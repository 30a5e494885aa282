"""Tables of a registry, with columns by the tables of `ebrim`.

`object` holds each object with the ebRIM fragment that answers consist of and its single-valued
attributes, whatever its kind: a submission is one statement, and a query joins nothing. `value` holds the
attributes with several values that queries ask for. Columns hold the form that is searched, fragments
what was registered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.ebrim.datatypes import pad_dtm
from xdsi_sim.ebrim.model import Code, MetadataObject
from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, FOLDER, KINDS, SUBMISSION_SET, Form, Kind
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.store.sqlite import Schema
from xdsi_sim.vocab import ON_DEMAND, ONLINE

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["COLUMNS", "PERSON", "SCHEMA", "VALUES", "Record"]

_FORMS: Final = (Form.XML_ATTRIBUTE, Form.SLOT, Form.CODE, Form.EXTERNAL_IDENTIFIER)


def _single_valued(kind: Kind) -> tuple[str, ...]:
    return tuple(attr.name for attr in kind.attrs if attr.form in _FORMS and not attr.many)


COLUMNS: Final = tuple(dict.fromkeys(name for kind in KINDS.values() for name in _single_valued(kind)))
"""Attributes that are columns of `object`; those that a kind does not have are NULL in its rows."""

VALUES: Final[dict[Kind, tuple[str, ...]]] = {
    DOCUMENT_ENTRY: ("authorPerson", "confidentialityCode", "eventCodeList", "referenceIdList"),
    SUBMISSION_SET: ("authorPerson",),
    FOLDER: ("codeList",),
    ASSOCIATION: (),
}
"""Attributes whose values are rows of `value`."""

PERSON: Final = ("family", "given", "birthTime", "gender", "mothersMaidenName")
"""Columns of `patient` that say who it is; empty where that is not known."""

_TIMES: Final = ("creationTime", "serviceStartTime", "serviceStopTime", "submissionTime", "lastUpdateTime")
_UUIDS: Final = ("logicalID", "objectType", "sourceObject", "targetObject")


def _code(value: Code | None) -> str | None:
    """As a query writes it (ITI TF-2: 3.18.4.1.2.3.4)."""
    return None if value is None else f"{value.code}^^{value.codingScheme}"


def _time(value: str | None) -> str | None:
    return None if value is None else pad_dtm(value)


def _uuid(value: str | None) -> str | None:
    return None if value is None else value.lower()


def _availability(value: str | None) -> str:
    return value or ONLINE  # an absent one says Online


_SEARCHED: Final[dict[str, Callable[[Any], str | None]]] = {
    **dict.fromkeys(_TIMES, _time),
    **dict.fromkeys(_UUIDS, _uuid),
    **{attr.name: _code for kind in KINDS.values() for attr in kind.attrs if attr.form is Form.CODE},
    "documentAvailability": _availability,
}
_PLACE: Final = {name: place for place, name in enumerate(COLUMNS)}
_GET: Final = {kind: attrgetter(*_single_valued(kind)) for kind in KINDS.values()}
_PLACES: Final = {kind: tuple(_PLACE[name] for name in _single_valued(kind)) for kind in KINDS.values()}
_CONVERSIONS: Final = {
    kind: tuple((_PLACE[name], _SEARCHED[name]) for name in _single_valued(kind) if name in _SEARCHED)
    for kind in KINDS.values()
}
_TYPE, _CREATED = _PLACE["objectType"], _PLACE["creationTime"]
_NONE: Final[list[str | None]] = [None] * len(COLUMNS)


@dataclass(frozen=True, slots=True)
class Record:
    """An object as rows, all but its number."""

    entryUUID: str
    row: tuple[str | bytes | None, ...]
    """kind, fragment, COLUMNS."""
    values: tuple[tuple[str, str], ...]
    """(attribute, text)."""

    @classmethod
    def of(cls, value: MetadataObject) -> Record:
        """The rows of an object with its final id."""
        kind = KINDS[type(value)]
        columns = _NONE.copy()
        for place, given in zip(_PLACES[kind], _GET[kind](value), strict=True):
            columns[place] = given
        for place, convert in _CONVERSIONS[kind]:
            columns[place] = convert(columns[place])
        if columns[_TYPE] == ON_DEMAND:
            columns[_CREATED] = None  # the document is yet to be made: no bound of its time counts
        return cls(
            value.entryUUID,
            (kind.name, write_object(value, permanent=True), *columns),
            _values(value, VALUES[kind]),
        )


def _values(value: Any, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}  # a code given twice is one row
    for name in names:
        for text in _texts(value, name):
            found[name, text] = None
    return tuple(found)


def _texts(value: Any, name: str) -> list[str]:
    if name == "authorPerson":
        return [author.authorPerson for author in value.author if author.authorPerson]
    return [
        item if isinstance(item, str) else f"{item.code}^^{item.codingScheme}"
        for item in getattr(value, name)
    ]


# --- migrations ------------------------------------------------------------------------------


_CONSTRAINTS: Final = {"entryUUID": " NOT NULL UNIQUE COLLATE NOCASE"}


def _create(database: sqlite_utils.Database) -> None:
    columns = ", ".join(f"{name} TEXT{_CONSTRAINTS.get(name, '')}" for name in COLUMNS)
    database.execute(
        "CREATE TABLE object "
        f"(number INTEGER PRIMARY KEY, kind TEXT NOT NULL, fragment BLOB NOT NULL, {columns})"
    )
    database.table("object").create_index(["patientId", "kind", "availabilityStatus"])
    database.execute(
        "CREATE UNIQUE INDEX uniqueId_once ON object (uniqueId) WHERE kind IN ('SubmissionSet', 'Folder')"
    )
    for name in ("uniqueId", "sourceObject", "targetObject", "logicalID"):
        database.execute(f"CREATE INDEX object_by_{name} ON object ({name}) WHERE {name} IS NOT NULL")
    database.execute(
        "CREATE TABLE value (number INTEGER, attribute TEXT, text TEXT,"
        " PRIMARY KEY (number, attribute, text)) WITHOUT ROWID"
    )
    database.table("value").create_index(["attribute", "text"])
    database.table("patient").create(
        {"patientId": str, "survivor": str}, pk="patientId", not_null={"survivor"}
    )


def _index_what_selects_across_patients(database: sqlite_utils.Database) -> None:
    """Codes that a query may ask for without naming a patient (ITI TF-2: 3.51.4.1.2.1)."""
    for name in ("classCode", "healthcareFacilityTypeCode"):
        database.execute(f"CREATE INDEX object_by_{name} ON object ({name}) WHERE {name} IS NOT NULL")


def _let_folders_have_versions(database: sqlite_utils.Database) -> None:
    """All versions of a Folder have its uniqueId (ITI MU: 3.57.4.1.3.3): the first alone must be new."""
    database.execute("DROP INDEX uniqueId_once")
    database.execute(
        "CREATE UNIQUE INDEX uniqueId_once ON object (uniqueId) "
        "WHERE kind IN ('SubmissionSet', 'Folder') AND lower(entryUUID) = logicalID"
    )


def _know_who_patients_are(database: sqlite_utils.Database) -> None:
    """What the patient identity feed says of a patient, and the keys that lead to the patient."""
    for name in PERSON:
        database.execute(f"ALTER TABLE patient ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    database.execute(
        "CREATE TABLE patient_key (key TEXT, patientId TEXT, kind TEXT NOT NULL,"
        " PRIMARY KEY (key, patientId)) WITHOUT ROWID"
    )
    database.table("patient_key").create_index(["patientId"])
    database.table("patient").create_index(["survivor"])


SCHEMA: Final = Schema(
    application_id=0x58445349,
    subject="registry",
    migrations=(
        _create,
        _index_what_selects_across_patients,
        _let_folders_have_versions,
        _know_who_patients_are,
    ),
)
