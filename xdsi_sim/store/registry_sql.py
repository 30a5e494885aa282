"""The one compiler from a selection to SQL: one statement with parameters, whatever the query.

Each step of the query is a common table expression that finds numbers and ids; fragments are read at the
end, for what is answered. How a step goes about it is settled here by `_WAYS_IN` and not by what SQLite
makes of a registry without statistics: it goes in by the links, or else by one index, and looks at the
objects found there for all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from xdsi_sim.ebrim.tables import ASSOCIATION, Kind
from xdsi_sim.messages.query_terms import Link, Step, StoredQuery, Test
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.store.parameters import FEW, bound, places
from xdsi_sim.store.registry_schema import VALUES

__all__ = ["statement"]

_WAYS_IN: Final = (
    "entryUUID",
    "uniqueId",
    "logicalID",
    "referenceIdList",
    "sourceObject",
    "targetObject",
    "patientId",
    "codeList",
    "eventCodeList",
    "classCode",
    "healthcareFacilityTypeCode",
)
"""Attributes that have an index, those whose values fewer objects share first."""

_Shape = tuple[str, Test | None, int, str | None]
"""What of a condition shows in the SQL: attribute, test, number of values (`FEW` + 1: many), the second.

Without a test: number of the lists of which one value each is asked for.
"""


@dataclass(frozen=True, slots=True)
class _Every:
    """Many conditions on the values of one attribute as one: of each list the object has a value."""

    attribute: str
    lists: tuple[tuple[str, ...], ...]


def statement(selection: Selection) -> tuple[str, tuple[str, ...]]:
    """SQL that gives entryUUID, patientId and fragment (empty for references) in the order of registration.

    With it its values, but for the last: the limit.
    """
    tests = [tuple(_together(part)) for part in selection.parts]
    shapes = tuple(tuple(map(_shape, some)) for some in tests)
    return _sql(selection.query, shapes, selection.object_refs), tuple(_values(chain.from_iterable(tests)))


def _together(part: Part) -> Iterator[Condition | _Every]:
    """The conditions, with an attribute's put together from the second on where a slot is repeated often.

    So the statement keeps to a size that SQLite takes, whatever is asked; the first may be a way in.
    """
    if len(part.conditions) <= FEW:
        yield from part.conditions
        return
    repeated: dict[str, dict[tuple[str, ...], None]] = {}
    for condition in part.conditions:
        if condition.test is not Test.IN or condition.attribute not in VALUES[part.step.kind]:
            yield condition
        elif condition.attribute not in repeated:
            repeated[condition.attribute] = {}
            yield condition
        else:
            repeated[condition.attribute][condition.values] = None
    yield from (_Every(attribute, tuple(lists)) for attribute, lists in repeated.items() if lists)


def _shape(condition: Condition | _Every) -> _Shape:
    if isinstance(condition, _Every):
        return condition.attribute, None, len(condition.lists), None
    count = min(len(condition.values), FEW + 1)
    return condition.attribute, condition.test, count, condition.or_attribute


def _values(conditions: Iterable[Condition | _Every]) -> Iterator[str]:
    for condition in conditions:
        if isinstance(condition, _Every):
            yield json.dumps(condition.lists)
            continue
        values = condition.values
        if condition.test is Test.LIKE:
            values = tuple(map(_glob, values))
        yield from bound(values)
        if condition.or_attribute is not None:
            yield from bound(values)


def _glob(pattern: str) -> str:
    """A LIKE pattern as GLOB, which heeds case; what GLOB reads as more than itself is bracketed."""
    signs = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(signs.get(sign, sign) for sign in pattern)


@lru_cache(maxsize=512)
def _sql(query: StoredQuery, shapes: tuple[tuple[_Shape, ...], ...], refs: bool) -> str:
    steps = list(zip(query.steps, shapes, strict=True))
    answer = f"SELECT o.entryUUID, o.patientId, {'NULL' if refs else 'o.fragment'} FROM object o"
    if len(steps) == 1:
        return f"{answer} WHERE {_where(*steps[0])} ORDER BY o.number LIMIT ?"
    tables = ", ".join(f'"{step.name}" AS ({_table(step, tests)})' for step, tests in steps)
    numbers = " UNION ALL ".join(f'SELECT number FROM "{step.name}"' for step, _ in steps if step.answered)
    return f"WITH {tables} {answer} WHERE o.number IN ({numbers}) ORDER BY o.number LIMIT ?"


def _table(step: Step, shapes: tuple[_Shape, ...]) -> str:
    ids = ", o.sourceObject, o.targetObject" if step.kind is ASSOCIATION else ""
    # ids of objects may be in either case, those at the ends of Associations are stored in lower case
    return f"SELECT o.number, lower(o.entryUUID) AS entryUUID{ids} FROM object o WHERE {_where(step, shapes)}"


def _where(step: Step, shapes: tuple[_Shape, ...]) -> str:
    way_in = None if step.links else min(shapes, key=_rank, default=None)
    tests = [f"o.kind = '{step.kind.name}'"]
    if step.associationType is not None:
        tests.append(f"o.associationType = '{step.associationType}'")
    tests += map(_linked, step.links)
    tests += (_condition(step.kind, shape, way_in=shape is way_in) for shape in shapes)
    return " AND ".join(tests)


def _rank(shape: _Shape) -> int:
    """How far an index leads on the way to what passes the test; the lower the better."""
    attribute, test, _, _ = shape
    if attribute not in _WAYS_IN or test not in (Test.IN, Test.LIKE):
        return 2 * len(_WAYS_IN)
    return _WAYS_IN.index(attribute) + (len(_WAYS_IN) if test is Test.LIKE else 0)


def _linked(link: Link) -> str:
    theirs = " UNION ALL ".join(
        f'SELECT {their} FROM "{step}"' for step in link.steps for their in link.their
    )
    ways = [f"o.{own} IN ({theirs})" for own in link.own]
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"


# --- conditions ------------------------------------------------------------------------------


def _condition(kind: Kind, shape: _Shape, *, way_in: bool) -> str:
    attribute, test, count, other = shape
    if test is None:
        return _every(attribute, count)
    tests = [_test(kind, name, test, count, way_in=way_in) for name in (attribute, other) if name is not None]
    return tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"


def _test(kind: Kind, attribute: str, test: Test, count: int, *, way_in: bool) -> str:
    if attribute not in VALUES[kind]:
        # the sign keeps SQLite from the column's index
        sign = "+" if attribute in _WAYS_IN and not way_in else ""
        return _TESTS[test](f"{sign}o.{attribute}", count)
    # an object has few values: they are looked for among those that are asked, and not the other way round
    sign = "+" if count > 1 and not way_in else ""
    values = f"v.attribute = '{attribute}' AND {_TESTS[test](f'{sign}v.text', count)}"
    if way_in:
        return f"o.number IN (SELECT v.number FROM value v WHERE {values})"
    return f"EXISTS (SELECT 1 FROM value v WHERE v.number = o.number AND {values})"


def _every(attribute: str, count: int) -> str:
    return (
        "(WITH p AS MATERIALIZED "  # once, not for each object
        "(SELECT g.key AS list, t.value AS text FROM json_each(?) g, json_each(g.value) t) "
        "SELECT count(DISTINCT p.list) FROM value v JOIN p ON p.text = v.text "
        f"WHERE v.number = o.number AND v.attribute = '{attribute}') = {count}"
    )


_TESTS: Final[dict[Test, Callable[[str, int], str]]] = {
    Test.IN: lambda column, count: f"{column} IN ({places(count)})",
    Test.LIKE: lambda column, count: (
        f"({' OR '.join([f'{column} GLOB ?'] * count)})"
        if count <= FEW
        else "EXISTS (WITH p AS MATERIALIZED (SELECT value FROM json_each(?)) "  # once, not for each object
        f"SELECT 1 FROM p WHERE {column} GLOB p.value)"
    ),
    Test.AT_LEAST: lambda column, _count: f"({column} IS NULL OR {column} >= ?)",
    Test.BELOW: lambda column, _count: f"({column} IS NULL OR {column} < ?)",
    Test.NOT: lambda column, _count: f"{column} IS NOT ?",
    Test.LAST: lambda column, _count: (
        "NOT EXISTS (SELECT 1 FROM object n "
        f"WHERE n.{column.rpartition('.')[2]} = {column} AND n.kind = o.kind AND n.number > o.number)"
    ),
}
