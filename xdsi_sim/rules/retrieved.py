"""What must hold of the answer to a retrieve: ITI-43, RAD-69 and their kin (ITI TF-2: 3.43.4.2).

H06 to H10 look at one answer; without its request they judge what the answer alone tells. H11 and H12 look
at one document beside the metadata by which it was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Severity
from xdsi_sim.messages.imaging import RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import ReportedError, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse
from xdsi_sim.rules.answer import ReceivedAnswer
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.vocab import FAILURE, PARTIAL_SUCCESS, SUCCESS

__all__ = ["DeliveredDocument"]

_CROSS_GATEWAY: Final = ("ITI-39", "RAD-75")
"""Transactions whose messages name a community with every document (ITI TF-2: 3.39.4.1.2)."""


def _asked(answer: ReceivedAnswer) -> tuple[DocumentRequest, ...]:
    """What was asked for; nothing where the request is not known."""
    request = answer.request
    if request is None:
        return ()
    if isinstance(request, RetrieveImagingDocumentSetRequest):
        return tuple(item.document for item in request.requests)
    return tuple(request.requests)


def _delivered(answer: ReceivedAnswer) -> tuple[DocumentResponse, ...]:
    return tuple(answer.value.documents)


def _ids(request: DocumentRequest) -> tuple[str, str]:
    return request.repositoryUniqueId, request.documentUniqueId


@rule("H06", cites="ITI TF-2: 3.43.4.2.2", code=None)
def home_community_is_echoed(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A DocumentResponse has the HomeCommunityId of its request, and between gateways always one."""
    asked = {_ids(request): request.homeCommunityId for request in _asked(answer)}
    for document in _delivered(answer):
        home, ids = document.request.homeCommunityId, _ids(document.request)
        expected = asked.get(ids)
        if home is None and (expected or answer.transaction in _CROSS_GATEWAY):
            yield _of(document, "has no HomeCommunityId", "HomeCommunityId")
        elif home is not None and expected is not None and home != expected:
            text = f"has not the HomeCommunityId of its request, {expected}"
            yield _of(document, text, "HomeCommunityId", home)
        elif home is not None and expected is None and ids in asked:
            text = "has a HomeCommunityId, its request has none"
            yield _of(document, text, "HomeCommunityId", home, Severity.WARNING)


def _of(
    document: DocumentResponse,
    text: str,
    attribute: str,
    value: str | None = None,
    severity: Severity | None = None,
) -> Violation:
    id = document.request.documentUniqueId
    return Violation(
        f"the DocumentResponse {text}", location=id, attribute=attribute, value=value, severity=severity
    )


@rule("H07", cites="ITI TF-2: 3.43.4.2.2", code=None)
def ids_are_echoed(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A DocumentResponse has the two ids by which its document was asked for."""
    asked = set(map(_ids, _asked(answer)))
    for document in _delivered(answer):
        for attribute, id in zip(
            ("RepositoryUniqueId", "DocumentUniqueId"), _ids(document.request), strict=True
        ):
            if not id:
                yield _of(document, f"has no {attribute}", attribute)
        if asked and all(_ids(document.request)) and _ids(document.request) not in asked:
            repository, id = _ids(document.request)
            text = f"is of a document that was not asked for in repository {repository}"
            yield _of(document, text, "DocumentUniqueId", id)


@rule("H08", cites="ITI TF-2: 3.43.5", code=None)
def every_document_is_answered(answer: ReceivedAnswer) -> Iterator[Violation]:
    """Each document asked for is delivered, or an error has its id as location."""
    delivered = {document.request.documentUniqueId for document in _delivered(answer)}
    imaging = isinstance(answer.request, RetrieveImagingDocumentSetRequest)
    homes = {request.documentUniqueId: request.homeCommunityId for request in _asked(answer)}
    for id, home in homes.items():
        told = (id, home) if imaging and home else (id,)
        if id not in delivered and not any(_is_about(error, *told) for error in answer.report.errors):
            text = "the document is neither delivered nor is its id the location of an error"
            yield Violation(text, location=id, attribute="DocumentUniqueId", value=id)
    nameless = "" in homes  # was asked for, so that no id could be told
    for number, error in enumerate(answer.report.errors, 1):
        if not error.location and not nameless:
            text = f"RegistryError {number} ({error.errorCode}) has no location, a DocumentUniqueId is due"
            yield Violation(text, attribute="location")


def _is_about(error: ReportedError, *ids: str) -> bool:
    """A gateway may add the homeCommunityId to the id, and no text says how.

    Of images it has that alone (RAD TF: 4.75.4.2.2), which comes to the consumer as it is.
    """
    return any(id in (error.location or "") for id in ids)


@rule("H09", cites="ITI TF-3: Table 4.2.4.2-4", code=None)
def status_fits_the_mix(answer: ReceivedAnswer) -> Iterator[Violation]:
    """PartialSuccess has documents and errors; a Success has documents."""
    status, documents = answer.report.status, _delivered(answer)
    if status == PARTIAL_SUCCESS and not (documents and answer.failed):
        expected = FAILURE if answer.failed else SUCCESS
        missing = "document" if answer.failed else "error"
        text = f"PartialSuccess without any {missing} is {status_name(expected)}"
        yield Violation(text, attribute="status", value=status)
    if status == SUCCESS and not documents and not answer.failed:
        yield Violation("the status is Success, and there is no document", attribute="status")


@rule("H10", cites="ITI TF-3: Table 4.2.4.2-4", code=None)
def failure_delivers_nothing(answer: ReceivedAnswer) -> Iterator[Violation]:
    """A Failure holds no DocumentResponse; with documents beside errors it is PartialSuccess."""
    if answer.report.status == FAILURE:
        for document in _delivered(answer):
            yield _of(document, "is in an answer whose status is Failure", "status", FAILURE)


# --- a document beside its metadata ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredDocument:
    """What came, and what was registered of it."""

    entry: DocumentEntry
    mimeType: str
    hash: str
    """SHA-1 of the octets, hex."""
    size: int
    """Octets."""

    @property
    def entryUUID(self) -> str:
        """Of the entry."""
        return self.entry.entryUUID


@rule("H11", cites="ITI TF-2: 3.43.4.2.3.2", code=None)
def document_is_the_registered_one(document: DeliveredDocument) -> Iterator[Violation]:
    """Hash and size of the octets are the registered ones, but for size 0, which is yet to be settled."""
    entry = document.entry
    if entry.size == "0":
        return
    for attribute, registered, received in (
        ("hash", (entry.hash or "").lower(), document.hash.lower()),
        ("size", entry.size or "", str(document.size)),
    ):
        if registered and registered != received:
            text = f"the {attribute} of the document is not the registered one, {registered}"
            yield Violation(text, attribute=attribute, value=received)


@rule("H12", cites="ITI TF-3: 4.2.3.2.15", code=None, severity=Severity.WARNING)
def media_type_is_the_registered_one(document: DeliveredDocument) -> Iterator[Violation]:
    """The mimeType of a document is the registered one."""
    registered = document.entry.mimeType
    if registered and registered.lower() != document.mimeType.lower():
        text = f"the mimeType of the document is not the registered one, {registered}"
        yield Violation(text, attribute="mimeType", value=document.mimeType)
