"""Codes and media types against the sets of the affinity domain. The subject is one submission.

A submission that comes without sets is held against none: then codes are free. Display names are never
compared: a registry must not constrain them (ITI TF-2: 3.42.4.1.3.3.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import MIME_TYPE
from xdsi_sim.ebrim.model import Code, DocumentEntry, MetadataObject
from xdsi_sim.errors import Severity
from xdsi_sim.rules.code_sets import CodeSets, coding_scheme
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.rules.walks import codes_of

__all__: list[str] = []

_HINTED: Final = 20
"""Violations of a message that tell what may have been meant: to compare texts thousands of times is slow."""


@rule("D27", cites="ITI TF-2: 3.42.4.1.3.3.4")
def mime_type_is_one_of_the_affinity_domain(submission: Submission) -> Iterator[Violation]:
    """A mimeType is type/subtype, and one of those that the affinity domain takes."""
    against = _Against.sets_of(submission)
    for entry in submission.objects.documentEntries:
        if entry.mimeType is not None and not MIME_TYPE.fullmatch(entry.mimeType):
            yield Violation.of(entry, "mimeType", "mimeType is not type/subtype")
        elif entry.mimeType is not None and against is not None:
            yield from against.text(entry, "mimeType", entry.mimeType)


@rule("D28", cites="ITI TF-2: 3.42.4.1.3.3.3")
def codes_are_of_the_affinity_domain(submission: Submission) -> Iterator[Violation]:
    """A code with its coding scheme is one of those that the affinity domain takes in that attribute.

    So is a languageCode. A coding scheme in another form than the OID weighs no more than a warning:
    queries for the OID do not find it.
    """
    against = _Against.sets_of(submission)
    if against is None:
        return
    for value in submission.objects.objects():
        for attribute, code in codes_of(value):
            yield from against.code(value, attribute, code)
    for entry in submission.objects.documentEntries:
        if entry.languageCode:
            yield from against.text(entry, "languageCode", entry.languageCode)


class _Against:
    """The sets that one message is held against."""

    __slots__ = ("_hints", "_sets")

    def __init__(self, sets: CodeSets) -> None:
        self._sets = sets
        self._hints = _HINTED

    @classmethod
    def sets_of(cls, submission: Submission) -> _Against | None:
        """The sets of a submission's domain; None where it has none."""
        return None if submission.codes is None else cls(submission.codes)

    def code(self, value: MetadataObject, attribute: str, code: Code) -> tuple[Violation, ...]:
        """What is wrong with a code; one without code or scheme is left to C16 and C17."""
        allowed = self._sets.by_attribute.get(attribute)
        if allowed is None or (code.code, code.codingScheme) in allowed:
            return ()
        if not code.code or not code.codingScheme:
            return ()
        given, scheme = f"{code.code}^^{code.codingScheme}", coding_scheme(code.codingScheme)
        if (code.code, scheme) in allowed:
            text = f"codingScheme of {attribute} is not written as {scheme}"
            return (Violation(text, value.entryUUID, attribute, given, severity=Severity.WARNING),)
        hint = self._hint(attribute, code.code, str(code.displayName or ""))
        text = f"{attribute} is none of the affinity domain's codes{hint}"
        return (Violation(text, value.entryUUID, attribute, given, severity=self._sets.severity),)

    def text(self, entry: DocumentEntry, attribute: str, text: str) -> tuple[Violation, ...]:
        """What is wrong with a value that has no coding scheme."""
        allowed = self._sets.by_attribute.get(attribute)
        if allowed is None or (text.lower(), "") in allowed:
            return ()
        found = f"{attribute} is none of the affinity domain's{self._hint(attribute, text)}"
        return (Violation(found, entry.entryUUID, attribute, text, severity=self._sets.severity),)

    def _hint(self, attribute: str, code: str, display: str = "") -> str:
        if not self._hints:
            return ""
        self._hints -= 1
        return f", {self._sets.hint(attribute, code, display)}"
