"""What all gateways do with a retrieve: split it by member, ask all at once, join what these say.

Each member is asked once, for all that it has. What a member lacks, or says wrongly, costs its own share.
A gateway of a kind says in `_member` who has an item, and in `_place` where an error is said to be.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send
from xdsi_sim.errors import UnknownRepositoryId, XdsError
from xdsi_sim.messages.response import RegistryError, retrieve_status
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetResponse,
    incomplete,
)
from xdsi_sim.rules.gateway import CommunityRetrieve
from xdsi_sim.rules.registry import judge, rules
from xdsi_sim.rules.serving import SERVING_RULES
from xdsi_sim.vocab import SEVERITY_ERROR

__all__ = [
    "SILENT",
    "InitiatingRetrieve",
    "Member",
    "MissingHomeCommunityId",
    "RespondingRetrieve",
    "Told",
    "placed",
]


class MissingHomeCommunityId(XdsError):
    """An answer to a gateway does not say which community a document is of."""

    code = "XDSMissingHomeCommunityId"


@dataclass(frozen=True, slots=True)
class Member:
    """Whom an item is asked of."""

    url: str
    transaction: str
    silence: str
    """The errorCode of its silence (rule H16)."""


_WORDS: Final = (re.compile(r"[\w.^:-]+"), re.compile(r"[\w.^-]+"), re.compile(r"[^\s'\";]+"))
"""An id by itself, behind a name and a colon, and with an extension of whatever form (`2.999.7^a/b`)."""
SILENT: Final = SERVING_RULES["H16"]
"""What is told of who gives no answer."""

Told = tuple[list[DocumentResponse], list[RegistryError]]


def placed(error: RegistryError, location: str) -> RegistryError:
    """An error at another location; where it was said to be is kept in codeContext."""
    context = error.codeContext
    if error.location and error.location != location and error.location not in context:
        context = f"{context}; object={error.location}"
    return replace(error, codeContext=context, location=location)


def _words(error: RegistryError) -> set[str]:
    """What an error may mean by a document; the syntax is left open (ITI TF-2: 3.39.4.1.3)."""
    text = f"{error.location} {error.codeContext}"
    return {word.strip(".:-") for form in _WORDS for word in form.findall(text)}


def _is_refused(answer: RetrieveDocumentSetResponse) -> bool:
    """Whether a member says why it gives nothing at all, as of a request that it cannot read."""
    return any(error.severity == SEVERITY_ERROR for error in answer.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Retrieve(ABC):
    homeCommunityId: str
    """Of the gateway's own community."""
    sources: Mapping[str, str]
    """URLs of the community's sources of documents by repositoryUniqueId."""

    inside: ClassVar[str] = "ITI-43"
    """The transaction by which a source of the own community is asked."""
    across: ClassVar[str] = "ITI-39"
    """That by which another community is asked."""
    source: ClassVar[str] = "repository"
    """What a source is called."""

    def retrieve(self, request: Any) -> Flow[RetrieveDocumentSetResponse]:
        """Give what the members have, and errors for what is not given; all members are asked at once."""
        shares: dict[Member, list[Any]] = {}
        errors: list[RegistryError] = []
        for item in request.requests:
            if strange := self._strange(self._document(item)):
                errors += strange
                continue
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
                    passing=len(shares) == 1,
                )
                for member, items in shares.items()
            )
        )
        documents: list[DocumentResponse] = []
        for (member, items), answer in zip(shares.items(), answers, strict=True):
            delivered, told = self._share(member, [self._document(item) for item in items], answer)
            documents += delivered
            errors += told
        return RetrieveDocumentSetResponse(
            status=retrieve_status(len(documents), errors), errors=tuple(errors), documents=tuple(documents)
        )

    def _document(self, item: Any) -> DocumentRequest:
        """The ids of an item of the request."""
        document: DocumentRequest = item
        return document

    @abstractmethod
    def _member(self, item: Any) -> Member:
        """Who has the item; raises XdsError where nobody can be asked."""

    @abstractmethod
    def _place(self, document: DocumentRequest) -> str:
        """`location` of what is wrong with an item."""

    @abstractmethod
    def _communities(self) -> frozenset[str]:
        """The homeCommunityIds that can be asked for."""

    def _strange(self, document: DocumentRequest) -> tuple[RegistryError, ...]:
        """What is wrong with the community of an item (rule H15)."""
        asked = CommunityRetrieve(
            documents=((document.homeCommunityId, document.documentUniqueId),),
            communities=self._communities(),
        )
        verdict = judge([(asked, rules("H15"))])
        return tuple(replace(error, location=self._place(document)) for error in verdict.errors)

    def _own(self, document: DocumentRequest) -> Member:
        """The source of the own community that an item is asked of."""
        try:
            url = self.sources[document.repositoryUniqueId]
        except KeyError:
            raise UnknownRepositoryId(
                f"no {self.source} of community {self.homeCommunityId} has repositoryUniqueId "
                f"'{document.repositoryUniqueId}', which document '{document.documentUniqueId}' is asked of; "
                "attribute=RepositoryUniqueId; rule=H02",
                location=self._place(document),
            ) from None
        return Member(url, self.inside, "XDSRepositoryError")

    # --- answers

    def _share(self, member: Member, asked: list[DocumentRequest], answer: Answer) -> Told:
        """What is passed on of a member's answer: what was asked for, and all errors."""
        if isinstance(answer, NoAnswer):
            return [], list(self._silent(member, asked, answer))
        wanted = Counter(asked)
        delivered: list[DocumentResponse] = []
        uncalled: list[DocumentRequest] = []
        for each in answer.documents:
            if wanted[each.request] > 0:
                wanted[each.request] -= 1
                delivered.append(each)
            else:
                uncalled.append(each.request)
        who = self._named(member, asked[0])
        wrong = [
            *(self._uncalled(who, each, asked[0]) for each in uncalled),
            *self._untold(who, answer, asked),
        ]
        return delivered, [*answer.errors, *map(RegistryError.of, wrong)]

    def _silent(
        self, member: Member, asked: list[DocumentRequest], answer: NoAnswer
    ) -> Iterator[RegistryError]:
        """One error for each document (ITI TF-3: Table 4.2.4.1-2)."""
        for document in asked:
            yield SILENT.broken(
                f"{document.homeCommunityId} gives no answer to {member.transaction}, document "
                f"'{document.documentUniqueId}': {answer}",
                code=member.silence,
                location=self._place(document),
            )

    def _named(self, member: Member, asked: DocumentRequest) -> str:
        """What a member is called in errors, by one of the documents that are asked of it."""
        if member.transaction == self.across:
            return asked.homeCommunityId or "a community"
        return f"the {self.source} {asked.repositoryUniqueId}"

    def _uncalled(self, who: str, document: DocumentRequest, asked: DocumentRequest) -> XdsError:
        """That a document was not asked of the member, or not as often, or is not said to be what was.

        It is placed in the community that was asked, which need not be the one that the answer names.
        """
        missing = document.homeCommunityId is None
        kind = MissingHomeCommunityId if missing else XdsError
        what = "a DocumentResponse without HomeCommunityId" if missing else "what was not asked of it"
        return kind(
            f"{who} gave {what}; not passed on; attribute=DocumentUniqueId; "
            f"value={document.documentUniqueId}; rule={'H06' if missing else 'H07'}",
            location=self._place(replace(document, homeCommunityId=asked.homeCommunityId)),
        )

    def _untold(
        self, who: str, answer: RetrieveDocumentSetResponse, asked: list[DocumentRequest]
    ) -> Iterator[XdsError]:
        """Items that the member neither gave nor named in an error; none where it has refused all of them."""
        given = {each.request.documentUniqueId for each in answer.documents}
        named = set().union(*map(_words, answer.errors)) | given
        untold = [document for document in asked if document.documentUniqueId not in named]
        if not given and len(untold) == len(asked) and _is_refused(answer):
            return
        for document in untold:
            yield XdsError(
                f"{who} said nothing of document '{document.documentUniqueId}'; "
                "attribute=DocumentUniqueId; rule=H08",
                location=self._place(document),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatingRetrieve(_Retrieve):
    """On the side of those who ask: from the own sources, and from the gateways of other communities."""

    gateways: Mapping[str, str]
    """URLs of responding gateways by homeCommunityId."""

    def _member(self, item: Any) -> Member:
        document = self._document(item)
        if item.missing is not None:
            raise incomplete(item.missing, self._place(document))
        home = document.homeCommunityId or ""
        if home == self.homeCommunityId:
            return self._own(document)
        return Member(self.gateways[home], self.across, SILENT.code)

    def _communities(self) -> frozenset[str]:
        return frozenset((self.homeCommunityId, *self.gateways))

    def _share(self, member: Member, asked: list[DocumentRequest], answer: Answer) -> Told:
        """An error that does not say where it is has at least the community that it comes from."""
        documents, errors = super(InitiatingRetrieve, self)._share(member, asked, answer)
        home = asked[0].homeCommunityId or ""
        return documents, [error if error.location else placed(error, home) for error in errors]

    def _place(self, document: DocumentRequest) -> str:
        """Document and community, for whom only one of them will do."""
        return " ".join(filter(None, (document.documentUniqueId, document.homeCommunityId)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondingRetrieve(_Retrieve):
    """On the side of those who have: from the sources of the own community alone."""

    def _member(self, item: Any) -> Member:
        document = self._document(item)
        if item.missing is not None:
            raise incomplete(item.missing, self._place(document))
        return self._own(document)

    def _communities(self) -> frozenset[str]:
        return frozenset((self.homeCommunityId,))

    def _place(self, document: DocumentRequest) -> str:
        """Document and the gateway's community: the syntax is left open (ITI TF-2: 3.39.4.1.3)."""
        return " ".join(filter(None, (document.documentUniqueId, self.homeCommunityId)))

    def _share(self, member: Member, asked: list[DocumentRequest], answer: Answer) -> Told:
        documents, errors = super(RespondingRetrieve, self)._share(member, asked, answer)
        return documents, [self._placed(error) for error in errors]

    def _placed(self, error: RegistryError) -> RegistryError:
        """An error of a source, which names the document alone."""
        if self.homeCommunityId in (error.location or ""):
            return error
        return replace(error, location=" ".join(filter(None, (error.location, self.homeCommunityId))))
