"""How values are compared in a search: the same folding for what is stored and for what is asked.

Names are compared without case and accents, each component group by itself; times with all their digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from xdsi_sim.dicom.attributes import DicomJson
from xdsi_sim.dicom.levels import DATE_AND_TIME

__all__ = ["Term", "fold", "fold_name", "full_time", "terms_of"]

_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_TIME: Final = re.compile(r"([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.([0-9]{1,6}))?)?)?")
_LONGEST: Final = 1024
"""Characters of a value up to which it can be searched for."""


class Term(NamedTuple):
    """One value of one attribute, as it is compared."""

    path: str
    """Tag, or tags joined by dots; of a date with its time, both joined by a plus sign."""
    item: int
    """Number of the item of the outermost sequence; 0 outside of sequences."""
    value: str


def fold_name(text: str) -> str:
    """A person name, or a group of its components, without case, accents and trailing delimiters."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare).upper().rstrip("^= ").strip()


def full_time(text: str, missing: str = "000000000000") -> str | None:
    """A time with all twelve digits, those that it lacks taken from `missing`; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    digits = f"{hour}{minute or ''}{second or ''}{fraction or ''}"
    return digits + missing[len(digits) :]


def fold(vr: str, value: Any) -> str:
    """One value that is no person name."""
    text = str(value).strip(" \0")
    if vr == "TM":
        return full_time(text) or text
    if vr in _NUMBERS:
        return _number(text)
    return text


_NUMBERS: Final = frozenset({"IS", "DS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"})


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def terms_of(attributes: DicomJson) -> Iterator[Term]:
    """What can be searched for in a data set; binary values and very long ones cannot."""
    yield from _terms(attributes, "", 0)
    for date, time in DATE_AND_TIME.items():
        days, times = ([term.value for term in _of(attributes, tag)] for tag in (date, time))
        yield from (Term(f"{date}+{time}", 0, day + at) for day, at in zip(days[:1], times[:1], strict=False))


def _terms(attributes: DicomJson, above: str, item: int) -> Iterator[Term]:
    for tag, attribute in attributes.items():
        if attribute["vr"] != "SQ":
            yield from (Term(above + term.path, item, term.value) for term in _of(attributes, tag))
            continue
        for number, member in enumerate(attribute.get("Value", ()), start=1):
            yield from _terms(member or {}, f"{above}{tag}.", item or number)


def _of(attributes: DicomJson, tag: str) -> Iterator[Term]:
    """The terms of an attribute that is no sequence."""
    attribute = attributes.get(tag, {})
    vr = attribute.get("vr")
    for value in attribute.get("Value", ()):
        if vr == "PN":
            yield from (Term(tag, 0, text) for text in _names(value or {}))
        elif value not in (None, "") and len(str(value)) <= _LONGEST:
            yield Term(tag, 0, fold(vr, value))


def _names(name: dict[str, str]) -> Iterator[str]:
    """Each component group, and all of them in one line where there are several."""
    groups = [fold_name(name.get(group, "")) for group in _GROUPS]
    yield from filter(None, groups)
    if sum(map(bool, groups)) > 1:
        yield "=".join(groups).rstrip("=")
