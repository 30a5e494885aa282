"""Submissions that somebody has saved as XML: what their codes lack, each with its line.

The rules of codes alone; what else is wrong with a submission is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.tables import KINDS, Form
from xdsi_sim.ebrim.xml import Element, line_of
from xdsi_sim.errors import Severity
from xdsi_sim.messages.submit import SubmitObjectsRequest, read_submit_objects
from xdsi_sim.rules.code_sets import CodeSets
from xdsi_sim.rules.registry import Rule, Violation, rules
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.rules.transactions import RULESETS
from xdsi_sim.vocab import NS

__all__ = ["Stray", "strays", "submissions_in"]

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


def submissions_in(root: Element) -> tuple[SubmitObjectsRequest, ...]:
    """The submissions of a saved message, whatever stands around them: an envelope, an ITI-41."""
    return tuple(read_submit_objects(element) for element in root.iter(_SUBMISSION))


def strays(request: SubmitObjectsRequest, codes: CodeSets) -> Iterator[Stray]:
    """Each code of a submission that breaks a rule of codes."""
    subject = Submission.of(request, column=_COLUMN, codes=codes)
    pairs = [(subject, _OF_SUBMISSIONS), *((value, _OF_OBJECTS) for value in request.objects.objects())]
    for held, its_rules in pairs:
        for rule in its_rules:
            for violation in rule.check(held):
                yield _stray(request, held, rule, violation)


def _stray(request: SubmitObjectsRequest, held: object, rule: Rule, violation: Violation) -> Stray:
    location = violation.location or getattr(held, "entryUUID", None)
    return Stray(
        line=_line(request.element, location, violation),
        rule=rule.id,
        severity=violation.severity or rule.severity,
        object=location,
        attribute=violation.attribute,
        value=violation.value,
        text=violation.text,
    )


def _line(submission: Element, location: str | None, violation: Violation) -> int | None:
    """Where the code stands, or else its object."""
    key = _KEYS.get(violation.attribute or "")
    code = (violation.value or "").partition("^^")[0]
    owner = next((element for element in submission.iter() if element.get("id") == location), None)
    for element in submission.iter(_CLASSIFICATION, _SLOT):
        named = key in {element.get("classificationScheme"), element.get("name")}
        owned = element.getparent() is owner or element.get("classifiedObject") == location
        if named and owned and element.get("nodeRepresentation", code) == code:
            return line_of(element)
    return None if owner is None else line_of(owner)
