"""A DICOM object as its elements, sequences below the element that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xdsi_sim.content import Content
from xdsi_sim.inspector.views.rows import LARGEST, Row, Rows

__all__ = ["rows"]

_MOST: Final = 3_000
"""Elements that are shown."""
_LONGEST: Final = 300
"""Characters of a value."""


def rows(content: Content) -> Rows:
    """Tag, kind, name and value of each element, those of the file's own header first."""
    from xdsi_sim.dicom.part10 import read_leniently  # noqa: PLC0415  brings pydicom

    if content.size > LARGEST:
        return Rows(notes=(f"not read: it is larger than {LARGEST:,} octets",))
    try:
        dataset, problems = read_leniently(content)
    except OSError as error:
        return Rows(notes=(f"it cannot be read: {error.strerror or error}",))
    found: list[Row] = []
    notes = list(problems)
    if dataset is not None:
        for elements in (dataset.file_meta, dataset):
            notes += _gather(elements, found)
    return Rows(columns=("Tag", "VR", "Name", "Value"), rows=tuple(found), notes=tuple(notes))


def _gather(elements: Any, found: list[Row]) -> Iterator[str]:
    """Adds rows; gives what the reader must know."""
    try:
        for row in _rows(elements, 0):
            if len(found) >= _MOST:
                yield f"only the first {_MOST:,} elements are shown"
                return
            found.append(row)
    except Exception as error:  # noqa: BLE001  values are read when they are looked at, and each can fail
        yield f"what follows cannot be read: {error}"


def _rows(elements: Any, depth: int) -> Iterator[Row]:
    for element in elements:
        tag = f"({element.tag.group:04X},{element.tag.element:04X})"
        is_sequence = str(element.VR) == "SQ"
        items = element.value if is_sequence else ()
        value = f"{len(items)} item{'' if len(items) == 1 else 's'}" if is_sequence else _value(element)
        yield Row(depth, (tag, str(element.VR), str(element.name), value))
        for number, item in enumerate(items, start=1):
            yield Row(depth + 1, (f"item {number}", "", "", ""))
            yield from _rows(item, depth + 2)


def _value(element: Any) -> str:
    value = element.value
    if isinstance(value, bytes):
        return f"{len(value):,} octets" if len(value) > 16 else value.hex(" ")
    text = "" if value is None else str(value)
    rest = len(text) - _LONGEST
    return text if rest <= 0 else f"{text[:_LONGEST]} … {rest:,} more characters"
