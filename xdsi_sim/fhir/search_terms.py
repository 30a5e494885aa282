"""The terms in which search parameters are described: what is asked, and how a registry is asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

from xdsi_sim.ebrim.datatypes import OID, Cxi, pad_dtm
from xdsi_sim.ebrim.model import Author, Code, Slot
from xdsi_sim.fhir.coding import Systems, Token
from xdsi_sim.fhir.identifiers import DICOM_UID, REFERENCE_TYPES, URI, unique_ids
from xdsi_sim.fhir.people import human_name
from xdsi_sim.fhir.times import Bounds, bounds_of
from xdsi_sim.messages.query_parameters import REFERENCE_IDS
from xdsi_sim.messages.stored_queries import STORED_QUERIES, encode
from xdsi_sim.vocab import ReferenceIdType

__all__ = [
    "Asked",
    "Known",
    "SearchParam",
    "codes",
    "ids",
    "people",
    "period",
    "reference_ids",
    "status",
    "times",
    "values",
]

_PARAMS: Final = {param.name: param for query in STORED_QUERIES.values() for param in query.params}
_OID: Final = "urn:oid:"


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter of a search; of its values one has to fit."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the search."""

    systems: Systems = field(default_factory=Systems)
    dates: Mapping[str, str] = field(default_factory=dict)
    """By the id of an object the DTM of the submission that brought it."""
    home: str | None = None
    """The own community: in others, patients have other ids."""


Fits = Callable[[Any, str, Known], bool]
"""Whether an object is one that a value asks for."""
Narrow = Callable[[Sequence[Asked], Known], Iterable[Slot]]
"""The slots of a stored query that leave out some of what does not fit, never what does.

Gets all that is asked by one parameter: each has to fit. Raises ValueError for a value that cannot be read.
"""


def _nothing(_asked: Sequence[Asked], _known: Known) -> Iterable[Slot]:
    return ()


@dataclass(frozen=True, slots=True)
class SearchParam:
    """One search parameter."""

    name: str
    type: str
    """As a CapabilityStatement says."""
    text: str
    fits: Fits
    narrow: Narrow = _nothing
    alias: bool = False
    """Whether it is another name of one that the CapabilityStatement lists already."""


def _slot(name: str, *values: str) -> Slot:
    return encode(_PARAMS[name], *values)


def values(object: Any, attribute: str) -> tuple[Any, ...]:
    """The values of an attribute, one or several; none where it is absent."""
    found = getattr(object, attribute)
    if found is None:
        return ()
    return found if isinstance(found, tuple) else (found,)


# --- codes -----------------------------------------------------------------------------------


def codes(
    name: str, attribute: str, query: str | None, text: str, *, every: bool = False, system: str | None = None
) -> SearchParam:
    """A parameter about codes; `every`: the stored query may be asked it several times.

    `system` is meant where a client names none.
    """

    def token(value: str) -> Token:
        """What is asked for, in the system that is meant where none is named."""
        found = Token.parse(value)
        return Token(found.code, system) if found.system is None and system else found

    def fits(object: Any, value: str, known: Known) -> bool:
        """Whether one of the object's codes is asked for."""
        asked = token(value)
        found: Iterable[Code] = values(object, attribute)
        return any(asked.fits(code, known.systems) for code in found)

    def narrow(asked: Sequence[Asked], known: Known) -> Iterator[Slot]:
        """Slots of codes that can be written whole; what cannot be is left to `fits`."""
        written = [[token(value).written(known.systems) for value in each.values] for each in asked]
        whole = [[code for code in each if code] for each in written if all(each)]
        for each in whole if every else whole[:1]:
            if query is not None:
                yield _slot(query, *each)

    return SearchParam(name, "token", text, fits, narrow)


def status(name: str, query: str, statuses: Mapping[str, str], text: str) -> SearchParam:
    """A parameter about availabilityStatus, by the words of FHIR."""

    def read(value: str) -> str | None:
        """The status by its URN; None for a word that means none of them."""
        return statuses.get(value.rpartition("|")[2])

    def fits(object: Any, value: str, _known: Known) -> bool:
        """Whether the object has that status."""
        return bool(object.availabilityStatus == read(value))

    def narrow(asked: Sequence[Asked], _known: Known) -> Iterator[Slot]:
        """The statuses that all parameters allow, in one Slot."""
        wanted = [{urn for value in each.values if (urn := read(value))} for each in asked]
        both = reduce(set.intersection, wanted) if wanted else set()
        # a stored query must ask for some status, even for none that there is
        yield _slot(query, *sorted(both or set(statuses.values())))

    return SearchParam(name, "token", text, fits, narrow)


# --- times -----------------------------------------------------------------------------------


def _common(asked: Sequence[Asked]) -> Bounds:
    """Within what all lie that fits; alternatives are not looked at."""
    found = [bounds_of(each.values[0]) for each in asked if len(each.values) == 1]
    lows, highs = [each.low for each in found if each.low], [each.high for each in found if each.high]
    return Bounds(max(lows, default=None), min(highs, default=None))


def _check_dates(asked: Sequence[Asked]) -> None:
    for each in asked:
        for value in each.values:
            bounds_of(value)


def times(name: str, attribute: str | None, query: str | None, text: str) -> SearchParam:
    """A parameter about a moment; without an attribute, that of the submission."""

    def fits(object: Any, value: str, known: Known) -> bool:
        """Whether the moment is within the bounds; an object without one never fits."""
        found = known.dates.get(object.entryUUID) if attribute is None else getattr(object, attribute)
        return found is not None and bounds_of(value).hold(pad_dtm(found))

    def narrow(asked: Sequence[Asked], _known: Known) -> Iterator[Slot]:
        """Slots of the bounds that all parameters have in common."""
        _check_dates(asked)
        bounds = _common(asked)
        for end, limit in (("From", bounds.low), ("To", bounds.high)):
            if limit is not None and query is not None:
                yield _slot(f"{query}{end}", limit)

    return SearchParam(name, "date", text, fits, narrow)


def period(name: str, text: str) -> SearchParam:
    """The time of the service: it overlaps what is asked for.

    One without an end has ended when it began (choice: of an imaging study nobody says that it goes on).
    """

    def fits(object: Any, value: str, _known: Known) -> bool:
        """Whether the service overlaps the bounds; one without a start never does."""
        start = object.serviceStartTime or object.serviceStopTime
        end = object.serviceStopTime or start
        return start is not None and bounds_of(value).hold(pad_dtm(start), pad_dtm(end))

    def narrow(asked: Sequence[Asked], _known: Known) -> Iterator[Slot]:
        """A Slot of the latest start alone."""
        _check_dates(asked)
        high = _common(asked).high
        # an end that is absent would not match, so nobody is asked for one; a start that is, has an end
        if high is not None:
            yield _slot("$XDSDocumentEntryServiceStartTimeTo", high)

    return SearchParam(name, "date", text, fits, narrow)


# --- people ----------------------------------------------------------------------------------


def people(name: str, part: str, text: str) -> SearchParam:
    """A parameter about a name of an author: it begins so, in whatever case."""

    def fits(object: Any, value: str, _known: Known) -> bool:
        """Whether a part of the name of an author begins so."""
        authors: Iterable[Author] = values(object, "author")
        names = (human_name((each.authorPerson or "").partition("^")[2]) for each in authors)
        found = [each.get(part) or "" for each in names]
        told = [one for each in found for one in (each if isinstance(each, list) else [each])]
        return any(one.casefold().startswith(value.casefold()) for one in told)

    return SearchParam(name, "string", text, fits)


# --- ids -------------------------------------------------------------------------------------


def ids(name: str, type: str, attributes: Sequence[str], text: str) -> SearchParam:
    """A parameter about what identifies an object: the stored query is chosen by it."""

    def fits(object: Any, value: str, _known: Known) -> bool:
        """Whether the object has that id; a `urn:uuid:` may be its entryUUID or logicalID, too."""
        system, bar, rest = value.rpartition("|")
        asked = unique_ids({"system": system if bar else "", "value": rest})
        found = [each for attribute in attributes if (each := getattr(object, attribute)) is not None]
        if rest.startswith("urn:uuid:"):
            return rest in (object.entryUUID, *values(object, "logicalID")) or any(
                map(asked.__contains__, found)
            )
        return any(each.removeprefix("urn:uuid:") in (*asked, rest) for each in found)

    return SearchParam(name, type, text, fits)


def reference_ids(name: str, text: str, *only: str, alias: bool = False) -> SearchParam:
    """A parameter about reference ids, of some types only or of all."""
    types = only or (*REFERENCE_TYPES, "urn:ihe:iti:xdw:2013:workflowInstanceId")

    def fits(object: Any, value: str, _known: Known) -> bool:
        """Whether one of the object's reference ids is asked for, by number, issuer and type."""
        id, issuer = _reference(value)
        return any(
            found.id == id and issuer in (None, found.authority or "") and (found.type in only or not only)
            for found in _parsed(values(object, "referenceIdList"))
        )

    def narrow(asked: Sequence[Asked], _known: Known) -> Iterator[Slot]:
        """A Slot for each parameter: all ways in which its values may be written."""
        for each in asked:
            found = [written for value in each.values for written in _written(*_reference(value), types)]
            yield encode(REFERENCE_IDS, *found)

    return SearchParam(name, "token", text, fits, narrow, alias)


def _reference(value: str) -> tuple[str, str | None]:
    """Id, and its issuer: empty is none, None any; raises ValueError."""
    system, bar, id = value.rpartition("|")
    if not id:
        raise ValueError(f"'{value}' names no id, such as urn:oid:1.2.3|ACC-7")
    if system in (URI, DICOM_UID) or id.startswith(_OID):
        return id.removeprefix(_OID), None
    return id, system.removeprefix(_OID) if bar else None


def _parsed(texts: Iterable[str]) -> Iterator[Cxi]:
    for text in texts:
        with suppress(ValueError):
            yield Cxi.parse(text)


def _written(id: str, issuer: str | None, types: Iterable[str]) -> Iterator[str]:
    """All that it may be in an entry: a search says no type."""
    for type_ in types:
        if issuer is None and type_ == ReferenceIdType.STUDY_INSTANCE_UID:
            yield f"{id}^^^^{type_}"
        elif issuer is None:
            yield f"{id}^^^%^{type_}"
        else:
            yield f"{id}^^^{f'&{issuer}&ISO' if OID.fullmatch(issuer) else issuer}^{type_}"
