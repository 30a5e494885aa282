"""Tables of a registry, one for each kind of object, with columns by the tables of `ebrim`.

`object` holds what kinds have in common and the ebRIM fragment that answers consist of; the table of a
kind its other single-valued attributes; `value` those with several values that queries ask for. Columns
hold the form that is searched, fragments what was registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.ebrim.datatypes import pad_dtm
from xdsi_sim.ebrim.model import Code, MetadataObject
from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, FOLDER, KINDS, SUBMISSION_SET, Form, Kind
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.store.sqlite import Schema

if TYPE_CHECKING:
    import sqlite_utils

__all__ = ["COLUMNS", "COMMON", "SCHEMA", "VALUES", "Record"]

COMMON: Final = ("entryUUID", "availabilityStatus", "patientId", "uniqueId")
"""Attributes that are columns of `object`."""

_FORMS: Final = (Form.XML_ATTRIBUTE, Form.SLOT, Form.CODE, Form.EXTERNAL_IDENTIFIER)
COLUMNS: Final[dict[Kind, tuple[str, ...]]] = {
    kind: tuple(
        attr.name for attr in kind.attrs if attr.form in _FORMS and not attr.many and attr.name not in COMMON
    )
    for kind in KINDS.values()
}
"""Attributes that are columns of the kind's own table."""

VALUES: Final[dict[Kind, tuple[str, ...]]] = {
    DOCUMENT_ENTRY: ("authorPerson", "confidentialityCode", "eventCodeList", "referenceIdList"),
    SUBMISSION_SET: ("authorPerson",),
    FOLDER: ("codeList",),
    ASSOCIATION: (),
}
"""Attributes whose values are rows of `value`."""

_ONLINE: Final = "urn:ihe:iti:2010:DocumentAvailability:Online"
_TIMES: Final = ("creationTime", "serviceStartTime", "serviceStopTime", "submissionTime", "lastUpdateTime")
_UUIDS: Final = ("logicalID", "objectType", "sourceObject", "targetObject")


def _as_it_is(value: str | None) -> str | None:
    return value


def _code(value: Code | None) -> str | None:
    """As a query writes it (ITI TF-2: 3.18.4.1.2.3.4)."""
    return None if value is None else f"{value.code}^^{value.codingScheme}"


def _time(value: str | None) -> str | None:
    return None if value is None else pad_dtm(value)


def _uuid(value: str | None) -> str | None:
    return None if value is None else value.lower()


def _availability(value: str | None) -> str:
    return value or _ONLINE  # an absent one says Online


_SEARCHED: Final[dict[str, Callable[[Any], str | None]]] = {
    **dict.fromkeys(_TIMES, _time),
    **dict.fromkeys(_UUIDS, _uuid),
    **{attr.name: _code for kind in KINDS.values() for attr in kind.attrs if attr.form is Form.CODE},
    "documentAvailability": _availability,
}
_CONVERSIONS: Final = {
    kind: tuple((place, _SEARCHED[name]) for place, name in enumerate(columns, start=1) if name in _SEARCHED)
    for kind, columns in COLUMNS.items()
}
_COLUMNS_OF: Final = {kind: attrgetter("entryUUID", *columns) for kind, columns in COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class Record:
    """An object as rows, all but its number."""

    kind: Kind
    common: tuple[str | bytes | None, ...]
    """kind, COMMON, fragment."""
    columns: tuple[str | None, ...]
    values: tuple[tuple[str, str], ...]
    """(attribute, text)."""

    @classmethod
    def of(cls, value: MetadataObject) -> Record:
        """The rows of an object with its final id."""
        kind = KINDS[type(value)]
        columns = list(_COLUMNS_OF[kind](value))
        for place, convert in _CONVERSIONS[kind]:
            columns[place] = convert(columns[place])
        return cls(
            kind,
            (
                kind.name,
                value.entryUUID,
                value.availabilityStatus,
                getattr(value, "patientId", None),
                getattr(value, "uniqueId", None),
                write_object(value),
            ),
            tuple(columns[1:]),
            # a code given twice is one row
            tuple(dict.fromkeys((name, text) for name in VALUES[kind] for text in _texts(value, name))),
        )


def _texts(value: Any, name: str) -> Iterator[str]:
    if name == "authorPerson":
        yield from (author.authorPerson for author in value.author if author.authorPerson)
        return
    for item in getattr(value, name):
        yield item if isinstance(item, str) else f"{item.code}^^{item.codingScheme}"


# --- migrations ------------------------------------------------------------------------------


def _create(database: sqlite_utils.Database) -> None:
    database.execute(
        "CREATE TABLE object (number INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
        " entryUUID TEXT NOT NULL UNIQUE COLLATE NOCASE, availabilityStatus TEXT, patientId TEXT,"
        " uniqueId TEXT, fragment BLOB NOT NULL)"
    )
    database.table("object").create_index(["patientId", "kind", "availabilityStatus"])
    database.table("object").create_index(["uniqueId"])
    database.execute(
        "CREATE UNIQUE INDEX uniqueId_once ON object (uniqueId) WHERE kind IN ('SubmissionSet', 'Folder')"
    )
    for kind, columns in COLUMNS.items():
        table = {"number": int} | dict.fromkeys(columns, str)
        database.table(kind.name).create(table, pk="number")
    for end in ("sourceObject", "targetObject"):
        database.table(ASSOCIATION.name).create_index([end])
    database.table(DOCUMENT_ENTRY.name).create_index(["logicalID"])
    database.table(FOLDER.name).create_index(["logicalID"])
    database.execute(
        "CREATE TABLE value (number INTEGER, attribute TEXT, text TEXT,"
        " PRIMARY KEY (number, attribute, text)) WITHOUT ROWID"
    )
    database.table("value").create_index(["attribute", "text"])
    database.table("patient").create(
        {"patientId": str, "survivor": str}, pk="patientId", not_null={"survivor"}
    )


SCHEMA: Final = Schema(application_id=0x58445349, subject="registry", migrations=(_create,))
