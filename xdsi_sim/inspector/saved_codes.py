"""Submissions that somebody has saved: what their codes lack, each with its line.

The rules of codes alone; what else is wrong with a submission is not looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xdsi_sim.ebrim.tables import KINDS, Form
from xdsi_sim.ebrim.xml import Element, line_of
from xdsi_sim.errors import Severity, UsageError
from xdsi_sim.judging.judged import judge_message
from xdsi_sim.messages.submit import SubmitObjectsRequest, read_submit_objects
from xdsi_sim.rules.code_sets import CodeSets
from xdsi_sim.rules.registry import rules
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.rules.transactions import RULESETS
from xdsi_sim.soap.saved import Unrecognised, read_saved
from xdsi_sim.topology.xml_file import read_xml
from xdsi_sim.vocab import NS

__all__ = ["Stray", "strays", "strays_of_file", "submissions_in"]

_SUBMISSION: Final = f"{{{NS.LCM}}}SubmitObjectsRequest"
_CLASSIFICATION: Final = f"{{{NS.RIM}}}Classification"
_SLOT: Final = f"{{{NS.RIM}}}Slot"
_COLUMN: Final = RULESETS["ITI-42"].column
_OF_OBJECTS: Final = rules("C16", "C17", "C18")
_OF_SUBMISSIONS: Final = rules("D27", "D28")
_KEYS: Final = {
    attr.name: attr.key
    for kind in KINDS.values()
    for attr in kind.attrs
    if attr.form in (Form.CODE, Form.SLOT)
}
"""classificationScheme or slot name of an attribute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """One code that is not as it should be, and where it stands."""

    line: int | None
    rule: str
    severity: Severity
    object: str | None
    """Id of the object that has it."""
    attribute: str | None
    value: str | None
    text: str


def strays_of_file(path: Path, codes: CodeSets) -> list[Stray]:
    """All that is wrong with the codes of one file, XML or a capture of HTTP, in the order of its lines.

    Raises UsageError where it cannot be read, or holds no submission.
    """
    root, before = _saved_root(path)
    requests = submissions_in(root)
    if not requests:
        raise UsageError("no SubmitObjectsRequest is in the file", file=str(path))
    found = (
        replace(stray, line=None if stray.line is None else stray.line + before)
        for request in requests
        for stray in strays(request, codes)
    )
    return sorted(found, key=lambda stray: stray.line or 0)


def _saved_root(path: Path) -> tuple[Element, int]:
    """The XML of a file, and how many lines of the file are before it."""
    try:
        data = path.read_bytes()
        saved = read_saved(data)
    except (OSError, Unrecognised):
        return read_xml(path), 0  # which says what is wrong
    if not saved.packaged:
        return read_xml(path), 0
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as folder:
        judged = judge_message(saved, Path(folder))
    if judged.body is None:
        raise UsageError(judged.found[0][0].text, file=str(path))
    return judged.body, data.count(b"\n", 0, max(0, data.find(judged.root)))


def submissions_in(root: Element) -> tuple[SubmitObjectsRequest, ...]:
    """The submissions of a saved message, whatever stands around them: an envelope, an ITI-41."""
    return tuple(read_submit_objects(element) for element in root.iter(_SUBMISSION))


def strays(request: SubmitObjectsRequest, codes: CodeSets) -> Iterator[Stray]:
    """Each code of a submission that breaks a rule of codes."""
    subject = Submission.of(request, column=_COLUMN, codes=codes)
    pairs = [(subject, _OF_SUBMISSIONS), *((value, _OF_OBJECTS) for value in request.objects.objects())]
    places = _Places.of(request.element)
    for held, its_rules in pairs:
        for rule in its_rules:
            for violation in rule.check(held):
                object_ = violation.location or getattr(held, "entryUUID", None) or None
                yield Stray(
                    line=places.line(object_, violation.attribute, violation.value),
                    rule=rule.id,
                    severity=violation.severity or rule.severity,
                    object=object_,
                    attribute=violation.attribute,
                    value=violation.value,
                    text=violation.text,
                )


@dataclass(frozen=True, slots=True)
class _Places:
    """The elements of a submission by the id of the object that they are, or belong to."""

    objects: Mapping[str | None, Element]
    parts: Mapping[str | None, list[Element]]

    @classmethod
    def of(cls, submission: Element) -> _Places:
        """Those of a SubmitObjectsRequest."""
        parts: dict[str | None, list[Element]] = {}
        for part in submission.iter(_CLASSIFICATION, _SLOT):
            parent = part.getparent()
            inside = None if parent is None else parent.get("id")
            parts.setdefault(inside or part.get("classifiedObject"), []).append(part)
        return cls({element.get("id"): element for element in submission.iter() if element.get("id")}, parts)

    def line(self, object_: str | None, attribute: str | None, value: str | None) -> int | None:
        """Where the value of the attribute stands, or else its object; None where no id leads there."""
        key, code = _KEYS.get(attribute or ""), (value or "").partition("^^")[0]
        for part in self.parts.get(object_, ()):
            named = key is not None and key in {part.get("classificationScheme"), part.get("name")}
            if named and part.get("nodeRepresentation", code) == code:
                return line_of(part)
        return line_of(self.objects[object_]) if object_ in self.objects else None
