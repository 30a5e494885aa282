"""Imaging gateways: images across communities by RAD-75 (RAD TF: 4.75)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.actors.gateway_retrieve import (
    SILENT,
    InitiatingRetrieve,
    Member,
    RespondingRetrieve,
    placed,
)
from xdsi_sim.messages.imaging import ImagingDocumentRequest
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.retrieve import DocumentRequest

__all__ = ["InitiatingImagingGateway", "RespondingImagingGateway"]


class _Images:
    """What images change in a retrieve; the repositoryUniqueId of a source is its Retrieve Location UID."""

    __slots__ = ()

    inside: ClassVar[str] = "RAD-69"
    across: ClassVar[str] = "RAD-75"
    source: ClassVar[str] = "imaging source"

    def _document(self, item: ImagingDocumentRequest) -> DocumentRequest:
        return item.document

    def _silent(
        self, member: Member, asked: list[DocumentRequest], answer: NoAnswer
    ) -> Iterator[RegistryError]:
        """One error for all: a study has thousands of images."""
        home = asked[0].homeCommunityId
        share = "1 document" if len(asked) == 1 else f"{len(asked)} documents"
        text = f"{home} gives no answer to {member.transaction}, {share} of it: {answer}"
        yield SILENT.broken(text, code=member.silence, location=home)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatingImagingGateway(_Images, InitiatingRetrieve):
    """Answers RAD-69 with what its own sources and the gateways of other communities have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondingImagingGateway(_Images, RespondingRetrieve):
    """Answers RAD-75 with what the sources of its community have."""

    def _place(self, _document: DocumentRequest) -> str:
        """Each error of a RAD-75 answer is placed in the gateway's community (RAD TF: 4.75.4.2.2)."""
        return self.homeCommunityId

    def _placed(self, error: RegistryError) -> RegistryError:
        """The instance that the source named is kept in codeContext."""
        return placed(error, self.homeCommunityId)
