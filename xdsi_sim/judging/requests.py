"""What a request is held against where nobody serves it: all that it tells by itself.

What only a registry or a repository knows is left out, and so are the rules about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from xdsi_sim.actors.provided import Provided
from xdsi_sim.errors import Finding
from xdsi_sim.judging.manifests import check_manifests
from xdsi_sim.messages.community import targets_of
from xdsi_sim.messages.discovery import DiscoveryRequest
from xdsi_sim.messages.imaging import RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.patient_feed import PatientFeed
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.rules.discovery import check_discovery
from xdsi_sim.rules.gateway import CommunityProvision, CommunityQuery, CommunityRetrieve
from xdsi_sim.rules.patient_feed import FedMessage, check_feed
from xdsi_sim.rules.protocol import finding
from xdsi_sim.rules.query import STORED_QUERY
from xdsi_sim.rules.registry import Place, Verdict, judge, rules
from xdsi_sim.rules.removal import DocumentRemoval, Fate, check_document_removals, check_removal
from xdsi_sim.rules.selection import Query
from xdsi_sim.rules.transactions import RULESETS, check_provision, check_registration

__all__ = ["Found", "check_request", "found_in"]

Found = tuple[Finding, Place | None]
"""A finding and where its rule says that it is."""

_QUERIES: Final = {"ITI-38": "ITI-18"}
_PROVIDED: Final = "ITI-41"
_OF_THE_DOMAIN: Final = "2.999"  # stands for the authority that a registry fills in (rule K04)


def found_in(verdict: Verdict) -> Iterator[Found]:
    """The findings of a verdict with their places."""
    return zip(verdict.findings, verdict.places, strict=True)


def check_request(transaction: str, value: Any, *, strict: bool, whole: bool) -> Iterator[Found]:
    """All that is wrong with a request value; `whole`: its documents are all there."""
    for type_, check in _CHECKS.items():
        if isinstance(value, type_):
            yield from check(transaction, value, strict, whole)


def _submission(
    transaction: str, value: SubmitObjectsRequest, _strict: bool, _whole: bool
) -> Iterator[Found]:
    return found_in(
        check_registration(value, transaction=transaction if transaction in RULESETS else "ITI-42")
    )


def _provision(
    transaction: str, value: ProvideAndRegisterDocumentSetRequest, strict: bool, whole: bool
) -> Iterator[Found]:
    name = transaction if transaction in RULESETS else _PROVIDED
    told = list(_submission(name, value.submission, strict, whole))
    if whole:
        provided = Provided.of(value)
        verdict = check_provision(value.submission, provided.objects, provided.prints)
        told = [*(one for one in found_in(verdict) if one not in told), *told, *check_manifests(value)]
    yield from told
    if transaction == "ITI-80":
        subject = CommunityProvision(homes=targets_of(value.submission))
        yield from found_in(judge([(subject, rules("G21"))]))


def _query(transaction: str, value: AdhocQueryRequest, strict: bool, _whole: bool) -> Iterator[Found]:
    query = Query.of(value, _QUERIES.get(transaction, transaction), strict=strict)
    yield from found_in(judge([(query, STORED_QUERY)]))
    if transaction in _QUERIES:
        yield from found_in(judge([(CommunityQuery(request=value), rules("I28"))]))


def _retrieve(
    transaction: str, value: RetrieveDocumentSetRequest, _strict: bool, _whole: bool
) -> Iterator[Found]:
    for item in value.requests:
        yield from _incomplete(item.missing, item)
    yield from _communities(transaction, value.requests)


def _imaging(
    transaction: str, value: RetrieveImagingDocumentSetRequest, _strict: bool, _whole: bool
) -> Iterator[Found]:
    for item in value.requests:
        yield from _incomplete(item.missing, item.document)
    yield from _communities(transaction, tuple(item.document for item in value.requests))


def _incomplete(missing: str | None, item: DocumentRequest) -> Iterator[Found]:
    if missing is not None:
        text = f"{missing} of a DocumentRequest is missing"
        id = item.documentUniqueId or None
        yield finding("H01", text, id), Place(id, None if id else "DocumentRequest", None)


def _communities(transaction: str, items: tuple[DocumentRequest, ...]) -> Iterator[Found]:
    if transaction in ("ITI-39", "RAD-75"):
        documents = tuple((item.homeCommunityId, item.documentUniqueId) for item in items)
        yield from found_in(judge([(CommunityRetrieve(documents=documents), rules("H15"))]))


def _removal(_transaction: str, value: RemoveObjectsRequest, strict: bool, _whole: bool) -> Iterator[Found]:
    return found_in(check_removal(value, strict=strict))


def _documents_removal(
    _transaction: str, value: RemoveDocumentsRequest, _strict: bool, _whole: bool
) -> Iterator[Found]:
    removals = (
        DocumentRemoval(request=item, repositoryUniqueId=item.repositoryUniqueId, fate=Fate.REMOVED)
        for item in value.requests  # wherever they are kept
    )
    return found_in(check_document_removals(tuple(removals)))


def _feed(_transaction: str, value: PatientFeed, _strict: bool, _whole: bool) -> Iterator[Found]:
    named = any(id.root for id in (*value.patientIds, *value.subsumedIds))
    message = FedMessage(feed=value, authority=None if named else _OF_THE_DOMAIN)
    known = {id: id for id in (*message.ids, *message.subsumed)}  # nothing is told of a registry's patients
    return found_in(check_feed(replace(message, patients=known)))


def _discovery(_transaction: str, value: DiscoveryRequest, _strict: bool, _whole: bool) -> Iterator[Found]:
    return found_in(check_discovery(value))


_CHECKS: Final[dict[type, Callable[[str, Any, bool, bool], Iterator[Found]]]] = {
    SubmitObjectsRequest: _submission,
    ProvideAndRegisterDocumentSetRequest: _provision,
    AdhocQueryRequest: _query,
    RetrieveDocumentSetRequest: _retrieve,
    RetrieveImagingDocumentSetRequest: _imaging,
    RemoveObjectsRequest: _removal,
    RemoveDocumentsRequest: _documents_removal,
    PatientFeed: _feed,
    DiscoveryRequest: _discovery,
}
"""What is looked at in which value; a transaction with a value of its own adds a row."""
