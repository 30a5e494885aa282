"""`retrieve`: a consumer fetches documents by ITI-43 from the repositories that keep them, or a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.content import Content, sha1_of
from xdsi_sim.dicom.manifest import KEY_OBJECT_SELECTION
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.errors import Finding
from xdsi_sim.messages.retrieve import DocumentRequest, DocumentResponse, RetrieveDocumentSetRequest
from xdsi_sim.rules.answers import check_delivered
from xdsi_sim.rules.on_demand_retrieve import check_delivery
from xdsi_sim.rules.retrieved import DeliveredDocument
from xdsi_sim.scenario.asked import AskedDocument, Documents, one_by_one
from xdsi_sim.scenario.crossing import transaction_to
from xdsi_sim.scenario.kind import AnyGatewayId, ConsumerId, StepKind
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed, answered, details_of, listed, plural
from xdsi_sim.topology.checked import Checked
from xdsi_sim.vocab import ON_DEMAND

__all__ = ["RETRIEVE", "RetrievedDocument"]


class Retrieve(Checked):
    """Who fetches which documents."""

    consumer: ConsumerId
    entries: Documents
    """DocumentEntries that a query has saved: `${found.entries}`; or `uniqueId`, `repositoryUniqueId`
    and perhaps `homeCommunityId` of documents that need not be there."""
    through: AnyGatewayId = None
    """The gateway that is asked for all of them in one message; a Responding Gateway by ITI-39."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievedDocument:
    """A document and the metadata by which it was asked for."""

    entry: DocumentEntry
    mimeType: str
    content: Content
    newRepositoryUniqueId: str | None = None
    """Where a document made on demand is kept, if it is."""
    newDocumentUniqueId: str | None = None
    """Id of a document made on demand."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the ids of its delivery (rules H13 and H14)."""

    @property
    def size(self) -> int:
        """Octets."""
        return self.content.size

    @property
    def is_manifest(self) -> bool:
        """Whether the metadata call it an imaging manifest (RAD TF: 4.68)."""
        return self.entry.formatCode is not None and self.entry.formatCode.code == KEY_OBJECT_SELECTION


def play(step: Retrieve, stage: Stage) -> Outcome:
    """One message to each repository, or to the gateway; checks hash, size and media type of what comes."""
    entries = tuple(_entry(each) for each in one_by_one(step.entries))
    outcomes = [
        _fetched(stage, step.consumer, receiver, asked)
        for receiver, asked in _receivers(step, stage, entries)
    ]
    documents = tuple(document for _, found in outcomes for document in found)
    held = [_Held(document, sha1_of(document.content)) for document in documents]
    return Outcome(
        text=plural(len(documents), "document"),
        value={
            "documents": documents,
            "manifests": tuple(item for item in documents if item.is_manifest),
            "reports": tuple(item for item in documents if not item.is_manifest),
            "errors": tuple(error for answer, _ in outcomes for error in answer.errors),
        },
        count=len(documents),
        answers=tuple(answer for answer, _ in outcomes),
        details=details_of(
            {
                "Documents": listed(
                    [f"{item.entry.title} ({item.mimeType}, {item.size:,} octets)" for item in documents]
                )
            }
        ),
        checks=tuple(check for document in held for check in _checks(document)),
        findings=tuple(finding for document in held for finding in _findings(document)),
    )


def _entry(asked: DocumentEntry | AskedDocument) -> DocumentEntry:
    if isinstance(asked, DocumentEntry):
        return asked
    return DocumentEntry(
        entryUUID="",
        uniqueId=asked.uniqueId,
        repositoryUniqueId=asked.repositoryUniqueId,
        homeCommunityId=asked.homeCommunityId,
    )


def _repository(entry: DocumentEntry) -> str:
    return entry.repositoryUniqueId or ""


def _receivers(
    step: Retrieve, stage: Stage, entries: tuple[DocumentEntry, ...]
) -> Iterator[tuple[str, tuple[DocumentEntry, ...]]]:
    """Whom to ask for what; without a gateway the consumer splits by repository itself."""
    if step.through is not None:
        yield step.through, entries
        return
    for oid, group in groupby(sorted(entries, key=_repository), key=_repository):
        receiver = stage.actor_of(oid)
        if receiver is None:
            raise StepFailed(f"no repository of the topology has the repositoryUniqueId '{oid}'")
        yield receiver, tuple(group)


def _fetched(
    stage: Stage, consumer: str, receiver: str, entries: tuple[DocumentEntry, ...]
) -> tuple[Answered, list[RetrievedDocument]]:
    message = RetrieveDocumentSetRequest(
        requests=tuple(
            DocumentRequest(
                repositoryUniqueId=_repository(entry),
                documentUniqueId=entry.uniqueId or "",
                homeCommunityId=entry.homeCommunityId,
            )
            for entry in entries
        )
    )
    transaction = transaction_to(stage.running, receiver, "ITI-43")
    reply = stage.call(sender=consumer, receiver=receiver, transaction=transaction, message=message)
    documents = () if isinstance(reply.answer, NoAnswer) else reply.answer.documents
    return answered(reply, receiver=receiver, transaction=transaction), list(_matched(documents, entries))


def _matched(
    documents: tuple[DocumentResponse, ...], entries: tuple[DocumentEntry, ...]
) -> Iterator[RetrievedDocument]:
    by_id = {entry.uniqueId: entry for entry in entries}
    for document in documents:
        entry = by_id.get(document.request.documentUniqueId)
        if entry is not None:
            yield RetrievedDocument(
                entry=entry,
                mimeType=document.mimeType,
                content=document.content,
                newRepositoryUniqueId=document.newRepositoryUniqueId,
                newDocumentUniqueId=document.newDocumentUniqueId,
                findings=check_delivery(entry, document).findings,
            )


@dataclass(frozen=True, slots=True)
class _Held:
    """A document with the hash of its octets, worked out once."""

    document: RetrievedDocument
    hash: str

    @property
    def is_registered(self) -> bool:
        """Whether there are metadata to hold it against: a scenario may ask for a document without."""
        return bool(self.document.entry.entryUUID)


def _findings(held: _Held) -> tuple[Finding, ...]:
    document = held.document
    if not held.is_registered:
        return document.findings
    delivered = DeliveredDocument(
        entry=document.entry, mimeType=document.mimeType, hash=held.hash, size=document.size
    )
    return (*document.findings, *check_delivered(delivered).findings)


def _checks(held: _Held) -> Iterator[Check]:
    """What a consumer holds a document against (ITI TF-2: 3.43.4.2.3.2)."""
    document, entry = held.document, held.document.entry
    if not held.is_registered:
        return
    if entry.objectType == ON_DEMAND:  # nothing is registered of the bytes
        yield _new_id(document)
    else:
        yield _same(document, "hash", (entry.hash or "").lower(), held.hash)
        yield _same(document, "size", entry.size, str(document.size))
    yield _same(document, "media type", entry.mimeType, document.mimeType)


def _same(document: RetrievedDocument, what: str, registered: str | None, received: str) -> Check:
    return Check(
        text=f"the {what} of '{document.entry.title or document.entry.uniqueId}' is the registered one",
        ok=registered == received,
        expected=registered,
        observed=received,
        cites="ITI TF-2: 3.43.4.2.3",
    )


def _new_id(document: RetrievedDocument) -> Check:
    wrong = [finding.text for finding in document.findings]
    return Check(
        text=f"'{document.entry.title or document.entry.uniqueId}', made on demand, has an id of its own",
        ok=not wrong,
        expected="a NewDocumentUniqueId that is not the id asked for",
        observed="; ".join(wrong) or document.newDocumentUniqueId,
        cites="ITI TF-2: 3.43.4.2.2",
    )


RETRIEVE: Final = StepKind(key="retrieve", parameters=Retrieve, play=play, counts="documents", answers=True)
