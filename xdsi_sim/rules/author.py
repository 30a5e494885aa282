"""Authors of a DocumentEntry or SubmissionSet (ITI TF-3: 4.2.3.1.4). The subject is the object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry, SubmissionSet
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.walks import extra_slots

__all__: list[str] = []

_SOMEBODY: Final = ("authorPerson", "authorInstitution", "authorTelecommunication")


@rule("D20", cites="ITI TF-3: 4.2.3.1.4")
def author_is_somebody(value: DocumentEntry | SubmissionSet) -> Iterator[Violation]:
    """An author has a person, an institution or a telecommunication address."""
    for author in value.author:
        if author.authorPerson or author.authorInstitution or author.authorTelecommunication:
            continue
        if not any(slot.name in _SOMEBODY for slot in author.extra):  # there, but D21 or C21 has it
            yield Violation("author has no person, institution or telecommunication", attribute="author")


@rule("D21", cites="ITI TF-3: 4.2.3.1.4.2", of_extras=True)
def author_is_one_person(value: DocumentEntry | SubmissionSet) -> Iterator[Violation]:
    """An author has at most one authorPerson; further persons are further authors."""
    for author in value.author:
        for slot in extra_slots(author):
            if slot.name == "authorPerson" and len(slot.values) > 1:
                yield Violation(
                    f"authorPerson has {len(slot.values)} values, at most one is expected",
                    attribute="authorPerson",
                    value=", ".join(slot.values),
                )
