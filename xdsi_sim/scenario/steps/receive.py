"""`receive`: what a recipient has been sent, looked at where it keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.actors.ports import ReceivedSubmission
from xdsi_sim.scenario.kind import RecipientId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, listed, plural
from xdsi_sim.scenario.steps.retrieve import RetrievedDocument
from xdsi_sim.topology.checked import Checked

__all__ = ["RECEIVE"]


class Receive(Checked):
    """Who looks into its inbox."""

    recipient: RecipientId


def play(step: Receive, stage: Stage) -> Outcome:
    """All that has come since the actors were started, in the order of its coming."""
    submissions = stage.running.received_by(step.recipient)
    objects = [submission.metadata.objects for submission in submissions]
    documents = tuple(document for submission in submissions for document in _documents(submission))
    return Outcome(
        text=f"{plural(len(submissions), 'submission')} with {plural(len(documents), 'document')}",
        value={
            "submissionSets": tuple(set_ for one in objects for set_ in one.submissionSets),
            "entries": tuple(entry for one in objects for entry in one.documentEntries),
            "folders": tuple(folder for one in objects for folder in one.folders),
            "associations": tuple(association for one in objects for association in one.associations),
            "documents": documents,
            "manifests": tuple(document for document in documents if document.is_manifest),
            "reports": tuple(document for document in documents if not document.is_manifest),
        },
        count=len(submissions),
        details=details_of({"Documents": listed([_described(document) for document in documents])}),
    )


def _documents(submission: ReceivedSubmission) -> Iterator[RetrievedDocument]:
    entries = {entry.entryUUID: entry for entry in submission.metadata.objects.documentEntries}
    for document in submission.documents:
        yield RetrievedDocument(
            entry=entries[document.entryUUID], mimeType=document.mimeType, content=document.content
        )


def _described(document: RetrievedDocument) -> str:
    name = document.entry.title or document.entry.uniqueId
    return f"{name} ({document.mimeType}, {document.size:,} octets)"


RECEIVE: Final = StepKind(key="receive", parameters=Receive, play=play, counts="submissions")
