"""Imaging gateways: images across communities by RAD-75 (RAD TF: 4.75).

Both split what they are asked by the member that has it, ask all members at once, each once, and join
what these say: every image and every error. What a member lacks, or says wrongly, costs its own share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send
from xdsi_sim.errors import UnknownRepositoryId, XdsError
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import RegistryError, retrieve_status
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetResponse,
    incomplete,
)

__all__ = [
    "InitiatingImagingGateway",
    "MissingHomeCommunityId",
    "RespondingImagingGateway",
    "UnavailableCommunity",
    "UnknownCommunity",
]


class MissingHomeCommunityId(XdsError):
    """A request to a gateway, or an answer to one, does not say which community it is about."""

    code = "XDSMissingHomeCommunityId"


class UnknownCommunity(XdsError):
    """The gateway has no way to that community."""

    code = "XDSUnknownCommunity"


class UnavailableCommunity(XdsError):
    """The gateway of a community cannot be reached, or gives no answer in time."""

    code = "XDSUnavailableCommunity"


class SourceNotAvailable(XdsError):
    """An imaging source cannot be reached, or gives no answer in time."""

    code = "XDSRepositoryError"


@dataclass(frozen=True, slots=True)
class _Member:
    """Whom an item is asked of."""

    url: str
    transaction: str
    silence: type[XdsError]
    """What it is called when there is no answer."""


_Told = tuple[list[DocumentResponse], list[RegistryError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ImagingGateway:
    """What both gateways do; they differ in whom they ask and where an error is said to be."""

    homeCommunityId: str
    """Of the gateway's own community."""
    sources: Mapping[str, str]
    """URLs of the community's imaging sources by Retrieve Location UID."""

    def retrieve(self, request: RetrieveImagingDocumentSetRequest) -> Flow[RetrieveDocumentSetResponse]:
        """Give what the members have, and one error for each item, or each member, that fails."""
        shares: dict[_Member, list[ImagingDocumentRequest]] = {}
        errors: list[RegistryError] = []
        for item in request.requests:
            try:
                shares.setdefault(self._member(item), []).append(item)
            except XdsError as error:
                errors.append(RegistryError.of(error))
        answers = yield Send(
            tuple(
                Call(
                    url=member.url,
                    transaction=member.transaction,
                    message=replace(request, requests=tuple(items)),
                )
                for member, items in shares.items()
            )
        )
        documents: list[DocumentResponse] = []
        for (member, items), answer in zip(shares.items(), answers, strict=True):
            delivered, told = self._share(member, [item.document for item in items], answer)
            documents += delivered
            errors += told
        return RetrieveDocumentSetResponse(
            status=retrieve_status(len(documents), errors), errors=tuple(errors), documents=tuple(documents)
        )

    def _member(self, item: ImagingDocumentRequest) -> _Member:
        """Who has the item; raises XdsError where nobody can be asked."""
        raise NotImplementedError

    def _place(self, document: DocumentRequest) -> str:
        """`location` of what is wrong with an item."""
        raise NotImplementedError

    def _source(self, document: DocumentRequest) -> _Member:
        try:
            url = self.sources[document.repositoryUniqueId]
        except KeyError:
            raise UnknownRepositoryId(
                f"no imaging source of community {self.homeCommunityId} has repositoryUniqueId "
                f"'{document.repositoryUniqueId}', which document '{document.documentUniqueId}' is asked of; "
                "attribute=RepositoryUniqueId; rule=H02",
                location=self._place(document),
            ) from None
        return _Member(url, "RAD-69", SourceNotAvailable)

    # --- answers

    def _share(self, member: _Member, asked: list[DocumentRequest], answer: Answer) -> _Told:
        """What is passed on of a member's answer: what was asked for, and all errors."""
        if isinstance(answer, NoAnswer):
            home = asked[0].homeCommunityId
            text = f"{home} gives no answer to {member.transaction}, {len(asked)} documents of it: {answer}"
            return [], [RegistryError.of(member.silence(text, location=home))]
        wanted = set(asked)
        delivered = [each for each in answer.documents if each.request in wanted]
        wrong = [*self._uncalled(answer, wanted), *self._untold(answer, asked)]
        return delivered, [*answer.errors, *map(RegistryError.of, wrong)]

    def _uncalled(
        self, answer: RetrieveDocumentSetResponse, wanted: set[DocumentRequest]
    ) -> Iterator[XdsError]:
        """Documents that were not asked of the member, or are not said to be what was asked of it."""
        for each in answer.documents:
            document = each.request
            if document in wanted:
                continue
            missing = document.homeCommunityId is None
            kind = MissingHomeCommunityId if missing else XdsError
            what = "a DocumentResponse without HomeCommunityId" if missing else "what was not asked of it"
            yield kind(
                f"a member gave {what}; not passed on; attribute=DocumentUniqueId; "
                f"value={document.documentUniqueId}; rule={'H06' if missing else 'H07'}",
                location=self._place(document),
            )

    def _untold(
        self, answer: RetrieveDocumentSetResponse, asked: Iterable[DocumentRequest]
    ) -> Iterator[XdsError]:
        """Items that the member neither gave nor named in an error."""
        given = {each.request.documentUniqueId for each in answer.documents}
        told = [f"{error.location} {error.codeContext}" for error in answer.errors]
        for document in asked:
            uid = document.documentUniqueId
            if uid not in given and not any(uid in text for text in told):
                yield XdsError(
                    f"the member said nothing of document '{uid}'; attribute=DocumentUniqueId; rule=H08",
                    location=self._place(document),
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatingImagingGateway(_ImagingGateway):
    """Answers RAD-69 with what its own sources and the gateways of other communities have."""

    gateways: Mapping[str, str]
    """URLs of Responding Imaging Gateways by homeCommunityId."""

    def _member(self, item: ImagingDocumentRequest) -> _Member:
        home = item.document.homeCommunityId
        if not home:
            raise MissingHomeCommunityId(
                f"document '{item.document.documentUniqueId}' is asked for without HomeCommunityId; "
                "attribute=HomeCommunityId; rule=H15",
                location=item.document.documentUniqueId,
            )
        if item.missing is not None:
            raise incomplete(item.missing, self._place(item.document))
        if home == self.homeCommunityId:
            return self._source(item.document)
        if home not in self.gateways:
            raise UnknownCommunity(
                f"no way to the community of document '{item.document.documentUniqueId}'; "
                f"attribute=HomeCommunityId; value={home}; rule=H15",
                location=self._place(item.document),
            )
        return _Member(self.gateways[home], "RAD-75", UnavailableCommunity)

    def _place(self, document: DocumentRequest) -> str:
        """As for ITI-43 from a gateway: document and community, for whom only one of them will do."""
        return " ".join(filter(None, (document.documentUniqueId, document.homeCommunityId)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondingImagingGateway(_ImagingGateway):
    """Answers RAD-75 with what the sources of its community have."""

    def _member(self, item: ImagingDocumentRequest) -> _Member:
        home, uid = item.document.homeCommunityId, item.document.documentUniqueId
        if not home:
            raise MissingHomeCommunityId(
                f"document '{uid}' is asked for without HomeCommunityId; attribute=HomeCommunityId; rule=H15",
                location=self.homeCommunityId,
            )
        if home != self.homeCommunityId:
            raise UnknownCommunity(
                f"document '{uid}' is asked of another community than this one ({self.homeCommunityId}); "
                f"attribute=HomeCommunityId; value={home}; rule=H15",
                location=self.homeCommunityId,
            )
        if item.missing is not None:
            raise incomplete(item.missing, self.homeCommunityId)
        return self._source(item.document)

    def _place(self, _document: DocumentRequest) -> str:
        """Each error of a RAD-75 answer is placed in the gateway's community (RAD TF: 4.75.4.2.2)."""
        return self.homeCommunityId

    def _share(self, member: _Member, asked: list[DocumentRequest], answer: Answer) -> _Told:
        documents, errors = super(RespondingImagingGateway, self)._share(member, asked, answer)
        return documents, [self._placed(error) for error in errors]

    def _placed(self, error: RegistryError) -> RegistryError:
        """The instance that the source named is kept in codeContext."""
        if error.location in (None, "", self.homeCommunityId):
            return replace(error, location=self.homeCommunityId)
        context = error.codeContext
        if error.location not in context:
            context = f"{context}; object={error.location}"
        return replace(error, codeContext=context, location=self.homeCommunityId)
