"""ITI-43 and the answer that RAD-69 shares with it (ITI TF-2: 3.43, RAD TF: 4.69)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.ebrim.xml import Element, escape, only_child
from xdsi_sim.errors import Finding, ProtocolViolation, XdsError
from xdsi_sim.messages.response import (
    RegistryError,
    RegistryResponse,
    read_registry_response,
    write_registry_response,
)
from xdsi_sim.messages.submit import Attach, ContentOf
from xdsi_sim.vocab import NS, SUCCESS

__all__ = [
    "DocumentRequest",
    "DocumentResponse",
    "RetrieveDocumentSetRequest",
    "RetrieveDocumentSetResponse",
    "incomplete",
    "read_document_request",
    "read_retrieve_request",
    "read_retrieve_response",
    "write_document_request",
    "write_retrieve_request",
    "write_retrieve_response",
]

_XDS: Final = f"{{{NS.XDS}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRequest:
    """One document asked for; ids without white space around them, empty where the element is absent."""

    repositoryUniqueId: str
    documentUniqueId: str
    homeCommunityId: str | None = None

    @property
    def missing(self) -> str | None:
        """The first element that must be there and is not, or is empty."""
        if not self.repositoryUniqueId:
            return "RepositoryUniqueId"
        return None if self.documentUniqueId else "DocumentUniqueId"


def incomplete(missing: str, location: str) -> XdsError:
    """What is told of a DocumentRequest that lacks an element or attribute (ITI TF-2: 3.43.5)."""
    return XdsError(
        f"{missing} of a DocumentRequest is missing; attribute={missing}; rule=H01", location=location or None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveDocumentSetRequest:
    """Documents asked for in one message."""

    requests: tuple[DocumentRequest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentResponse:
    """One document delivered."""

    request: DocumentRequest
    mimeType: str
    content: Content
    newRepositoryUniqueId: str | None = None
    """Where the document made on demand is kept, if it is (ITI TF-2: 3.43.4.2.2)."""
    newDocumentUniqueId: str | None = None
    """Id of the document made on demand (ITI TF-2: 3.43.4.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveDocumentSetResponse:
    """Status, errors, and the documents that could be delivered."""

    status: str = SUCCESS
    errors: tuple[RegistryError, ...] = ()
    documents: tuple[DocumentResponse, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    """For the log alone: what the actor found in the request, whether it is told or not."""


def read_retrieve_request(element: Element) -> RetrieveDocumentSetRequest:
    """From `xds:RetrieveDocumentSetRequest`; raises ProtocolViolation where no document is asked for."""
    requests = tuple(map(read_document_request, element.iterchildren(f"{_XDS}DocumentRequest")))
    if not requests:
        raise ProtocolViolation("RetrieveDocumentSetRequest holds no DocumentRequest", rule="H01")
    return RetrieveDocumentSetRequest(requests=requests)


def read_document_request(element: Element, namespace: str = NS.XDS) -> DocumentRequest:
    """From `xds:DocumentRequest`, or its look-alike in another namespace."""
    return DocumentRequest(
        homeCommunityId=_text(element, f"{{{namespace}}}HomeCommunityId"),
        repositoryUniqueId=_text(element, f"{{{namespace}}}RepositoryUniqueId") or "",
        documentUniqueId=_text(element, f"{{{namespace}}}DocumentUniqueId") or "",
    )


def _text(element: Element, child: str) -> str | None:
    found = only_child(element, child)
    return None if found is None else (found.text or "").strip()


def write_retrieve_request(request: RetrieveDocumentSetRequest) -> bytes:
    """`xds:RetrieveDocumentSetRequest`, complete in its namespace."""
    items = "".join(
        f"<xds:DocumentRequest>{write_document_request(item)}</xds:DocumentRequest>"
        for item in request.requests
    )
    return (
        f'<xds:RetrieveDocumentSetRequest xmlns:xds="{NS.XDS}">{items}</xds:RetrieveDocumentSetRequest>'
    ).encode()


def write_document_request(item: DocumentRequest) -> str:
    """The three ids in the schema's order; the caller writes the element and declares the prefix."""
    return (
        _write("HomeCommunityId", item.homeCommunityId)
        + _write("RepositoryUniqueId", item.repositoryUniqueId)
        + _write("DocumentUniqueId", item.documentUniqueId)
    )


def _write(element: str, text: str | None) -> str:
    return "" if text is None else f"<xds:{element}>{escape(text)}</xds:{element}>"


def read_retrieve_response(element: Element, content_of: ContentOf) -> RetrieveDocumentSetResponse:
    """From `xds:RetrieveDocumentSetResponse`."""
    status = only_child(element, f"{{{NS.RS}}}RegistryResponse")
    response = RegistryResponse(status="") if status is None else read_registry_response(status)
    return RetrieveDocumentSetResponse(
        status=response.status,
        errors=response.errors,
        documents=tuple(
            DocumentResponse(
                request=read_document_request(item),
                newRepositoryUniqueId=_text(item, f"{_XDS}NewRepositoryUniqueId"),
                newDocumentUniqueId=_text(item, f"{_XDS}NewDocumentUniqueId"),
                mimeType=_text(item, f"{_XDS}mimeType") or "",
                content=content_of(document),
            )
            for item in element.iterchildren(f"{_XDS}DocumentResponse")
            if (document := only_child(item, f"{_XDS}Document")) is not None
        ),
    )


def write_retrieve_response(response: RetrieveDocumentSetResponse, attach: Attach) -> tuple[bytes, ...]:
    """`xds:RetrieveDocumentSetResponse` in pieces, with its documents attached."""
    status = RegistryResponse(status=response.status, errors=response.errors)
    return (
        f'<xds:RetrieveDocumentSetResponse xmlns:xds="{NS.XDS}">'.encode(),
        write_registry_response(status),
        *(_write_document(document, attach) for document in response.documents),
        b"</xds:RetrieveDocumentSetResponse>",
    )


def _write_document(document: DocumentResponse, attach: Attach) -> bytes:
    head = (
        f"<xds:DocumentResponse>{write_document_request(document.request)}"
        f"{_write('NewRepositoryUniqueId', document.newRepositoryUniqueId)}"
        f"{_write('NewDocumentUniqueId', document.newDocumentUniqueId)}"
        f"{_write('mimeType', document.mimeType)}<xds:Document>"
    )
    return head.encode() + attach(document.content) + b"</xds:Document></xds:DocumentResponse>"
