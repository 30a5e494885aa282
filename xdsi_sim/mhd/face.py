"""What all parts of the face need: the actors behind it, its address, and how flows are performed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from xdsi_sim.actors.document_responder import DocumentResponder
from xdsi_sim.actors.fhir_recipient import FhirRecipient
from xdsi_sim.actors.flow import Flow
from xdsi_sim.content import Content, read_all
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.fhir.elements import element_of
from xdsi_sim.fhir.identifiers import logical_id
from xdsi_sim.fhir.outcome import Issue, Rejected, issue_of
from xdsi_sim.fhir.submission import Domain
from xdsi_sim.limits import Limits
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.rules.catalogue import catalogue

__all__ = ["Face"]

Perform = Callable[[Flow[Any]], Any]
"""Runs a flow to its end, in the thread of the caller."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """The FHIR face of a community."""

    id: str
    base: str
    """Address, without a slash at its end."""
    title: str
    responder: DocumentResponder
    recipient: FhirRecipient | None
    """None where nobody takes documents."""
    domain: Domain
    perform: Perform
    limits: Limits = field(default_factory=Limits)
    strict: bool = False
    """Refuses parameters of searches that it does not understand."""

    @cached_property
    def cites(self) -> Mapping[str, str]:
        """Sections by the ids of rules."""
        return {id: entry.cites for id, entry in catalogue().items() if entry.cites}

    def issues(self, errors: tuple[RegistryError, ...], lists: Collection[str] = ()) -> tuple[Issue, ...]:
        """What SOAP answers say, for clients of FHIR; `lists` are the ids of the objects that are Lists."""
        where = partial(element_of, lists=lists)
        return tuple(issue_of(error, self.cites, where) for error in errors)

    def whole(self, content: Content) -> bytes:
        """All octets of what a resource is, or is to hold; raises Rejected (413) where they are too many."""
        if content.size > self.limits.fhir_body:
            text = f"{content.size} octets of FHIR exceed {self.limits.named('fhir_body')}"
            raise Rejected(Issue("too-long", text))
        return read_all(content)

    def document_url(self, entry: DocumentEntry) -> str:
        """Where a document is fetched: the ids of ITI-43 are in it, so that nobody is asked for them."""
        ids = {
            "repositoryUniqueId": entry.repositoryUniqueId,
            "uniqueId": entry.uniqueId,
            "homeCommunityId": entry.homeCommunityId,
        }
        query = urlencode({name: value for name, value in ids.items() if value})
        return f"{self.base}/Binary/{logical_id(entry.entryUUID)}?{query}"
