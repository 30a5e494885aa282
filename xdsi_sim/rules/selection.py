"""What a stored query selects, and the request as the rules of queries see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.datatypes import pad_dtm
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, FOLDER, Kind
from xdsi_sim.errors import Severity
from xdsi_sim.messages.query import OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.query_terms import Coding, Param, Step, StoredQuery, Test
from xdsi_sim.messages.query_values import Coded, decode
from xdsi_sim.messages.stored_queries import stored_query
from xdsi_sim.vocab import APPROVED, DEPRECATED, OFFLINE

__all__ = ["Condition", "Given", "Part", "Query", "Selection"]

_PATIENT: Final = "patientId"
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
    """The objects of one step of the query that pass every condition."""

    step: Step
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a query asks for: the objects of all its answered steps."""

    query: StoredQuery
    parts: tuple[Part, ...]
    """One for each step, in their order."""
    object_refs: bool = False
    """References alone are wanted."""

    @property
    def patients(self) -> tuple[str, ...]:
        """The patient ids that are asked for, each once."""
        named = (one for part in self.parts for one in part.conditions if one.attribute == _PATIENT)
        return tuple(dict.fromkeys(id for one in named for id in one.values))


_NOT_DEPRECATED: Final = Condition("availabilityStatus", Test.NOT, (DEPRECATED,))
_NOT_OFFLINE: Final = Condition("documentAvailability", Test.NOT, (OFFLINE,))
_LAST_VERSION: Final = Condition("logicalID", Test.LAST, ())
_SHOWN: Final[dict[Kind, tuple[Condition, ...]]] = {
    DOCUMENT_ENTRY: (_NOT_OFFLINE, _LAST_VERSION),
    FOLDER: (_NOT_DEPRECATED, _LAST_VERSION),
    ASSOCIATION: (_NOT_DEPRECATED,),
}
"""What MetadataLevel 1 shows of a kind: the registry without what metadata updates have left behind.

Nothing that is hidden leads to anything else either.
"""


def _shown(kind: Kind, asked: tuple[Condition, ...]) -> Iterator[Condition]:
    """What `asked` does not imply: each version but the last is Deprecated."""
    approved = any(item.attribute == "availabilityStatus" and DEPRECATED not in item.values for item in asked)
    for condition in _SHOWN.get(kind, ()):
        if condition is _NOT_OFFLINE or not approved:
            yield condition


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
    transaction: str
    """The transaction that brought it."""
    deviation: Severity
    """What a departure from the coding weighs that leaves one meaning."""

    @classmethod
    def of(cls, request: AdhocQueryRequest, transaction: str = "ITI-18", *, strict: bool = True) -> Query:
        """Decode a request; a query of another transaction is unknown."""
        stored = stored_query(request.id)
        if stored is not None and stored.transaction != transaction:
            stored = None
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
            transaction=transaction,
            deviation=Severity.ERROR if strict else Severity.WARNING,
        )

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
            parts=tuple(self._part(query, step) for step in query.steps),
            object_refs=self.request.returnType == OBJECT_REF,
        )

    def _part(self, query: StoredQuery, step: Step) -> Part:
        asked = tuple(self._asked(query, step))
        whole = any(value == "2" for _, value in self.values(Coding.LEVEL))
        return Part(step, asked if whole else (*asked, *_shown(step.kind, asked)))

    def _asked(self, query: StoredQuery, step: Step) -> Iterator[Condition]:
        """A condition for each time that a slot is there, and for each default in place of one."""
        asked = [(item.param, item.meaningful()) for item in self.given]
        asked += [(param, param.default) for param in query.defaulted if not self.has(param)]
        for param, values in asked:
            if param.attribute is not None and _restricts(param, step):
                yield Condition(param.attribute, _test(param.test, values), values, param.or_attribute)


def _restricts(param: Param, step: Step) -> bool:
    return step.kind in param.kinds if param.kinds else not step.links


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
