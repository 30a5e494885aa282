"""Certificates and diagnoses as lines for people and as values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from xdsi_sim.tls.described import CertificateFacts, day
from xdsi_sim.tls.doctor import Diagnosis

__all__ = ["diagnosis_document", "diagnosis_lines", "facts_document", "facts_lines"]


def facts_document(facts: CertificateFacts) -> dict[str, Any]:
    """A certificate for a program, its times in the form of RFC 3339."""
    times = {"not_before": facts.not_before.isoformat(), "not_after": facts.not_after.isoformat()}
    return {**asdict(facts), **times}


def facts_lines(facts: CertificateFacts) -> tuple[str, ...]:
    """A certificate for people."""
    return (
        f"  subject   {facts.subject}",
        f"  issuer    {facts.issuer}",
        f"  valid     {day(facts.not_before)} to {day(facts.not_after)}",
        f"  names     {', '.join(facts.names) or 'none'}",
        f"  sha-256   {facts.fingerprint}",
    )


def diagnosis_document(found: Diagnosis) -> dict[str, Any]:
    """A diagnosis for a program."""
    return {
        "url": found.url,
        "good": not found.findings,
        "verdict": found.verdict,
        "steps": [asdict(step) for step in found.steps],
        "chain": [facts_document(facts) for facts in found.chain],
    }


def diagnosis_lines(found: Diagnosis) -> Iterator[str]:
    """A diagnosis for people: steps, the chain, the verdict, and what to do."""
    for step in found.steps:
        yield f"{'ok' if step.good else 'FAIL':<5}{step.name:<17}{step.text}"
    for number, facts in enumerate(found.chain, 1):
        yield ""
        yield f"Certificate {number} of {len(found.chain)} as received"
        yield from facts_lines(facts)
    yield ""
    yield f"Verdict: {found.verdict}."
    for step in found.findings:
        yield f"Remedy: {step.remedy}"
