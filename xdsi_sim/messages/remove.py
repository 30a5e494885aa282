"""ITI-62 and ITI-86: metadata and documents that are to go (ITI RMD: 3.62, 3.86)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.writer import write_object_ref
from xdsi_sim.ebrim.xml import Element, child_of, only_child
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.retrieve import DocumentRequest, read_document_request, write_document_request
from xdsi_sim.vocab import NS

__all__ = [
    "RemoveDocumentsRequest",
    "RemoveObjectsRequest",
    "read_remove_documents",
    "read_remove_objects",
    "write_remove_documents",
    "write_remove_objects",
]

_RIM: Final = f"{{{NS.RIM}}}"
_XDS: Final = f"{{{NS.XDS}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveObjectsRequest:
    """Objects of a registry that are to go, by their ids."""

    ids: tuple[str, ...] = ()
    """entryUUIDs as they were sent."""
    deletionScope: str | None = None
    """An attribute of ebRS 3.0 that this transaction does not use."""
    adhocQuery: bool = False
    """The objects are (also) named by a query, which this transaction does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDocumentsRequest:
    """Documents of a repository that are to go."""

    requests: tuple[DocumentRequest, ...]


def read_remove_objects(element: Element) -> RemoveObjectsRequest:
    """From `lcm:RemoveObjectsRequest`."""
    refs = only_child(element, f"{_RIM}ObjectRefList")
    return RemoveObjectsRequest(
        ids=() if refs is None else tuple(ref.get("id", "") for ref in refs.iterchildren(f"{_RIM}ObjectRef")),
        deletionScope=element.get("deletionScope"),
        adhocQuery=child_of(element, f"{_RIM}AdhocQuery") is not None,
    )


def write_remove_objects(request: RemoveObjectsRequest) -> bytes:
    """`lcm:RemoveObjectsRequest`, complete in its namespaces; what ITI-62 does not use stays out."""
    refs = b"".join(map(write_object_ref, request.ids))
    return (
        f'<lcm:RemoveObjectsRequest xmlns:lcm="{NS.LCM}"><rim:ObjectRefList xmlns:rim="{NS.RIM}">'.encode()
        + refs
        + b"</rim:ObjectRefList></lcm:RemoveObjectsRequest>"
    )


def read_remove_documents(element: Element) -> RemoveDocumentsRequest:
    """From `rmd:RemoveDocumentsRequest`; raises ProtocolViolation where no document is named."""
    requests = tuple(map(read_document_request, element.iterchildren(f"{_XDS}DocumentRequest")))
    if not requests:
        raise ProtocolViolation("RemoveDocumentsRequest holds no xds:DocumentRequest", rule="H01")
    return RemoveDocumentsRequest(requests=requests)


def write_remove_documents(request: RemoveDocumentsRequest) -> bytes:
    """`rmd:RemoveDocumentsRequest`, complete in its namespaces."""
    items = "".join(
        f"<xds:DocumentRequest>{write_document_request(item)}</xds:DocumentRequest>"
        for item in request.requests
    )
    return (
        f'<rmd:RemoveDocumentsRequest xmlns:rmd="{NS.RMD}" xmlns:xds="{NS.XDS}">{items}'
        "</rmd:RemoveDocumentsRequest>"
    ).encode()
