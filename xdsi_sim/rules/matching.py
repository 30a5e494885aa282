"""Whether objects satisfy a selection, told in plain Python from the objects of one answer alone.

A registry selects by SQL; this looks at what it gave. A link through objects that are no part of the answer
cannot be held against anything and counts as kept, and so does being the last version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from xdsi_sim.ebrim.datatypes import pad_dtm
from xdsi_sim.ebrim.model import Association, Code, DocumentEntry, InternationalString, MetadataObject
from xdsi_sim.messages.query_terms import Link, Step, Test
from xdsi_sim.rules.selection import Condition, Part, Selection
from xdsi_sim.vocab import ON_DEMAND, ONLINE

__all__ = ["matched", "unkept"]

_UUIDS: Final = ("entryUUID", "logicalID", "sourceObject", "targetObject", "objectType")
"""Attributes that are the same in either case."""
_TIMES: Final = (Test.AT_LEAST, Test.BELOW)


def matched(selection: Selection, objects: Sequence[MetadataObject]) -> set[str]:
    """Ids, in lower case, of the objects that an answered step of the query gives."""
    found: dict[str, list[MetadataObject]] = {}
    for part in selection.parts:
        if part.step.answered:
            found[part.step.name] = [one for one in objects if _is_of(one, part, found)]
    return {one.entryUUID.lower() for ones in found.values() for one in ones}


def unkept(selection: Selection, one: MetadataObject) -> tuple[Condition, ...]:
    """The conditions that an object does not keep, in the step of its kind that it is nearest to.

    None: it keeps those of some step, and only its links are wrong; so it is where no step is of its kind.
    """
    failed = [
        tuple(condition for condition in part.conditions if not _keeps(one, condition))
        for part in selection.parts
        if part.step.answered and isinstance(one, part.step.kind.type)
    ]
    return min(failed, key=len, default=())


def _is_of(one: MetadataObject, part: Part, found: Mapping[str, list[MetadataObject]]) -> bool:
    return (
        _is_of_kind(one, part.step)
        and all(_keeps(one, condition) for condition in part.conditions)
        and all(_is_linked(one, link, found) for link in part.step.links)
    )


def _is_of_kind(one: MetadataObject, step: Step) -> bool:
    if not isinstance(one, step.kind.type):
        return False
    wanted = step.associationType
    return wanted is None or (isinstance(one, Association) and one.associationType == wanted)


def _is_linked(one: MetadataObject, link: Link, found: Mapping[str, list[MetadataObject]]) -> bool:
    if any(step not in found for step in link.steps):
        return True
    theirs = {id for step in link.steps for other in found[step] for id in _attributes(other, link.their)}
    return any(id in theirs for id in _attributes(one, link.own))


def _attributes(one: MetadataObject, names: Iterable[str]) -> Iterator[str]:
    return (text for name in names for text in _texts(one, name))


# --- conditions ------------------------------------------------------------------------------


def _keeps(one: MetadataObject, condition: Condition) -> bool:
    names = (condition.attribute, condition.or_attribute)
    return any(
        _TESTS[condition.test](_texts(one, name, condition.test), condition.values)
        for name in names
        if name is not None
    )


def _texts(one: MetadataObject, name: str, test: Test = Test.IN) -> list[str]:
    """The values of an attribute in the form that conditions have."""
    if name == "authorPerson":
        return [author.authorPerson for author in getattr(one, "author", ()) if author.authorPerson]
    if name == "documentAvailability":
        return [getattr(one, name, None) or ONLINE]
    if test in _TIMES and name == "creationTime" and _is_on_demand(one):
        return []
    texts = list(_flat(getattr(one, name, None)))
    if test in _TIMES:
        return list(map(pad_dtm, texts))
    return [text.lower() for text in texts] if name in _UUIDS else texts


def _is_on_demand(one: MetadataObject) -> bool:
    return isinstance(one, DocumentEntry) and (one.objectType or "").lower() == ON_DEMAND


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, Code):
        yield f"{value.code}^^{value.codingScheme}"
    elif isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, str | InternationalString):
        yield str(value)


@lru_cache(maxsize=256)
def _pattern(like: str) -> re.Pattern[str]:
    signs = {"%": ".*", "_": "."}
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in like), re.DOTALL)


_TESTS: Final[dict[Test, Callable[[list[str], tuple[str, ...]], bool]]] = {
    Test.IN: lambda texts, values: any(text in values for text in texts),
    Test.LIKE: lambda texts, values: any(_pattern(like).fullmatch(text) for like in values for text in texts),
    Test.AT_LEAST: lambda texts, values: not texts or texts[0] >= values[0],
    Test.BELOW: lambda texts, values: not texts or texts[0] < values[0],
    Test.NOT: lambda texts, values: not texts or texts[0] != values[0],
    Test.LAST: lambda _texts, _values: True,
}
