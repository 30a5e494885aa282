"""`mhd-retrieve`: a consumer fetches documents by the addresses of their references (ITI MHD: 3.68)."""

from __future__ import annotations

from typing import Any, Final

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.scenario.fhir import answered_by
from xdsi_sim.scenario.kind import ConsumerId, StepKind
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed
from xdsi_sim.scenario.steps.retrieve import RetrievedDocument, retrieved
from xdsi_sim.topology.checked import Checked

__all__ = ["MHD_RETRIEVE"]


class MhdRetrieve(Checked):
    """Who fetches which documents."""

    consumer: ConsumerId
    entries: Any
    """What `mhd-find` has saved: `${found.entries}`."""


def play(step: MhdRetrieve, stage: Stage) -> Outcome:
    """One GET for each document; checks hash, size and media type of what comes."""
    entries = step.entries if isinstance(step.entries, tuple) else (step.entries,)
    outcomes = [_fetched(stage, step.consumer, entry) for entry in entries]
    documents = tuple(document for _, document in outcomes if document is not None)
    return retrieved(documents, tuple(answer for answer, _ in outcomes))


def _fetched(stage: Stage, consumer: str, entry: DocumentEntry) -> tuple[Answered, RetrievedDocument | None]:
    if not entry.URI:
        raise StepFailed(f"nothing says where '{entry.title or entry.uniqueId}' is: it was not found by MHD")
    accept = entry.mimeType or "*/*"
    reply = stage.get(entry.URI, sender=consumer, accept=accept, transaction="ITI-68")
    answer = answered_by(reply, receiver=entry.URI, transaction="ITI-68")
    if answer.status != "Success" or not reply.parts:
        return answer, None
    return answer, RetrievedDocument(
        entry=entry,
        mimeType=reply.headers.get("content-type", "").partition(";")[0].strip(),
        content=reply.parts[0].content,
    )


MHD_RETRIEVE: Final = StepKind(
    key="mhd-retrieve", parameters=MhdRetrieve, play=play, counts="documents", answers=True
)
