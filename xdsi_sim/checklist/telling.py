"""What several checks have to tell: queries that went wrong, and findings of rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xdsi_sim.checklist.observed import Observed, Question, SeenManifest
from xdsi_sim.checklist.results import Point, doubt, good, lack
from xdsi_sim.errors import Severity

__all__ = ["asked_for", "by_rules", "listed", "wrong_questions"]


def by_rules(manifest: SeenManifest, *ids: str) -> Iterator[Point]:
    """What some of the rules of manifests have found."""
    for finding in manifest.findings:
        if finding.rule in ids and finding.severity is not Severity.INFO:
            says = lack if finding.severity is Severity.ERROR else doubt
            yield says(f"{finding.rule}: {finding.text}", manifest.at(finding.location or ""))


def wrong_questions(questions: Iterable[Question]) -> Iterator[Point]:
    """Queries that did not find what they should, and that there were others."""
    asked = list(questions)
    for question in asked:
        if not question.right:
            found, expected = len(question.found), len(question.expected)
            text = f"by {question.topic} {question.value}: {found} found, {expected} expected"
            yield lack(f"{text}, {question.status}", question.evidence)
    if asked:
        topics = " and ".join(dict.fromkeys(question.topic for question in asked))
        yield good(f"queries by {topics} found what they should", asked[0].evidence)


def asked_for(seen: Observed, topic: str, manifest: SeenManifest) -> Iterator[Point]:
    """Of the queries on a topic, those that should have found this manifest."""
    asked = [question for question in seen.asked(topic) if manifest.name in question.expected]
    if not asked:
        yield lack(f"{manifest.name} could not be searched for by {topic}", manifest.evidence)
    yield from wrong_questions(asked)


def listed(values: Iterable[str]) -> str:
    """`CT/MR`; `none` without any."""
    return "/".join(sorted(values)) or "none"
