"""Which reader and writer belong to each transaction: one table for server and client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from xdsi_sim.content import Segment
from xdsi_sim.ebrim.xml import Element
from xdsi_sim.errors import Finding
from xdsi_sim.messages.discovery import UNABLE, DiscoveryResponse
from xdsi_sim.messages.imaging import (
    RetrieveImagingDocumentSetRequest,
    read_imaging_request,
    write_imaging_request,
)
from xdsi_sim.messages.prpa import read_mcci, read_prpa, write_mcci, write_prpa
from xdsi_sim.messages.prpa_discovery import (
    header_of_discovery,
    read_discovery_request,
    read_discovery_response,
    with_header,
    write_discovery_request,
    write_discovery_response,
)
from xdsi_sim.messages.query import (
    AdhocQueryResponse,
    query_transaction,
    read_query_request,
    read_query_response,
    write_query_request,
    write_query_response,
)
from xdsi_sim.messages.remove import (
    read_remove_documents,
    read_remove_objects,
    write_remove_documents,
    write_remove_objects,
)
from xdsi_sim.messages.response import (
    RegistryError,
    RegistryResponse,
    read_registry_response,
    write_registry_response,
)
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
    read_retrieve_request,
    read_retrieve_response,
    write_retrieve_request,
    write_retrieve_response,
)
from xdsi_sim.messages.submit import (
    Attach,
    ContentOf,
    read_provide_and_register,
    read_submit_objects,
    submit_transaction,
    write_provide_and_register,
    write_submit_objects,
)
from xdsi_sim.rules.protocol import finding
from xdsi_sim.soap.inline import InlineCutter
from xdsi_sim.soap.mtom import NewCutter
from xdsi_sim.soap.objects import ObjectsCutter
from xdsi_sim.vocab import FAILURE, NS

__all__ = ["CODECS", "Codec"]

Pieces = Sequence[Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How the messages of one transaction become values and bytes again."""

    read_request: Callable[[Element, ContentOf], Any]
    write_request: Callable[[Any, Attach], Pieces]
    read_response: Callable[[Element, ContentOf], Any]
    write_response: Callable[[Any, Attach], Pieces]
    failure: Callable[[RegistryError], Any] | None = None
    """The response that tells of one error and has nothing else; None where a fault has to do."""
    dialect: Callable[[Any], Iterator[Finding]] = lambda _message: iter(())
    """What the standards ask of a request, and a lenient endpoint lets pass."""
    subject: Callable[[bytes], str | None] = lambda _root: None
    """Another name of the transaction, by what the request's root part is about."""
    cutter: NewCutter = InlineCutter
    """What keeps large answers out of the memory."""
    claims: Callable[[Element], bool] = lambda _request: True
    """Whether the request is of this transaction and no other whose element has the same name."""
    write_header: Callable[[Any], str] = lambda _message: ""
    """What a message of either direction has in soap:Header beside WS-Addressing."""
    read_header: Callable[[Any, Element | None], Any] = lambda message, _header: message
    """The message with what soap:Header says of it."""


def _retrieve_dialect(message: RetrieveDocumentSetRequest) -> Iterator[Finding]:
    return _repositories_dialect(message.requests)


def _repositories_dialect(requests: Iterable[DocumentRequest]) -> Iterator[Finding]:
    for request in requests:
        if request.repositoryUniqueId.startswith("urn:oid:"):
            text = f"RepositoryUniqueId {request.repositoryUniqueId} is to be the OID alone"
            yield finding("H04", text, request.documentUniqueId)


def _imaging_dialect(message: RetrieveImagingDocumentSetRequest) -> Iterator[Finding]:
    yield from _repositories_dialect(item.document for item in message.requests)
    if message.namespace != NS.XDS:
        text = f"DocumentRequest is in namespace {message.namespace}, {NS.XDS} is expected"
        yield finding("H05", text, "DocumentRequest")


_QUERY: Final = Codec(
    read_request=lambda element, _content_of: read_query_request(element),
    write_request=lambda message, _attach: (write_query_request(message),),
    read_response=read_query_response,
    cutter=ObjectsCutter,
    write_response=lambda message, _attach: write_query_response(message),
    failure=lambda error: AdhocQueryResponse(status=FAILURE, errors=(error,)),
    claims=lambda element: query_transaction(element) != "ITI-51",
)
_MULTI_PATIENT: Final = replace(_QUERY, claims=lambda element: query_transaction(element) == "ITI-51")
_REGISTER: Final = Codec(
    read_request=lambda element, _content_of: read_submit_objects(element),
    write_request=lambda message, _attach: (write_submit_objects(message),),
    read_response=lambda element, _content_of: read_registry_response(element),
    write_response=lambda message, _attach: (write_registry_response(message),),
    failure=lambda error: RegistryResponse(status=FAILURE, errors=(error,)),
    claims=lambda element: submit_transaction(element) != "ITI-61",
)
_REGISTER_ON_DEMAND: Final = replace(
    _REGISTER, claims=lambda element: submit_transaction(element) == "ITI-61"
)
# a submission that does not say which transaction it is of is a registration
_UPDATE: Final = replace(_REGISTER, claims=lambda _element: False)
_MANIFEST: Final = b"1.2.840.10008.5.1.4.1.1.88.59"


def _imaging(root: bytes) -> str | None:
    """RAD-68 is ITI-41 with a manifest: its formatCode says so (RAD TF: 4.68)."""
    return "RAD-68" if _MANIFEST in root else None


_PROVIDE: Final = Codec(
    subject=_imaging,
    read_request=read_provide_and_register,
    write_request=lambda message, attach: (write_provide_and_register(message, attach),),
    read_response=_REGISTER.read_response,
    write_response=_REGISTER.write_response,
    failure=_REGISTER.failure,
)
_RETRIEVE: Final = Codec(
    dialect=_retrieve_dialect,
    read_request=lambda element, _content_of: read_retrieve_request(element),
    write_request=lambda message, _attach: (write_retrieve_request(message),),
    read_response=read_retrieve_response,
    write_response=write_retrieve_response,
    failure=lambda error: RetrieveDocumentSetResponse(status=FAILURE, errors=(error,)),
)
_IMAGING: Final = replace(
    _RETRIEVE,
    dialect=_imaging_dialect,
    read_request=lambda element, _content_of: read_imaging_request(element),
    write_request=lambda message, _attach: (write_imaging_request(message),),
)
_REMOVE: Final = replace(
    _REGISTER,
    read_request=lambda element, _content_of: read_remove_objects(element),
    write_request=lambda message, _attach: (write_remove_objects(message),),
)
_REMOVE_DOCUMENTS: Final = replace(
    _REGISTER,
    read_request=lambda element, _content_of: read_remove_documents(element),
    write_request=lambda message, _attach: (write_remove_documents(message),),
)
_FEED: Final = Codec(
    subject=lambda _root: "ITI-44",  # whichever event it tells
    read_request=lambda element, _content_of: read_prpa(element),
    write_request=lambda message, _attach: (write_prpa(message),),
    read_response=lambda element, _content_of: read_mcci(element),
    write_response=lambda message, _attach: (write_mcci(message),),
)

_DISCOVERY: Final = Codec(
    read_request=lambda element, _content_of: read_discovery_request(element),
    write_request=lambda message, _attach: (write_discovery_request(message),),
    read_response=lambda element, _content_of: read_discovery_response(element),
    write_response=lambda message, _attach: (write_discovery_response(message),),
    write_header=header_of_discovery,
    read_header=with_header,
    failure=lambda error: DiscoveryResponse(
        acknowledgement="AE",
        queryResponseCode=UNABLE,
        issues=("InternalError",),
        texts=(error.codeContext or "",),
    ),
)

CODECS: Final = {
    "ITI-18": _QUERY,
    "ITI-41": _PROVIDE,
    "ITI-42": _REGISTER,
    "ITI-43": _RETRIEVE,
    "ITI-44 add": _FEED,
    "ITI-44 revise": _FEED,
    "ITI-44 merge": _FEED,
    "ITI-51": _MULTI_PATIENT,
    "ITI-55": _DISCOVERY,
    "ITI-61": _REGISTER_ON_DEMAND,
    "ITI-57": _UPDATE,
    "ITI-92": _UPDATE,
    "ITI-62": _REMOVE,
    "ITI-86": _REMOVE_DOCUMENTS,
    "RAD-69": _IMAGING,
    # between communities the messages are the same (ITI TF-2: 3.38.4.1, 3.39.4.1)
    "ITI-38": _QUERY,
    "ITI-39": _RETRIEVE,
    "ITI-80": _PROVIDE,
    "RAD-75": _IMAGING,
}
"""Codecs by transaction name."""
