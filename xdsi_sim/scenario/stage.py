"""What a step gets to play on, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.errors import Finding, XdsiSimError
from xdsi_sim.ids import new_uid
from xdsi_sim.messages.response import RegistryError, status_name
from xdsi_sim.scenario.ports import HttpReply, Reply, Running
from xdsi_sim.scenario.record import Check

__all__ = ["Answered", "Outcome", "Stage", "StepFailed", "answered", "details_of", "listed", "plural"]


class StepFailed(XdsiSimError):
    """A step cannot go on because of what it got; the verdict is `fail` and the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How one request was answered, in the terms that an expectation names."""

    receiver: str
    transaction: str
    status: str
    """`Success`, `PartialSuccess`, `Failure`, or `no answer: …`."""
    errors: tuple[RegistryError, ...] = ()

    @property
    def as_observed(self) -> str:
        """Status and error codes with their contexts, for people."""
        errors = "; ".join(f"{error.errorCode} ({error.codeContext})" for error in self.errors)
        return f"{self.status}: {errors}" if errors else self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step came to."""

    text: str
    """One line: `2 entries`."""
    value: Any = None
    """What `save` keeps and `expect.values` looks into."""
    count: int | None = None
    """What `expect.count` means here; None where nothing is counted."""
    answers: tuple[Answered, ...] = ()
    """One for each SOAP request sent."""
    details: tuple[tuple[str, str], ...] = ()
    checks: tuple[Check, ...] = ()
    """What the step checks by itself."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running actors, seen from one step."""

    running: Running
    conversation: str
    folder: Path
    """Where relative paths of the scenario begin."""
    now: Callable[[], datetime]
    new_uid: Callable[[], str]
    findings: list[Finding] = field(default_factory=list)
    """What the client found in the answers of this step."""

    @classmethod
    def on(cls, running: Running, conversation: str, folder: Path) -> Stage:
        """With the clock of the machine, and UIDs never given before."""
        return cls(
            running=running,
            conversation=conversation,
            folder=folder,
            now=lambda: datetime.now(UTC),
            new_uid=new_uid,
        )

    def actor_of(self, oid: str) -> str | None:
        """Id of the actor that metadata and manifests name by this OID."""
        actors = (placed.actor for placed in self.running.topology.actors())
        return next((actor.id for actor in actors if actor.metadata_oid == oid), None)

    def call(self, *, sender: str, receiver: str, transaction: str, message: Any) -> Reply:
        """Send a SOAP message from one actor to another."""
        call = Call(url=self.running.url_of(receiver), transaction=transaction, message=message)
        return self.send(call, sender=sender)

    def send(self, call: Call, *, sender: str) -> Reply:
        """Send a SOAP message of an actor."""
        reply = self.running.client.call(call, sender=sender, conversation=self.conversation)
        self.findings.extend(reply.findings)
        return reply

    def get(self, url: str, *, sender: str, accept: str, transaction: str) -> HttpReply:
        """Fetch by DICOMweb."""
        return self.running.client.get(
            url, accept=accept, transaction=transaction, sender=sender, conversation=self.conversation
        )


def answered(reply: Reply, *, receiver: str, transaction: str) -> Answered:
    """A reply in the terms of an expectation."""
    if isinstance(reply.answer, NoAnswer):
        return Answered(receiver=receiver, transaction=transaction, status=f"no answer: {reply.answer}")
    return Answered(
        receiver=receiver,
        transaction=transaction,
        status=status_name(reply.answer.status),
        errors=tuple(reply.answer.errors),
    )


def plural(count: int, noun: str, more: str | None = None) -> str:
    """`1 entry`, `2 entries`."""
    return f"{count} {noun if count == 1 else more or noun + 's'}"


def listed(texts: Sequence[str]) -> str:
    """Texts, each once, in their order."""
    return ", ".join(dict.fromkeys(texts))


def details_of(pairs: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Labels with their values, empty ones left out."""
    return tuple((label, value) for label, value in pairs.items() if value)
