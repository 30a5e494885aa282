"""QIDO-RS: the parameters of a search, read into a value (PS3.18: 8.3.4, 10.6).

A name that is no attribute, and a value that its VR does not allow, are refused. An attribute that exists
but cannot be searched for is left out with a warning, so that more is found than was asked for, never less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from xdsi_sim.dicom.attributes import is_uid
from xdsi_sim.dicom.dictionary import attribute
from xdsi_sim.dicom.levels import (
    DATE_AND_TIME,
    MODALITIES_IN_STUDY,
    Level,
    is_searchable,
    level_of,
)
from xdsi_sim.dicom.search import Absent, Between, Condition, Like, OneOf, Search, Test
from xdsi_sim.dicom.terms import fold, fold_name, full_time
from xdsi_sim.dicomweb.messages import Refused

__all__ = ["Query", "read_query"]

_IGNORED: Final = frozenset({"accept", "access_token", "token", "_"})
"""Parameters that are no part of the search: read elsewhere, or a viewer's own."""
_OPTIONS: Final = frozenset(
    {"includefield", "limit", "offset", "fuzzymatching", "emptyvaluematching", "multiplevaluematching"}
)
_TEXT: Final = frozenset({"AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT", "AS", "DT"})
_NUMBER: Final = frozenset({"IS", "DS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"})
_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_FLAGS: Final = {"true": True, "false": False, "": True}
_LAST: Final = "~"  # stands behind all digits
_EMPTY: Final = '""'
_LATEST: Final = "235959999999"
_DIGITS: Final = 18  # SQLite counts no further
_BETWEEN_WORDS: Final = " ^=-"
_MOST_CONDITIONS: Final = 64
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Query:
    """A search, and what the client should know of how it was understood."""

    search: Search
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Options:
    fuzzy: bool
    empty: bool
    """Whether `""` stands for no value."""
    many: bool
    """Whether a backslash separates values of any attribute."""


@dataclass(frozen=True, slots=True)
class _Key:
    """An attribute that has to match, or be given."""

    name: str
    """As the client wrote it."""
    path: str
    vr: str

    @property
    def root(self) -> str:
        """The attribute itself, or the outermost sequence that it is in."""
        return self.path.partition(".")[0]


def read_query(
    level: Level,
    parameters: Sequence[tuple[str, str]],
    study: str | None = None,
    series: str | None = None,
) -> Query:
    """The search that the parameters ask for; raises Refused, 400, where they break its syntax."""
    keys = [(_key(name), value) for name, value in _united(parameters)]
    searched = [(key, value) for key, value in keys if _matches(key, level)]
    ignored = [key.name for key, value in keys if value and not _matches(key, level)]
    included = [field for name, value in parameters if name == "includefield" for field in value.split(",")]
    fields = {_key(field).root for field in included if field not in ("", "all")}
    search = Search(
        level=level,
        study=study,
        series=series,
        conditions=_all_conditions(searched, _options(parameters)),
        fields=frozenset(fields | {key.root for key, _ in keys}),
        everything="all" in included,
        limit=_count(parameters, "limit"),
        offset=_count(parameters, "offset") or 0,
        asked=tuple(pair for pair in parameters if pair[0] not in _IGNORED),
    )
    warnings = (f"{name} cannot be searched for at this level and was ignored" for name in ignored)
    return Query(search, tuple(warnings))


# --- names ------------------------------------------------------------------------------------


def _united(parameters: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The keys; one that comes several times lists its values."""
    keys: dict[str, list[str]] = {}
    for name, value in parameters:
        if name not in _IGNORED and name not in _OPTIONS:
            keys.setdefault(name, []).append(value)
    for name, values in keys.items():
        if len(values) > 1 and not _is_list(_key(name)):
            raise Refused(400, f"{name} is there {len(values)} times")
        yield name, "\\".join(values)


def _is_list(key: _Key) -> bool:
    """Whether a value is a list by itself (PS3.4: C.2.2.2.2)."""
    return key.vr == "UI" or key.path == MODALITIES_IN_STUDY


def _key(name: str) -> _Key:
    """An attribute by keywords or tags, those of sequences and items joined by dots."""
    names = name.split(".")
    found = [attribute(each) for each in names[:_DEEPEST]]
    known = [each for each in found if each is not None]
    if len(known) != len(names):
        raise Refused(400, f"{name[:80]!r} is no attribute: neither a keyword nor a tag of DICOM")
    if any(each.vr not in ("SQ", "UN") for each in known[:-1]):
        raise Refused(400, f"{name[:80]!r} leads through an attribute that is no sequence")
    return _Key(name, ".".join(each.tag for each in known), known[-1].vr)


def _matches(key: _Key, level: Level) -> bool:
    return level_of(key.root) <= level and is_searchable(key.root)


# --- options ----------------------------------------------------------------------------------


def _options(parameters: Sequence[tuple[str, str]]) -> _Options:
    return _Options(
        fuzzy=_flag(parameters, "fuzzymatching"),
        empty=_flag(parameters, "emptyvaluematching"),
        many=_flag(parameters, "multiplevaluematching"),
    )


def _of(parameters: Iterable[tuple[str, str]], name: str) -> str | None:
    values = {value for given, value in parameters if given == name}
    if len(values) > 1:
        raise Refused(400, f"{name} is there with several values")
    return next(iter(values), None)


def _flag(parameters: Iterable[tuple[str, str]], name: str) -> bool:
    value = _of(parameters, name)
    if value is None:
        return False
    if value.lower() not in _FLAGS:
        raise Refused(400, f"{name}={value[:80]!r} is neither true nor false")
    return _FLAGS[value.lower()]


def _count(parameters: Iterable[tuple[str, str]], name: str) -> int | None:
    value = _of(parameters, name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= _DIGITS):
        raise Refused(400, f"{name}={value[:80]!r} is not a number of results, 0 or more")
    return int(value)


# --- values -----------------------------------------------------------------------------------


def _all_conditions(keys: Sequence[tuple[_Key, str]], options: _Options) -> tuple[Condition, ...]:
    conditions = [each for key, value in keys for each in _conditions(key, value, options)]
    if len(conditions) > _MOST_CONDITIONS:
        raise Refused(400, f"{len(conditions)} conditions are more than {_MOST_CONDITIONS}")
    ranged = {key.path for key, value in keys if "-" in value}
    return tuple(_with_combined_times(conditions, ranged))


def _conditions(key: _Key, value: str, options: _Options) -> Iterator[Condition]:
    """What a value asks for; an empty one matches everything (PS3.4: C.2.2.2.3)."""
    tests: Iterable[Test] = ()
    if value == _EMPTY and options.empty:
        tests = (Absent(),)
    elif value.strip("*"):
        tests = _tests(key, value, options)
    yield from (Condition(level=level_of(key.root), path=key.path, test=test) for test in tests)


def _tests(key: _Key, value: str, options: _Options) -> Iterable[Test]:
    if key.vr == "PN" and options.fuzzy:
        return _words(value)
    if key.vr in _READERS:
        return (_READERS[key.vr](key, value),)
    if key.vr not in _TEXT and key.vr != "PN":
        raise Refused(400, f"{key.name} has a value of kind {key.vr}, which cannot be searched for")
    separator = r"[,\\]" if _is_list(key) else r"\\"
    values = re.split(separator, value) if options.many or _is_list(key) else [value]
    folded = [fold_name(each) if key.vr == "PN" else fold(key.vr, each) for each in values if each]
    wild = any("*" in each or "?" in each for each in folded)
    return (Like(tuple(folded)) if wild else OneOf(tuple(folded)),)


def _words(value: str) -> Iterator[Test]:
    """Each word begins a word of the name (PS3.18: 8.3.4.2)."""
    for word in re.split(r"[\s^=,]+", fold_name(value)):
        if word:
            start = word.rstrip("*") + "*"
            yield Like((start, *(f"*{sign}{start}" for sign in _BETWEEN_WORDS)))


def _uids(key: _Key, value: str) -> Test:
    uids = [uid.strip() for uid in re.split(r"[,\\]", value) if uid.strip()]
    for uid in uids:
        if not is_uid(uid):
            raise Refused(400, f"{key.name}={uid[:80]!r} is not a UID")
    return OneOf(tuple(uids))


def _range(key: _Key, value: str, read: Callable[[str, bool], str | None]) -> Test:
    """`a`, `a-b`, `a-` or `-b`; `read` is told whether it is the end of a range that it reads."""
    first, dash, last = value.strip().partition("-")
    low = read(first, False) if first or not dash else ""
    high = read(last if dash else first, True) if last or not dash else _LAST
    if low is None or high is None or not (first or last):
        raise Refused(400, f"{key.name}={value[:80]!r} is neither a {_NAMES[key.vr]} nor a range of them")
    return Between(low, high)


def _date(text: str, _late: bool) -> str | None:
    found = _DATE.fullmatch(text)
    try:
        if found is not None:
            date(*map(int, found.groups()))
    except ValueError:
        return None
    return text if found else None


def _time(text: str, late: bool) -> str | None:
    """A time with all digits; what it does not say is any, so at the end of a range the latest."""
    return full_time(text, _LATEST) if late else full_time(text)


def _number(key: _Key, value: str) -> Test:
    try:
        float(value)
    except ValueError:
        raise Refused(400, f"{key.name}={value[:80]!r} is not a number") from None
    return OneOf((fold(key.vr, value),))


_NAMES: Final = {"DA": "date, YYYYMMDD,", "TM": "time, HHMMSS.FFFFFF or its beginning,"}
_READERS: Final[Mapping[str, Callable[[_Key, str], Test]]] = {
    "UI": _uids,
    "DA": lambda key, value: _range(key, value, _date),
    "TM": lambda key, value: _range(key, value, _time),
    **dict.fromkeys(_NUMBER, _number),
}
"""What is made of a value that has a form of its own, by VR."""


def _with_combined_times(conditions: Sequence[Condition], ranged: set[str]) -> Iterator[Condition]:
    """Ranges of a date and of its time as one range, from moment to moment (PS3.18: 8.3.4.1)."""
    pairs = {day: time for day, time in DATE_AND_TIME.items() if {day, time} <= ranged}
    joined = {*pairs, *pairs.values()}
    yield from (each for each in conditions if each.path not in joined)
    by_path = {each.path: each for each in conditions}
    yield from (_combined(by_path[day], by_path[time]) for day, time in pairs.items())


def _combined(day: Condition, time: Condition) -> Condition:
    days, times = day.test, time.test
    if not (isinstance(days, Between) and isinstance(times, Between)):
        raise TypeError("only ranges are combined")
    low = days.low + (times.low or "0" * len(_LATEST)) if days.low else ""
    late = _LATEST if times.high == _LAST else times.high
    high = days.high if days.high == _LAST else days.high + late
    return Condition(level=day.level, path=f"{day.path}+{time.path}", test=Between(low, high))
