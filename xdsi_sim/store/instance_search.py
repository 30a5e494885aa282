"""Searches of an instance store: conditions as SQL over its index, results as text that is there already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from sqlite3 import Connection
from typing import Any, Final

from xdsi_sim.dicom.json_document import to_bytes, with_bulk_root
from xdsi_sim.dicom.levels import DEFAULTS, Level, level_of
from xdsi_sim.dicom.search import Absent, Between, Condition, Found, Like, OneOf, Search, Test

__all__ = ["run"]

_TABLES: Final = {Level.STUDY: "study", Level.SERIES: "series", Level.INSTANCE: "image"}
_JOINS: Final = {
    Level.STUDY: "study",
    Level.SERIES: "series JOIN study ON study.id = series.study",
    Level.INSTANCE: "image JOIN series ON series.id = image.series JOIN study ON study.id = series.study",
}
_ORDERS: Final = {
    Level.STUDY: ("study.date DESC", "study.time DESC", "study.uid"),
    Level.SERIES: ("series.number IS NULL", "series.number", "series.uid"),
    Level.INSTANCE: ("image.number IS NULL", "image.number", "image.uid"),
}
_NOTHING: Final = "''"
_OF_STUDY: Final = "study.uid, study.answer, study.document, study.series, study.instances, study.modalities"
_OF_SERIES: Final = "series.uid, series.answer, series.document, series.instances"
_OF_IMAGE: Final = "image.uid, image.answer"
_DOCUMENT: Final = "(SELECT document FROM metadata WHERE sop_instance_uid = image.uid)"


def run(search: Search, base: str, most: int, db: Connection) -> Found:
    """What is found, no more than `most` results at once; RetrieveURLs begin with `base`."""
    statement = _Statement.of(search)
    limit = most if search.limit is None else min(search.limit, most)
    rows = db.execute(f"{statement.select} LIMIT ? OFFSET ?", (*statement.values, limit, search.offset))
    items = [_item(search, row, base) for row in rows]
    remaining = 0
    if len(items) == limit:  # only then can there be more
        total = db.execute(statement.count, statement.values).fetchone()[0]
        remaining = max(0, total - search.offset - len(items))
    return Found(items=items, remaining=remaining)


# --- conditions ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Statement:
    """A SELECT and its values."""

    search: Search
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, search: Search) -> _Statement:
        """The statement of a search."""
        statement = cls(search)
        for column, uid in (("study.uid", search.study), ("series.uid", search.series)):
            if uid is not None:
                statement.where.append(f"{column} = ?")
                statement.values.append(uid)
        for level, conditions in _together(search.conditions):
            statement._add(level, conditions)
        return statement

    def _add(self, level: Level, conditions: Sequence[Condition]) -> None:
        """Conditions on one attribute: one value, or one item of a sequence, has to meet them all."""
        absent = any(isinstance(condition.test, Absent) for condition in conditions)
        owners = " INTERSECT ".join(self._owners(condition) for condition in conditions)
        inside = "NOT IN" if absent else "IN"
        self.where.append(f"{_TABLES[level]}.id {inside} (SELECT owner FROM ({owners}))")  # noqa: S608

    def _owners(self, condition: Condition) -> str:
        test, values = _test(condition.test)
        self.values += (condition.level.value, condition.path, *values)
        return f"SELECT owner, item FROM term WHERE level = ? AND path = ? AND {test}"  # noqa: S608

    @property
    def _rest(self) -> str:
        where = f" WHERE {' AND '.join(self.where)}" if self.where else ""
        return f"FROM {_JOINS[self.search.level]}{where}"

    @property
    def count(self) -> str:
        """How many there are."""
        return f"SELECT count(*) {self._rest}"

    @property
    def select(self) -> str:
        """The rows, in their order."""
        columns = {
            Level.STUDY: (_OF_STUDY,),
            Level.SERIES: (_OF_STUDY, _OF_SERIES),
            Level.INSTANCE: (_OF_STUDY, _OF_SERIES, _OF_IMAGE, self._image_document),
        }[self.search.level]
        order = [each for level in Level if level <= self.search.level for each in _ORDERS[level]]
        return f"SELECT {', '.join(columns)} {self._rest} ORDER BY {', '.join(order)}"

    @property
    def _image_document(self) -> str:
        return _DOCUMENT if _needs_document(self.search, Level.INSTANCE) else _NOTHING


def _together(conditions: Sequence[Condition]) -> Iterator[tuple[Level, list[Condition]]]:
    """Conditions by the attribute, or the outermost sequence, that they are on."""

    def place(condition: Condition) -> tuple[Level, str]:
        """Level, and the attribute or outermost sequence."""
        return condition.level, condition.path.partition(".")[0]

    for (level, _), some in groupby(sorted(conditions, key=place), key=place):
        yield level, list(some)


def _test(test: Test) -> tuple[str, tuple[str, ...]]:
    match test:
        case OneOf(values):
            return f"value IN ({', '.join('?' * len(values))})", values
        case Between(low, high):
            return "value BETWEEN ? AND ?", (low, high)
        case Like(patterns):
            return f"({' OR '.join(['value GLOB ?'] * len(patterns))})", tuple(map(_glob, patterns))
        case Absent():
            return "TRUE", ()


def _glob(pattern: str) -> str:
    """GLOB has a third wildcard, which DICOM has not."""
    return pattern.replace("[", "[[]")


# --- results ---------------------------------------------------------------------------------


def _needs_document(search: Search, level: Level) -> bool:
    """Whether more is asked for of a level than its answer has."""
    return search.everything or any(
        level_of(tag) is level and tag not in DEFAULTS[level] for tag in search.fields
    )


def _is_plain(search: Search) -> bool:
    """Whether results are what the index has, word for word."""
    own = search.level
    return not (
        search.above or _needs_document(search, own) or any(level_of(tag) < own for tag in search.fields)
    )


def _item(search: Search, row: tuple[Any, ...], base: str) -> bytes:
    """One result."""
    levels = _levels(search.level, row, base)
    if _is_plain(search):
        return levels[search.level].filled().encode()
    united: dict[str, Any] = {}
    for level, found in levels.items():
        united |= _attributes(search, level, found, base)
    return to_bytes(dict(sorted(united.items())))


def _attributes(search: Search, level: Level, found: _Row, base: str) -> dict[str, Any]:
    """What is given of one level: unasked, and what was asked for beside it."""
    answer: dict[str, Any] = json.loads(found.filled())
    document: dict[str, Any] = {}
    if _needs_document(search, level):
        document = json.loads(with_bulk_root(found.document.encode(), base))
    asked = {
        tag: value
        for tag, value in {**document, **answer}.items()
        if search.everything or (tag in search.fields and level_of(tag) is level)
    }
    return {**asked, **answer} if level in (*search.above, search.level) else asked


@dataclass(frozen=True, slots=True)
class _Row:
    """What the index has of one level of a result, and what is calculated."""

    answer: str
    document: str
    calculated: Mapping[str, str]

    def filled(self) -> str:
        """The answer with the values of calculated attributes, which stand empty in it.

        The name of a member with its quotes cannot be part of a value, for there the quotes are escaped.
        """
        answer = self.answer
        for empty, values in self.calculated.items():
            answer = answer.replace(f"{empty}}}", f'{empty},"Value":{values}}}', 1)
        return answer


_MODALITIES: Final = '"00080061":{"vr":"CS"'
_RETRIEVE_URL: Final = '"00081190":{"vr":"UR"'
_SERIES_IN_STUDY: Final = '"00201206":{"vr":"IS"'
_INSTANCES_IN_STUDY: Final = '"00201208":{"vr":"IS"'
_INSTANCES_IN_SERIES: Final = '"00201209":{"vr":"IS"'


def _levels(level: Level, row: tuple[Any, ...], base: str) -> dict[Level, _Row]:
    """A row of the database, taken apart; `calculated` names attributes as they stand in the text."""
    uid, answer, document, series, instances, modalities, *rest = row
    url = f"{base}/studies/{uid}"
    counts = {_SERIES_IN_STUDY: f"[{series}]", _INSTANCES_IN_STUDY: f"[{instances}]"}
    if modalities != "[]":
        counts[_MODALITIES] = modalities
    levels = {Level.STUDY: _Row(answer, document, {**counts, _RETRIEVE_URL: _list(url)})}
    if level > Level.STUDY:
        uid, answer, document, instances, *rest = rest
        url = f"{url}/series/{uid}"
        counts = {_INSTANCES_IN_SERIES: f"[{instances}]", _RETRIEVE_URL: _list(url)}
        levels[Level.SERIES] = _Row(answer, document, counts)
    if level > Level.SERIES:
        uid, answer, document = rest
        if isinstance(document, bytes):
            document = document.decode()
        levels[Level.INSTANCE] = _Row(answer, document, {_RETRIEVE_URL: _list(f"{url}/instances/{uid}")})
    return levels


def _list(value: str) -> str:
    return f"[{json.dumps(value, ensure_ascii=False)}]"
