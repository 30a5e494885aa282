"""A structured report as text for people: its content tree, item by item (PS3.3: C.17.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from xdsi_sim.dicom.attributes import DicomJson
from xdsi_sim.ebrim.xml import escape

__all__ = ["is_report", "to_html", "to_text"]

_CONTENT: Final = "0040A730"
_DEEPEST: Final = 100


def is_report(instance: DicomJson) -> bool:
    """Whether the object has a content tree."""
    return _CONTENT in instance


def to_html(instance: DicomJson) -> str:
    """A page without anything that has to be loaded."""
    facts = "".join(f"<p>{escape(label)}: {escape(value)}</p>" for label, value in _facts(instance))
    title = escape(_meaning(instance, "0040A043") or "Report")
    return (
        f'<!DOCTYPE html><html><head><meta charset="UTF-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{facts}{_list(instance, 0)}</body></html>\n"
    )


def _list(item: DicomJson, depth: int) -> str:
    members = "".join(
        f"<li>{_labelled(member)}{_list(member, depth + 1)}</li>" for member in _members(item, depth)
    )
    return f"<ul>{members}</ul>" if members else ""


def _labelled(item: DicomJson) -> str:
    label, value = _meaning(item, "0040A043"), _value(item)
    return (f"<b>{escape(label)}</b> " if label else "") + escape(value)


def to_text(instance: DicomJson) -> str:
    """Lines, the deeper items further to the right."""
    facts = [f"{label}: {value}" for label, value in _facts(instance)]
    return "\n".join([_meaning(instance, "0040A043") or "Report", *facts, "", *_lines(instance, 0)]) + "\n"


def _lines(item: DicomJson, depth: int) -> Iterator[str]:
    for member in _members(item, depth):
        label, value = _meaning(member, "0040A043"), _value(member)
        yield "  " * depth + ": ".join(filter(None, (label, value)))
        yield from _lines(member, depth + 1)


def _members(item: DicomJson, depth: int) -> list[DicomJson]:
    found = item.get(_CONTENT, {}).get("Value", ()) if depth < _DEEPEST else ()
    return [member for member in found if member]


def _facts(instance: DicomJson) -> Iterator[tuple[str, str]]:
    for label, tag in (("Patient", "00100010"), ("Patient ID", "00100020"), ("Date", "00080023")):
        if value := _text(instance, tag):
            yield label, value


def _text(item: DicomJson, tag: str) -> str:
    values = item.get(tag, {}).get("Value") or [""]
    value = values[0]
    return str(next(iter(value.values()), "") if isinstance(value, Mapping) else value or "")


def _inside(item: DicomJson, tag: str) -> DicomJson:
    found: DicomJson = (item.get(tag, {}).get("Value") or [{}])[0] or {}
    return found


def _meaning(item: DicomJson, tag: str) -> str:
    return _text(_inside(item, tag), "00080104")


def _number(item: DicomJson) -> str:
    measured = _inside(item, "0040A300")
    return f"{_text(measured, '0040A30A')} {_meaning(measured, '004008EA')}".strip()


def _reference(item: DicomJson) -> str:
    return _text(_inside(item, "00081199"), "00081155")


_READ: Final[Mapping[str, Callable[[DicomJson], str]]] = {
    "TEXT": lambda item: _text(item, "0040A160"),
    "CODE": lambda item: _meaning(item, "0040A168"),
    "NUM": _number,
    "DATE": lambda item: _text(item, "0040A121"),
    "TIME": lambda item: _text(item, "0040A122"),
    "DATETIME": lambda item: _text(item, "0040A120"),
    "PNAME": lambda item: _text(item, "0040A123"),
    "UIDREF": lambda item: _text(item, "0040A124"),
    "IMAGE": _reference,
    "COMPOSITE": _reference,
    "WAVEFORM": _reference,
}
"""The value of a content item, by its type; containers have none."""


def _value(item: DicomJson) -> str:
    read = _READ.get(_text(item, "0040A040"))
    return read(item) if read is not None else ""
