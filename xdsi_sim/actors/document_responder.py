"""MHD Document Responder: searches by ITI-18, documents by ITI-43 (ITI MHD: 3.66, 3.67, 3.68).

It stands before a registry with its repositories, or before an Initiating Gateway, which knows all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar

from xdsi_sim.actors.flow import Answer, Call, Flow, NoAnswer, Send
from xdsi_sim.ebrim.model import (
    Association,
    DocumentEntry,
    Folder,
    MetadataObject,
    RegistryObjectList,
    SubmissionSet,
)
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.search import DOCUMENTS, FOLDERS, SETS, SORTS, Paging, Search, Target
from xdsi_sim.fhir.search_terms import Known
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryRequest, in_portions
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.messages.stored_queries import (
    GET_ASSOCIATIONS,
    GET_DOCUMENTS,
    GET_FOLDERS,
    GET_SUBMISSION_SETS,
    StoredQuery,
    encode,
)
from xdsi_sim.vocab import FAILURE, SEVERITY_WARNING, SUCCESS
from xdsi_sim.vocab import Association as AssociationType

__all__ = ["DocumentResponder", "Found"]

T = TypeVar("T", bound=MetadataObject)

_UUIDS: Final = {
    GET_ASSOCIATIONS: "$uuid",
    GET_SUBMISSION_SETS: "$uuid",
    GET_DOCUMENTS: "$XDSDocumentEntryEntryUUID",
    GET_FOLDERS: "$XDSFolderEntryUUID",
}
"""The parameter by which stored queries are told what they are about."""
_OF_TARGET: Final = {DOCUMENTS.find: "documentEntries", SETS.find: "submissionSets", FOLDERS.find: "folders"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: one page of it, with what belongs to that."""

    objects: tuple[MetadataObject, ...] = ()
    total: int = 0
    """On all pages."""
    associations: tuple[Association, ...] = ()
    """Those that begin at an object of the page, or at a List beside it."""
    documents: frozenset[str] = frozenset()
    """Ids of the entries that these Lists hold."""
    folders: frozenset[str] = frozenset()
    """Ids of the Folders that they hold; other members of a SubmissionSet are Associations."""
    dates: Mapping[str, str] = field(default_factory=dict)
    """By the id of an entry the DTM of the submission that brought it."""
    included: tuple[MetadataObject, ...] = ()
    """What the client wants beside them."""
    errors: tuple[RegistryError, ...] = ()
    """Of whoever was asked; where nobody has answered, that is all."""
    failed: bool = False
    """Whether nobody has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentResponder:
    """Asks others for what clients of FHIR ask it."""

    registry: str
    """URL of who answers ITI-18: a registry, or the Initiating Gateway."""
    homeCommunityId: str
    sources: Mapping[str, str]
    """URLs of who answers ITI-43 by repositoryUniqueId; not looked at where there is a gateway."""
    gateway: str | None = None
    """URL of the Initiating Gateway; None where only the own community is asked."""
    communities: tuple[str, ...] = ()
    """homeCommunityIds that the gateway knows, the own one first."""
    systems: Systems = field(default_factory=Systems)

    # --- searching

    def search(self, search: Search) -> Flow[Found]:
        """All that fits, in one page; raises Rejected where a value is none."""
        known = Known(systems=self.systems, home=self.homeCommunityId)
        asked = [
            (target, request)
            for target in search.targets
            for finding in search.queries(target, known)
            for request in self._addressed(finding.request, finding.by_id, search.communities)
        ]
        answers = yield Send(tuple(self._query(request) for _, request in asked))
        errors = tuple(error for answer in answers for error in _errors(answer))
        if asked and all(_refuses(answer) for answer in answers):
            return Found(errors=errors or (_NO_REASON,), failed=True)
        best, seen = _Best(search.paging), set[tuple[str | None, str]]()
        for (target, _), answer in zip(asked, answers, strict=True):
            for portion in _portions(answer, target):
                new = [each for each in portion if _key(each) not in seen]
                seen.update(map(_key, new))
                if search.asks("date") and target is DOCUMENTS:
                    dates, more, _ = yield from self._submissions(new)
                    known, errors = replace(known, dates=dates), errors + _as_warnings(more)
                best.take(each for each in new if search.fits(each, target, known))
        return (yield from self._page(search, best, errors))

    def _page(self, search: Search, best: _Best, errors: tuple[RegistryError, ...]) -> Flow[Found]:
        if search.paging.only_count:
            return Found(total=best.total, errors=errors)
        page = best.page()
        associations, troubles = yield from self._ask(GET_ASSOCIATIONS, page)
        links = _starting(page, (each for found in associations for each in found.associations))
        dates: dict[str, str] = {}
        sets: tuple[SubmissionSet, ...] = ()
        more: tuple[RegistryError, ...] = ()
        if DOCUMENTS in search.targets:
            dates, more, sets = yield from self._submissions(page)
        touching = [each for found in associations for each in found.associations]
        included, most = yield from self._included(search, page, touching, sets)
        beside = [each for each in included if not isinstance(each, DocumentEntry)]
        associations, unlinked = yield from self._ask(GET_ASSOCIATIONS, beside)
        links += _starting(beside, (each for found in associations for each in found.associations))
        documents, folders, unseen = yield from self._held((*page, *beside), links)
        return Found(
            objects=tuple(page),
            total=best.total,
            associations=links,
            documents=documents,
            folders=folders,
            dates=dates,
            included=included,
            errors=errors + _as_warnings((*troubles, *more, *most, *unlinked, *unseen)),
        )

    def _held(
        self, objects: Sequence[MetadataObject], links: Iterable[Association]
    ) -> Flow[tuple[frozenset[str], frozenset[str], tuple[RegistryError, ...]]]:
        """Ids of the entries and Folders that Lists hold, as far as clients can read them."""
        entries, others = _members(objects, links)
        found, errors = yield from self._ask(GET_DOCUMENTS, entries, OBJECT_REF)
        folders, more = yield from self._ask(GET_FOLDERS, others, OBJECT_REF)
        return _referred(found), _referred(folders), errors + more

    def _submissions(
        self, objects: Sequence[MetadataObject]
    ) -> Flow[tuple[dict[str, str], tuple[RegistryError, ...], tuple[SubmissionSet, ...]]]:
        """When entries were submitted first, and by what."""
        found, errors = yield from self._ask(GET_SUBMISSION_SETS, objects)
        sets = {each.entryUUID: each for part in found for each in part.submissionSets}
        dates: dict[str, str] = {}
        for link in (each for part in found for each in part.associations):
            holder = sets.get(link.sourceObject or "")
            if holder is not None and holder.submissionTime and link.targetObject:
                former = dates.get(link.targetObject, holder.submissionTime)
                dates[link.targetObject] = min(former, holder.submissionTime)
        return dates, errors, tuple(sets.values())

    def _included(
        self,
        search: Search,
        page: Sequence[MetadataObject],
        links: Sequence[Association],
        sets: tuple[SubmissionSet, ...],
    ) -> Flow[tuple[tuple[MetadataObject, ...], tuple[RegistryError, ...]]]:
        """What a client wants beside the page; `links` are all that touch it."""
        here = {object.entryUUID: object for object in page}
        entries: list[MetadataObject] = []
        folders: list[MetadataObject] = []
        if "List:item" in search.includes:
            entries, folders = _members(page, links)
        if "DocumentReference:relatesto" in search.includes:
            entries += [
                _stub(DocumentEntry, link.targetObject, here[link.sourceObject or ""])
                for link in _starting(page, links)
                if link.associationType != AssociationType.HAS_MEMBER
            ]
        if "<List:item" in search.includes:
            folders += [
                _stub(Folder, link.sourceObject, here[link.targetObject or ""])
                for link in links
                if link.targetObject in here and link.associationType == AssociationType.HAS_MEMBER
            ]
        found, errors = yield from self._ask(GET_DOCUMENTS, [e for e in entries if e.entryUUID not in here])
        more, others = yield from self._ask(GET_FOLDERS, [f for f in folders if f.entryUUID not in here])
        included = (
            *(entry for part in found for entry in part.documentEntries),
            *(sets if "<List:item" in search.includes else ()),
            *(folder for part in more for folder in part.folders),
        )
        return included, errors + others

    def _ask(
        self, query: StoredQuery, objects: Sequence[MetadataObject], returnType: str = LEAF_CLASS
    ) -> Flow[tuple[list[RegistryObjectList], tuple[RegistryError, ...]]]:
        """A stored query about objects, put to the community of each."""
        param = next(each for each in query.params if each.name == _UUIDS[query])
        asked: dict[tuple[str | None, str | None], list[str]] = {}
        for object in objects:  # an answer has the objects of one patient of one community
            home = (object.homeCommunityId or self.homeCommunityId) if self.gateway else None
            asked.setdefault((home, getattr(object, "patientId", None)), []).append(object.entryUUID)
        requests = (
            AdhocQueryRequest(
                id=query.id,
                parameters=(encode(param, *dict.fromkeys(ids)),),
                returnType=returnType,
                home=home,
            )
            for (home, _), ids in asked.items()
        )
        answers = yield Send(tuple(map(self._query, requests)))
        errors = tuple(error for answer in answers for error in _errors(answer))
        found = [
            part for answer in answers if not isinstance(answer, NoAnswer) for part in in_portions(answer)
        ]
        return found, errors

    def _addressed(
        self, request: AdhocQueryRequest, by_id: bool, communities: tuple[str, ...] | None
    ) -> Iterator[AdhocQueryRequest]:
        """A query by id is put to each community by itself (ITI TF-2: 3.18.4.1.2.4)."""
        if self.gateway is None:
            if communities is None or self.homeCommunityId in communities:
                kept = tuple(slot for slot in request.parameters if slot.name != "$targetCommunityIdList")
                yield replace(request, parameters=kept)
        elif by_id:
            for home in self.communities:
                if communities is None or home in communities:
                    yield replace(request, home=home)
        else:
            yield request

    def _query(self, request: AdhocQueryRequest) -> Call:
        return Call(url=self.registry, transaction="ITI-18", message=request)

    # --- documents

    def retrieve(self, request: DocumentRequest) -> Flow[RetrieveDocumentSetResponse]:
        """One document; an answer without it says why."""
        url = self.gateway or self.sources.get(request.repositoryUniqueId)
        if self.gateway is not None and request.homeCommunityId is None:
            request = replace(request, homeCommunityId=self.homeCommunityId)
        if url is None:
            text = f"no repository here has the repositoryUniqueId '{request.repositoryUniqueId}'"
            return _undelivered("XDSUnknownRepositoryId", text)
        if self.gateway is None and request.homeCommunityId not in (None, self.homeCommunityId):
            text = f"nobody here knows the community '{request.homeCommunityId}'"
            return _undelivered("XDSUnknownCommunity", text)
        message = RetrieveDocumentSetRequest(requests=(request,))
        (answer,) = yield Send((Call(url=url, transaction="ITI-43", message=message),))
        if isinstance(answer, NoAnswer):
            return _undelivered("XDSRepositoryError", f"no answer to ITI-43: {answer}")
        response: RetrieveDocumentSetResponse = answer
        return response


_NO_REASON: Final = RegistryError(
    errorCode="XDSRegistryError", codeContext="the registry refuses the query and does not say why"
)


def _undelivered(code: str, text: str) -> RetrieveDocumentSetResponse:
    error = RegistryError(errorCode=code, codeContext=text)
    return RetrieveDocumentSetResponse(status=FAILURE, errors=(error,))


def _refuses(answer: Answer) -> bool:
    return isinstance(answer, NoAnswer) or answer.status == FAILURE


def _errors(answer: Answer) -> tuple[RegistryError, ...]:
    if isinstance(answer, NoAnswer):
        text = f"no answer to ITI-18: {answer}"
        return (RegistryError(errorCode="XDSRegistryNotAvailable", codeContext=text),)
    found: tuple[RegistryError, ...] = answer.errors
    return found if answer.status != SUCCESS else _as_warnings(found)


def _as_warnings(errors: Iterable[RegistryError]) -> tuple[RegistryError, ...]:
    return tuple(replace(error, severity=SEVERITY_WARNING) for error in errors)


def _portions(answer: Answer, target: Target) -> Iterator[Sequence[MetadataObject]]:
    if not isinstance(answer, NoAnswer):
        for portion in in_portions(answer):
            yield getattr(portion, _OF_TARGET[target.find])


def _key(object: MetadataObject) -> tuple[str | None, str]:
    return object.homeCommunityId, object.entryUUID


def _starting(page: Sequence[MetadataObject], links: Iterable[Association]) -> tuple[Association, ...]:
    here = {object.entryUUID for object in page}
    return tuple({link.entryUUID: link for link in links if link.sourceObject in here}.values())


def _members(
    objects: Iterable[MetadataObject], links: Iterable[Association]
) -> tuple[list[MetadataObject], list[MetadataObject]]:
    """What Lists have as members: entries, and what is a Folder if it is a resource at all.

    A SubmissionSet says of entries alone how they were submitted (ITI TF-3: 4.2.2.1.1). Of its other members
    some are Associations.
    """
    lists = {each.entryUUID: each for each in objects if not isinstance(each, DocumentEntry)}
    entries: list[MetadataObject] = []
    others: list[MetadataObject] = []
    for link in links:
        holder = lists.get(link.sourceObject or "")
        if holder is not None and link.associationType == AssociationType.HAS_MEMBER:
            if isinstance(holder, Folder) or link.submissionSetStatus is not None:
                entries.append(_stub(DocumentEntry, link.targetObject, holder))
            else:
                others.append(_stub(Folder, link.targetObject, holder))
    return entries, others


def _stub(kind: type[DocumentEntry | Folder], id: str | None, beside: MetadataObject) -> MetadataObject:
    """An object of the community of another, of which no more is known than its id."""
    return kind(entryUUID=id or "", homeCommunityId=beside.homeCommunityId)


def _referred(found: Iterable[RegistryObjectList]) -> frozenset[str]:
    return frozenset(id for part in found for id in part.objectRefs)


class _Best:
    """Of all that is found, what the page and those before it hold: the rest is counted and let go."""

    def __init__(self, paging: Paging) -> None:
        self._paging = paging
        self._most = paging.offset + paging.count
        self._held: list[MetadataObject] = []
        self.total = 0

    def take(self, objects: Iterable[MetadataObject]) -> None:
        """Some more."""
        before = len(self._held)
        self._held.extend(objects)
        self.total += len(self._held) - before
        if len(self._held) > 2 * self._most:
            self._held = _ordered(self._held, self._paging.sort)[: self._most]

    def page(self) -> list[MetadataObject]:
        """In the order that is asked for."""
        return _ordered(self._held, self._paging.sort)[self._paging.offset : self._most]


def _ordered(objects: Iterable[MetadataObject], sort: Sequence[str]) -> list[MetadataObject]:
    """By what the client says, else the newest first; ties by id, so that pages do not overlap."""
    found = sorted(objects, key=lambda each: each.entryUUID)
    for key in reversed(sort or ("-creation",)):
        name = SORTS[key.removeprefix("-")]
        found.sort(key=partial(_sortable, name=name), reverse=key.startswith("-"))
    return found


def _sortable(object: MetadataObject, name: str) -> str:
    if isinstance(object, SubmissionSet) and name == "creationTime":
        name = "submissionTime"
    if isinstance(object, Folder) and name == "creationTime":
        name = "lastUpdateTime"
    value = getattr(object, name, None)
    return str(getattr(value, "code", value) or "")
