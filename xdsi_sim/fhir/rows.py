"""Attributes of metadata and elements of resources, both ways: what the tables of the kinds are made of.

A row is an attribute, the element that has it, and what makes the one of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xdsi_sim.ebrim.model import DocumentEntry, MetadataObject
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.people import Contained, Resolve
from xdsi_sim.fhir.values import EXTENSION, Resource, as_list, at, put

__all__ = [
    "Reading",
    "Row",
    "Unmapped",
    "Writing",
    "attributes_in",
    "extensions",
    "home_extension",
    "home_in",
    "put_attributes",
]

_HOME: Final = f"{EXTENSION}ihe-HomeCommunityId"


class Unmapped(ValueError):
    """An element that metadata cannot have as it is; the message says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path


@dataclass(slots=True, kw_only=True)
class Writing:
    """What is known beside an entry when it is written."""

    systems: Systems
    url: Callable[[DocumentEntry], str]
    """Where its document is fetched."""
    contained: Contained = field(default_factory=Contained)


@dataclass(slots=True, kw_only=True)
class Reading:
    """What is known beside a DocumentReference when it is read."""

    systems: Systems
    resolve: Resolve
    patient: Callable[[Mapping[str, Any]], str | None]
    """The patient id of a subject."""


Write = Callable[[Any, Writing], Any]
Read = Callable[[Any, Reading], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute and its element."""

    attribute: str
    path: str
    """With `content[]` for the one that there is."""
    write: Write
    read: Read
    many: bool = False
    """Whether both are lists, item by item."""

    @property
    def element(self) -> str:
        """The path as FHIR writes it."""
        return self.path.replace("[]", "")


# --- all attributes of an object -------------------------------------------------------------


def put_attributes(resource: Resource, rows: Iterable[Row], object: MetadataObject, known: Writing) -> None:
    """Set the elements of all attributes that the object has."""
    for row in rows:
        value = getattr(object, row.attribute)
        if value not in (None, ()) and (written := _written(row, value, known)) not in (None, [], {}):
            put(resource, row.path, written)
    resource.setdefault("status", "current")  # FHIR has none without; a registry that gives none is not ours


def _written(row: Row, value: Any, known: Writing) -> Any:
    if not row.many:
        return row.write(value, known)
    return [one for each in value if (one := row.write(each, known))]


def attributes_in(resource: Mapping[str, Any], rows: Iterable[Row], known: Reading) -> dict[str, Any]:
    """The attributes that the elements of a resource say, by name; raises Unmapped."""
    found = {}
    for row in rows:
        value = at(resource, row.element)
        if value in (None, [], {}):
            continue
        try:
            read = _read(row, value, known)
        except ValueError as error:
            raise Unmapped(row.element, str(error)) from None
        if read not in (None, ()):
            found[row.attribute] = read
    return found


def _read(row: Row, value: Any, known: Reading) -> Any:
    if not row.many:
        return row.read(value, known)
    return tuple(one for each in as_list(value) if (one := row.read(each, known)) is not None)


# --- extensions -------------------------------------------------------------------------------


def extensions(resource: Mapping[str, Any], url: str) -> list[Resource]:
    """Those of a resource by that address."""
    return [each for each in as_list(resource.get("extension")) if each.get("url") == url]


def home_extension(home: str) -> Resource:
    """Says of which community an object is."""
    return {"url": _HOME, "valueOid": home}


def home_in(resource: Mapping[str, Any]) -> str | None:
    """Of which community a resource says that its object is."""
    return next((each.get("valueOid") for each in extensions(resource, _HOME)), None)
