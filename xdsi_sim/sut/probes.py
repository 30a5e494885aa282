"""The harmless message by which a role is tried: it asks for what cannot be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.stored_queries import STORED_QUERIES, encode
from xdsi_sim.topology.model import Placed
from xdsi_sim.vocab import APPROVED

__all__ = ["PROBES", "UNKNOWN", "Probe"]

UNKNOWN: Final = "2.25.100000000000000000000000000000000001"
"""A UID that nothing has."""
_SYNTAXES: Final = ("1.2.840.10008.1.2.1",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One message, and what it asks, in words."""

    transaction: str
    message: Callable[[Placed], Any]
    asks: str


def _query(placed: Placed) -> AdhocQueryRequest:
    query = next(query for query in STORED_QUERIES.values() if query.name == "FindDocuments")
    patient = f"XDSI-SIM-CHECK^^^&{placed.community.patientAuthority}&ISO"
    known = query.by_any_name
    slots = (encode(known["patientId"], patient), encode(known["status"], APPROVED))
    return AdhocQueryRequest(id=query.id, parameters=slots, returnType=OBJECT_REF)


def _document(placed: Placed, home: str | None = None) -> DocumentRequest:
    return DocumentRequest(
        homeCommunityId=home,
        repositoryUniqueId=placed.actor.metadata_oid or UNKNOWN,
        documentUniqueId=UNKNOWN,
    )


def _documents(placed: Placed) -> RetrieveDocumentSetRequest:
    return RetrieveDocumentSetRequest(requests=(_document(placed),))


def _images(home: bool) -> Callable[[Placed], RetrieveImagingDocumentSetRequest]:
    def made(placed: Placed) -> RetrieveImagingDocumentSetRequest:
        """A request for images that nobody has."""
        request = ImagingDocumentRequest(
            studyInstanceUID=UNKNOWN,
            seriesInstanceUID=UNKNOWN,
            document=_document(placed, placed.community.homeCommunityId if home else None),
        )
        return RetrieveImagingDocumentSetRequest(requests=(request,), transferSyntaxUIDs=_SYNTAXES)

    return made


_FIND: Final = "the documents of a patient who is not there"
_IMAGE: Final = "an image that is not there"

PROBES: Final[Mapping[str, Probe]] = {
    "registry": Probe(transaction="ITI-18", message=_query, asks=_FIND),
    "repository": Probe(transaction="ITI-43", message=_documents, asks="a document that is not there"),
    "imaging-document-source": Probe(transaction="RAD-69", message=_images(home=False), asks=_IMAGE),
    "initiating-gateway": Probe(transaction="ITI-18", message=_query, asks=_FIND),
    "responding-gateway": Probe(transaction="ITI-38", message=_query, asks=_FIND),
    "initiating-imaging-gateway": Probe(transaction="RAD-69", message=_images(home=True), asks=_IMAGE),
    "responding-imaging-gateway": Probe(transaction="RAD-75", message=_images(home=True), asks=_IMAGE),
}
"""By the role."""
