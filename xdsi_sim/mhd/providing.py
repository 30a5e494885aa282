"""ITI-65, and ITI-105 for one document: from a bundle to ITI-41 and back."""

from __future__ import annotations

from xdsi_sim.fhir.bundles import transaction_response
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.provided import Entry, read_provide_bundle
from xdsi_sim.fhir.submission import Submission, simple_submission, submission_of
from xdsi_sim.fhir.values import Resource
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.mhd.face import Face
from xdsi_sim.vocab import FAILURE

__all__ = ["provide", "provide_one"]


def provide(face: Face, bundle: Resource) -> Resource:
    """The transaction-response; raises Rejected, and nothing is published then."""
    read = read_provide_bundle(bundle)
    submission = submission_of(read, face.domain)
    issues = _sent(face, submission)
    made = [_made(entry, submission) for entry in read.entries]
    return transaction_response(made, face.domain.now(), issues)


def provide_one(face: Face, resource: Resource) -> tuple[str, tuple[Issue, ...]]:
    """ITI-105: the id of the DocumentReference; raises Rejected."""
    submission = simple_submission(resource, face.domain)
    issues = _sent(face, submission)
    return submission.made[0][1], issues


def _sent(face: Face, submission: Submission) -> tuple[Issue, ...]:
    """Hand it on; gives what is to be known."""
    if face.recipient is None:
        text = "nobody in this community takes documents"
        raise Rejected(Issue("not-supported", text), status=422)
    answer: RegistryResponse = face.perform(face.recipient.provide(submission.request))
    objects = submission.request.submission.objects
    lists = {each.entryUUID for each in (*objects.submissionSets, *objects.folders)}
    told = face.issues(answer.errors, lists)
    if answer.status == FAILURE or not answer.status:
        raise Rejected(*(told or (Issue("processing", "the repository refuses and does not say why"),)))
    return (*submission.issues, *told)


def _made(entry: Entry, submission: Submission) -> tuple[str, str]:
    kind, id = submission.made.get(entry.number, ("", ""))
    created = entry.method == "POST" and entry.kind != "Patient"
    status = "201 Created" if created else "200 OK"
    return status, f"{kind}/{id}" if id else ""
