"""What a stored query selects, and the request as the rules of queries see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.datatypes import pad_dtm
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.tables import ASSOCIATION, Kind
from xdsi_sim.errors import Severity
from xdsi_sim.messages.query import OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.stored_queries import (
    STORED_QUERIES,
    Coded,
    Coding,
    Param,
    StoredQuery,
    Test,
    decode,
)
from xdsi_sim.vocab import APPROVED, DEPRECATED

__all__ = ["Condition", "Given", "Part", "Query", "Selection"]

_STATUS: Final = (APPROVED, DEPRECATED)

# --- what is selected ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """One test that an object must pass."""

    attribute: str
    test: Test
    values: tuple[str, ...]
    """Any may match. Codes are `code^^codingScheme`, times have 14 digits, UUIDs are in lower case."""
    or_attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The objects of one kind that pass every condition."""

    kind: Kind
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a query asks for: the objects of all its parts, and perhaps the Associations at them."""

    query: StoredQuery
    parts: tuple[Part, ...]
    associations: Part | None = None
    """Of the Associations with an object found at an end, those that pass; None: no Associations."""
    object_refs: bool = False
    """References alone are wanted."""


# --- the request as the rules see it ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A slot of the request that is a parameter of the query, decoded."""

    param: Param
    slot: Slot
    coded: tuple[Coded, ...]
    unreadable: tuple[tuple[str, str], ...]
    """(text, why) of the values that could not be decoded."""
    values: tuple[str, ...]

    @classmethod
    def of(cls, param: Param, slot: Slot) -> Given:
        """The slot as the parameter reads it."""
        coded, unreadable = [], []
        for text in slot.values:
            try:
                coded.append(decode(text))
            except ValueError as error:
                unreadable.append((text, str(error)))
        values = tuple(value for item in coded for value in item.values)
        return cls(param=param, slot=slot, coded=tuple(coded), unreadable=tuple(unreadable), values=values)

    def meaningful(self) -> tuple[str, ...]:
        """The values in the form that a `Condition` has."""
        return tuple(_MEANING.get(self.param.coding, _as_it_is)(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request with its query found and its parameters decoded."""

    request: AdhocQueryRequest
    stored: StoredQuery | None
    given: tuple[Given, ...]
    """In the order of the request; a repeated slot is there several times."""
    unknown: tuple[Slot, ...]
    deviation: Severity
    """What a departure from the coding weighs that leaves one meaning."""

    @classmethod
    def of(cls, request: AdhocQueryRequest, *, strict: bool = True) -> Query:
        """Decode a request."""
        stored = STORED_QUERIES.get(request.id.lower())
        known = {} if stored is None else stored.by_name
        given, unknown = [], []
        for slot in request.parameters:
            param = known.get(slot.name) or known.get(f"${slot.name}")
            if param is None:
                unknown.append(slot)
            else:
                given.append(Given.of(param, slot))
        return cls(
            request=request,
            stored=stored,
            given=tuple(given),
            unknown=tuple(unknown),
            deviation=Severity.ERROR if strict else Severity.WARNING,
        )

    def params(self) -> tuple[Param, ...]:
        """The parameters of the query; none where it is not known."""
        return () if self.stored is None else self.stored.params

    def has(self, param: Param) -> bool:
        """Whether the parameter is given, with or without values."""
        return any(given.param is param for given in self.given)

    def values(self, coding: Coding) -> Iterator[tuple[Given, str]]:
        """Each value of the parameters that are so coded."""
        return (
            (given, value) for given in self.given if given.param.coding is coding for value in given.values
        )

    def selection(self) -> Selection | None:
        """What a request that broke no rule asks for."""
        query = self.stored
        if query is None:
            return None
        return Selection(
            query=query,
            parts=tuple(self._part(kind) for kind in query.kinds),
            associations=self._part(ASSOCIATION) if query.with_associations else None,
            object_refs=self.request.returnType == OBJECT_REF,
        )

    def _part(self, kind: Kind) -> Part:
        return Part(
            kind,
            tuple(
                condition
                for param in self.params()
                if param.attribute is not None and kind in (param.kinds or self._own_kinds())
                for condition in self._conditions(param, param.attribute)
            ),
        )

    def _own_kinds(self) -> tuple[Kind, ...]:
        return () if self.stored is None else self.stored.kinds

    def _conditions(self, param: Param, attribute: str) -> Iterator[Condition]:
        """One for each time that the slot is there."""
        given = [item.meaningful() for item in self.given if item.param is param]
        for values in given or ([param.default] if param.default else []):
            yield Condition(attribute, _test(param.test, values), values, param.or_attribute)


def _test(test: Test, values: tuple[str, ...]) -> Test:
    """LIKE without a wildcard is equality, which an index answers."""
    if test is Test.LIKE and not any("%" in value or "_" in value for value in values):
        return Test.IN
    return test


def _as_it_is(values: tuple[str, ...]) -> tuple[str, ...]:
    return values


_MEANING: Final[dict[Coding, Callable[[tuple[str, ...]], Iterable[str]]]] = {
    Coding.TIME: lambda values: map(pad_dtm, values),
    Coding.UUID: lambda values: map(str.lower, values),
    Coding.STATUS: lambda values: filter(_STATUS.__contains__, values),
}
