"""What a consumer holds a delivered document against, where it may be made on demand (ITI TF-2: 3.43)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Severity
from xdsi_sim.messages.retrieve import DocumentResponse
from xdsi_sim.rules.registry import Verdict, Violation, judge, rule, rules
from xdsi_sim.vocab import ON_DEMAND

__all__ = ["NEW_IDS", "Delivery", "check_delivery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A document that came, and the entry by which it was asked for."""

    entry: DocumentEntry
    response: DocumentResponse

    @property
    def on_demand(self) -> bool:
        """Whether the document was to be made for this request."""
        return self.entry.objectType == ON_DEMAND

    def new_ids(self) -> tuple[tuple[str, str | None], ...]:
        """The elements that tell where the document has come to be, by name."""
        return (
            ("NewRepositoryUniqueId", self.response.newRepositoryUniqueId),
            ("NewDocumentUniqueId", self.response.newDocumentUniqueId),
        )


@rule("H13", cites="ITI TF-2: 3.43.4.2.2", code=None)
def document_made_on_demand_has_a_new_id(delivery: Delivery) -> Iterator[Violation]:
    """A document made on demand has a NewDocumentUniqueId, which is not the id that was asked for.

    Whether it is kept somewhere, and so has a NewRepositoryUniqueId, only its source knows.
    """
    asked, given = delivery.response.request.documentUniqueId, delivery.response.newDocumentUniqueId
    if not delivery.on_demand:
        return
    if given is None:
        yield _violation(delivery, "NewDocumentUniqueId is missing", "NewDocumentUniqueId", None)
    elif given == asked:
        yield _violation(delivery, "NewDocumentUniqueId is the id asked for", "NewDocumentUniqueId", given)
    for name, value in delivery.new_ids():
        if value == "":
            yield _violation(delivery, f"{name} is empty", name, None)


@rule("H14", cites="ITI TF-2: 3.43.4.2.2", code=None, severity=Severity.WARNING)
def stable_document_has_no_new_id(delivery: Delivery) -> Iterator[Violation]:
    """A Stable document is delivered without NewRepositoryUniqueId and NewDocumentUniqueId."""
    if delivery.on_demand:
        return
    for name, value in delivery.new_ids():
        if value is not None:
            yield _violation(delivery, f"{name} is given for a Stable document", name, value)


def _violation(delivery: Delivery, text: str, attribute: str, value: str | None) -> Violation:
    location = delivery.response.request.documentUniqueId
    return Violation(text, location=location, attribute=attribute, value=value)


def check_delivery(entry: DocumentEntry, response: DocumentResponse) -> Verdict:
    """All that is wrong with one delivered document, beside what its entry says."""
    return judge([(Delivery(entry=entry, response=response), NEW_IDS)])


NEW_IDS: Final = rules("H13", "H14")
"""The rules of what a delivered document is called."""
