"""A community whose actors can be told to answer wrongly, and our own client that asks all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from a_federation import community, federation, oid
from submissions import a_set, a_submission, an_entry, members

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.client.dicomweb import HttpReply
from xdsi_sim.content import BytesContent, sha1_of
from xdsi_sim.deviations.switches import Setting, Switch
from xdsi_sim.ids import new_token
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import LEAF_CLASS, OBJECT_REF, AdhocQueryRequest
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, encode
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest
from xdsi_sim.rules.answers import check_delivered
from xdsi_sim.rules.retrieved import DeliveredDocument
from xdsi_sim.scenario.stage import Stage
from xdsi_sim.scenario.steps import KINDS
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.instances import StoredInstance
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import APPROVED

_RULE = re.compile(r"\[([A-M]\d\d)\]")
ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
PATIENT = "NAT-1002^^^&2.999.10.1&ISO"
"""Of the sample study."""
HOME = "urn:oid:2.999.71"
SOURCE = "2.999.71.20"
ASKED = {
    "ITI-18": "north-registry",
    "ITI-42": "north-registry",
    "ITI-43": "north-repository",
    "ITI-41": "north-repository",
    "ITI-38": "north-rg",
    "ITI-39": "north-rg",
    "RAD-69": "north-pacs",
    "RAD-75": "north-rig",
    "ITI-57": "north-registry",
    "ITI-92": "north-registry",
    "ITI-62": "north-registry",
    "ITI-86": "north-repository",
    "WADO-RS": "north-pacs",
}
"""Who is asked what; the first that fits is the one by which a deviation is tried."""


def a_query(returnType: str = LEAF_CLASS) -> AdhocQueryRequest:
    """FindDocuments of the patient."""
    known = FIND_DOCUMENTS.by_name
    slots = (
        encode(known["$XDSDocumentEntryPatientId"], PATIENT),
        encode(known["$XDSDocumentEntryStatus"], APPROVED),
    )
    return AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots, returnType=returnType)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What our own client makes of an answer."""

    outcome: str
    """`Success`, `Failure`, or why there is no answer."""
    rules: frozenset[str]
    """Those found broken."""
    answer: Any


class FaultyDomain:
    """Running actors, and what to ask of them."""

    def __init__(self, running: RunningTopology, folder: Path) -> None:
        self.running = running
        self.conversation = ""
        self._numbers = count(1000)
        stage = Stage.on(running, new_token(), folder)
        for kind, parameters in (
            ("load", {"source": "north-pacs", "samples": ["cr-chest"]}),
            ("publish", {"source": "north-pacs"}),
        ):
            KINDS[kind].play(KINDS[kind].parameters(**parameters), stage)
        (self.entry,) = self.ask("ITI-18").answer.objects.documentEntries
        store = running.store_of("north-pacs")
        self.images: tuple[StoredInstance, ...] = tuple(store.instances(store.studies()[0]))
        provided = self.ask("ITI-41")
        assert provided.outcome == "Success"

    def message(self, transaction: str) -> Any:
        """A sound request of its own."""
        number = next(self._numbers)
        if transaction in ("ITI-18", "ITI-38"):
            return a_query()
        if transaction in ("ITI-41", "ITI-42", "ITI-57", "ITI-92"):
            return self._submission(number, provided=transaction == "ITI-41")
        if transaction == "ITI-62":
            return RemoveObjectsRequest(ids=("urn:uuid:00000000-0000-4000-8000-000000000099",))
        if transaction == "ITI-86":
            return RemoveDocumentsRequest(
                requests=(replace(self._document(None), documentUniqueId="2.999.8"),)
            )
        home = HOME if transaction in ("ITI-39", "RAD-75") else None
        if transaction in ("RAD-69", "RAD-75"):
            return self._images(home)
        return RetrieveDocumentSetRequest(requests=(self._document(home),))

    def _submission(self, number: int, *, provided: bool) -> Any:
        open_ = {"hash": None, "size": None} if provided else {}
        set_ = a_set(200_000 + number, patientId=PATIENT)
        entry = an_entry(number, patientId=PATIENT, repositoryUniqueId=oid("north", 3), **open_)
        submission = a_submission(entries=(entry,), set_=set_, associations=members(set_, (entry,)))
        if not provided:
            return submission
        document = Document(id=entry.entryUUID, content=BytesContent(b"octets of number %d" % number))
        return ProvideAndRegisterDocumentSetRequest(submission=submission, documents=(document,))

    def _document(self, home: str | None) -> DocumentRequest:
        return DocumentRequest(
            repositoryUniqueId=self.entry.repositoryUniqueId or "",
            documentUniqueId=self.entry.uniqueId or "",
            homeCommunityId=home,
        )

    def _images(self, home: str | None) -> RetrieveImagingDocumentSetRequest:
        return RetrieveImagingDocumentSetRequest(
            requests=tuple(
                ImagingDocumentRequest(
                    studyInstanceUID=image.studyInstanceUID,
                    seriesInstanceUID=image.seriesInstanceUID,
                    document=DocumentRequest(
                        repositoryUniqueId=SOURCE,
                        documentUniqueId=image.sopInstanceUID,
                        homeCommunityId=home,
                    ),
                )
                for image in self.images[:2]
            ),
            transferSyntaxUIDs=tuple({image.transferSyntaxUID for image in self.images}),
        )

    def ask(self, transaction: str, message: Any = None) -> Seen:
        """Ask whoever is there for the transaction, over a socket, and hold the answer against all rules."""
        self.conversation = new_token()
        call = Call(
            url=self.running.url_of(ASKED[transaction]),
            transaction=transaction,
            message=message or self.message(transaction),
        )
        reply = self.running.client.call(call, sender="tester", conversation=self.conversation)
        rules = {finding.rule for finding in reply.findings}
        if isinstance(reply.answer, NoAnswer):
            rules |= set(_RULE.findall(str(reply.answer)))
            return Seen(outcome=f"no answer: {reply.answer}", rules=frozenset(rules), answer=reply.answer)
        if transaction in ("ITI-43", "ITI-39"):
            rules |= self._beside_the_entry(reply.answer)
        return Seen(outcome=status_name(reply.answer.status), rules=frozenset(rules), answer=reply.answer)

    def _beside_the_entry(self, answer: Any) -> set[str]:
        delivered = [
            DeliveredDocument(
                entry=self.entry,
                mimeType=document.mimeType,
                hash=sha1_of(document.content),
                size=document.content.size,
            )
            for document in answer.documents
            if document.request.documentUniqueId == self.entry.uniqueId
        ]
        return {finding.rule for one in delivered for finding in check_delivered(one).findings}

    def ask_for_references(self) -> Seen:
        """ITI-18 with returnType ObjectRef."""
        return self.ask("ITI-18", a_query(OBJECT_REF))

    def get(self, path: str = "") -> HttpReply:
        """The study by WADO-RS."""
        self.conversation = new_token()
        url = f"{self.running.dicomweb_of('north-pacs')}/studies/{self.images[0].studyInstanceUID}{path}"
        return self.running.client.get(
            url, accept=ACCEPT, transaction="WADO-RS", sender="tester", conversation=self.conversation
        )

    def deviations(self) -> tuple[str, ...]:
        """What the log says was done to the last answer."""
        found = self.running.exchanges(self.conversation)
        return tuple(word for exchange in found for word in exchange.deviations)

    @contextmanager
    def deviating(self, actor: str, deviation: str, **more: Any) -> Iterator[Switch]:
        """With a deviation of an actor."""
        switch = self.running.faults.on(Setting(actor=actor, deviation=deviation, **more), by="test")
        try:
            yield switch
        finally:
            self.running.faults.off(switch.number)
            # what the fault has left of a kept connection is not for whoever asks next
            running_loop().call(self.running.client._soap._http.close)


@contextmanager
def faulty_domain(folder: Path, **settings: Any) -> Iterator[FaultyDomain]:
    """Registry, repository, archive and gateways of one community on free ports."""
    archive = {"id": "north-pacs", "oid": SOURCE, "aeTitle": "N", "publishesTo": "north-repository"}
    north = community(
        "north",
        patientAuthority="2.999.10.1",
        sources=[archive],
        onDemandSources=[],
        initiatingImagingGateway={"id": "north-iig"},
        respondingImagingGateway={"id": "north-rig"},
    )
    with start(federation(north, **settings), folder / "data", Listen("127.0.0.1", 0)) as running:
        yield FaultyDomain(running, folder)
