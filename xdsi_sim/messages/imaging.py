"""RAD-69: images asked for by study, series and instance (RAD TF: 4.69)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from xdsi_sim.ebrim.xml import Element, escape
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.retrieve import DocumentRequest, read_document_request, write_document_request
from xdsi_sim.vocab import NS

__all__ = [
    "ImagingDocumentRequest",
    "RetrieveImagingDocumentSetRequest",
    "read_imaging_request",
    "write_imaging_request",
]

_XDSI: Final = f"{{{NS.XDSI}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingDocumentRequest:
    """One instance asked for, with the series and study it is expected in."""

    studyInstanceUID: str
    seriesInstanceUID: str
    document: DocumentRequest
    """repositoryUniqueId is the Retrieve Location UID, documentUniqueId the SOP Instance UID."""

    @property
    def missing(self) -> str | None:
        """The first attribute or element that must be there and is not, or is empty."""
        if not self.studyInstanceUID:
            return "studyInstanceUID"
        return self.document.missing if self.seriesInstanceUID else "seriesInstanceUID"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveImagingDocumentSetRequest:
    """Instances asked for in one message, and the transfer syntaxes that the asker takes."""

    requests: tuple[ImagingDocumentRequest, ...]
    transferSyntaxUIDs: tuple[str, ...]
    namespace: str = NS.XDS
    """Of the DocumentRequest elements; a schema in circulation has them in the RAD one."""


def read_imaging_request(element: Element) -> RetrieveImagingDocumentSetRequest:
    """From `xdsi:RetrieveImagingDocumentSetRequest`.

    Raises ProtocolViolation where no instance is asked for, or DocumentRequests are in two namespaces.
    """
    namespaces = {child.tag.partition("}")[0][1:] for child in _document_requests(element)}
    if not namespaces:
        raise ProtocolViolation("RetrieveImagingDocumentSetRequest holds no DocumentRequest", rule="H01")
    if len(namespaces) > 1:
        raise ProtocolViolation("DocumentRequest elements are in two namespaces", rule="H05")
    namespace = namespaces.pop()
    return RetrieveImagingDocumentSetRequest(
        requests=tuple(_requests(element, namespace)),
        transferSyntaxUIDs=tuple(
            uid
            for item in element.iterfind(f"{_XDSI}TransferSyntaxUIDList/{_XDSI}TransferSyntaxUID")
            if (uid := (item.text or "").strip())
        ),
        namespace=namespace,
    )


def _document_requests(element: Element) -> Iterator[Element]:
    for namespace in (NS.XDS, NS.XDSI):
        yield from element.iterfind(
            f"{_XDSI}StudyRequest/{_XDSI}SeriesRequest/{{{namespace}}}DocumentRequest"
        )


def _requests(element: Element, namespace: str) -> Iterator[ImagingDocumentRequest]:
    for study in element.iterchildren(f"{_XDSI}StudyRequest"):
        for series in study.iterchildren(f"{_XDSI}SeriesRequest"):
            for item in series.iterchildren(f"{{{namespace}}}DocumentRequest"):
                yield ImagingDocumentRequest(
                    studyInstanceUID=study.get("studyInstanceUID", ""),
                    seriesInstanceUID=series.get("seriesInstanceUID", ""),
                    document=read_document_request(item, namespace),
                )


def write_imaging_request(request: RetrieveImagingDocumentSetRequest) -> bytes:
    """`xdsi:RetrieveImagingDocumentSetRequest`, neighbouring items of one series nested together."""
    studies = (
        f'<xdsi:StudyRequest studyInstanceUID="{escape(study)}">{_write_series(items)}</xdsi:StudyRequest>'
        for study, items in groupby(request.requests, key=lambda item: item.studyInstanceUID)
    )
    syntaxes = (
        f"<xdsi:TransferSyntaxUID>{escape(uid)}</xdsi:TransferSyntaxUID>"
        for uid in request.transferSyntaxUIDs
    )
    return (
        f'<xdsi:RetrieveImagingDocumentSetRequest xmlns:xdsi="{NS.XDSI}" xmlns:xds="{request.namespace}">'
        f"{''.join(studies)}<xdsi:TransferSyntaxUIDList>{''.join(syntaxes)}</xdsi:TransferSyntaxUIDList>"
        "</xdsi:RetrieveImagingDocumentSetRequest>"
    ).encode()


def _write_series(items: Iterator[ImagingDocumentRequest]) -> str:
    return "".join(
        f'<xdsi:SeriesRequest seriesInstanceUID="{escape(series)}">'
        + "".join(
            f"<xds:DocumentRequest>{write_document_request(item.document)}</xds:DocumentRequest>"
            for item in members
        )
        + "</xdsi:SeriesRequest>"
        for series, members in groupby(items, key=lambda item: item.seriesInstanceUID)
    )
