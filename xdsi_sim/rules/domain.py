"""What the registry of an affinity domain takes: from whom, kept where, and not from the future.

The subject is the submission with what the registry knows; what it does not say is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import check_dtm
from xdsi_sim.ebrim.model import DocumentEntry, MetadataObject, SubmissionSet
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission

__all__: list[str] = []

_WARNING: Final = Severity.WARNING


def _at(value: MetadataObject, text: str, attribute: str, given: str) -> Violation:
    return Violation(text, location=value.entryUUID, attribute=attribute, value=given)


@rule("D09", code=None, severity=_WARNING, ground="choice")
def nothing_was_made_in_the_future(submission: Submission) -> Iterator[Violation]:
    """A creationTime or submissionTime does not lie in the future."""
    for value, attribute, time in _times(submission):
        if time is not None and _is_after(time, submission.known.latest):
            yield _at(value, f"{attribute} lies in the future", attribute, time)


def _times(submission: Submission) -> Iterator[tuple[DocumentEntry | SubmissionSet, str, str | None]]:
    for entry in submission.objects.documentEntries:
        yield entry, "creationTime", entry.creationTime
    for set_ in submission.objects.submissionSets:
        yield set_, "submissionTime", set_.submissionTime


def _is_after(time: str, latest: str | None) -> bool:
    if latest is None or time <= latest[: len(time)]:
        return False
    try:
        check_dtm(time)
    except ValueError:
        return False  # D08 has that
    return True


@rule("F17", severity=_WARNING, ground="choice")
def repository_is_one_of_the_domain(submission: Submission) -> Iterator[Violation]:
    """A repositoryUniqueId is that of a repository that the registry takes from."""
    known = submission.known.repositories
    if known is None:
        return
    for entry in submission.objects.documentEntries:
        repository = entry.repositoryUniqueId
        if repository and repository not in known:
            yield _at(entry, "no such repository is known", "repositoryUniqueId", repository)


@rule("F18", cites="ITI TF-2: 3.41.4.1.3", severity=_WARNING)
def source_is_one_of_the_domain(submission: Submission) -> Iterator[Violation]:
    """A sourceId is that of a source that the registry takes from."""
    known = submission.known.sources
    if known is None:
        return
    for set_ in submission.objects.submissionSets:
        if set_.sourceId and set_.sourceId not in known:
            yield _at(set_, "no such source is known", "sourceId", set_.sourceId)
