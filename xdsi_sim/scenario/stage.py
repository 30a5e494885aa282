"""What a step gets to play on, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.clock import now
from xdsi_sim.content import Content
from xdsi_sim.errors import Finding, XdsiSimError
from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_uid
from xdsi_sim.messages.response import RegistryError, status_name
from xdsi_sim.scenario.record import Check

if TYPE_CHECKING:
    from xdsi_sim.client.answers import Reply
    from xdsi_sim.client.dicomweb import HttpReply
    from xdsi_sim.scenario.company import Troupe
    from xdsi_sim.scenario.tables import Table
    from xdsi_sim.topology.world import World

__all__ = [
    "Act",
    "Acted",
    "Answered",
    "Cut",
    "Listening",
    "Outcome",
    "Stage",
    "StepFailed",
    "answered",
    "details_of",
    "listed",
    "plural",
]


class StepFailed(XdsiSimError):
    """A step cannot go on because of what it got; the verdict is `fail` and the message says why."""

    def __init__(self, text: str, checks: tuple[Check, ...] = ()) -> None:
        """`checks` say it once more, one thing at a time."""
        super().__init__(text)
        self.checks = checks


class Cut(XdsiSimError):
    """The run was interrupted, or a time-out has ended the step: nothing more is to be played in it."""


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
    table: Table | None = None
    """What is shown as one."""
    findings: tuple[Finding, ...] = ()
    subject: Exchange | None = None
    """The message that the step is about, where it is not the last that the step has sent."""


# --- steps that hold steps -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Steps to be played one after the other, for a step that holds them."""

    steps: Sequence[Any]
    name: str | None = None
    """Of the branch or round, under which reports show its steps; None shows them under their holder."""
    kind: str = ""
    """What it is: `branch`, `round`."""
    names: Mapping[str, Any] = field(default_factory=dict)
    """What `${…}` knows in it beside what is known outside."""
    alone: bool = False
    """Whether it knows nothing of what is known outside."""
    folder: Path | None = None
    """Where its relative paths begin, if elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What came of an act."""

    passed: bool
    saved: Mapping[str, Any]
    """What its steps have saved, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Since when a step listens for messages of others."""

    mark: int
    """Of the log, see `World.heard`."""
    played: frozenset[str] = frozenset()
    """Conversations of the scenario's own steps that began before: nobody waits for those."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running actors, seen from one step."""

    running: World
    conversation: str
    folder: Path
    """Where relative paths of the scenario begin."""
    now: Callable[[], datetime]
    new_uid: Callable[[], str]
    findings: list[Finding] = field(default_factory=list)
    """What the client found in the answers of this step."""
    sent: list[str] = field(default_factory=list)
    """Ids of the exchanges that this step itself began, in their order."""
    played_with: Troupe | None = None
    """None where no scenario is played."""

    @classmethod
    def on(cls, running: World, conversation: str, folder: Path, company: Troupe | None = None) -> Stage:
        """With the time of day, and UIDs never given before."""
        return cls(
            running=running,
            conversation=conversation,
            folder=folder,
            now=now,
            new_uid=new_uid,
            played_with=company,
        )

    @property
    def company(self) -> Troupe:
        """Who plays with the step; raises RuntimeError where no scenario is played."""
        if self.played_with is None:
            raise RuntimeError("this step can only be played in a scenario")
        return self.played_with

    @property
    def spool(self) -> Path:
        """Folder for parts of messages that are read; that of the system where no scenario is played."""
        return self.company.spool if self.played_with is not None else Path(gettempdir())

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
        self.sent.append(reply.exchange)
        return reply

    def get(self, url: str, *, sender: str, accept: str, transaction: str) -> HttpReply:
        """Fetch by DICOMweb."""
        reply = self.running.client.get(
            url, accept=accept, transaction=transaction, sender=sender, conversation=self.conversation
        )
        self.sent.append(reply.exchange)
        return reply

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Sequence[tuple[str, str]],
        body: Content,
        sender: str,
        transaction: str,
    ) -> HttpReply:
        """Send any HTTP message."""
        reply = self.running.client.ask(
            method,
            url,
            headers=headers,
            body=body,
            transaction=transaction,
            sender=sender,
            conversation=self.conversation,
        )
        self.sent.append(reply.exchange)
        return reply


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
