"""Steps of a survey: played like those of a scenario, recorded like those, and never the end of it.

What does not work is a finding of the survey, not its failure: the next step is played all the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.actors.flow import NoAnswer
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ids import new_token
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.making import Stop
from xdsi_sim.scenario.record import StepRecord, Verdict, worst_of
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, answered

if TYPE_CHECKING:
    from xdsi_sim.client.dicomweb import HttpReply
    from xdsi_sim.topology.world import World

__all__ = ["Asker", "Played", "Player"]

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """On whose behalf the survey asks, and whom."""

    consumer: str
    home: str
    """homeCommunityId of its community."""
    registry: str
    through: str | None = None
    """Initiating Gateway, in a federation."""
    imaging: str | None = None
    """Initiating Imaging Gateway, likewise."""
    mhd: str | None = None
    """FHIR face of its community."""

    @property
    def receiver(self) -> str:
        """Who gets queries."""
        return self.through or self.registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a step."""

    record: StepRecord
    outcome: Outcome | None = None
    """None where it could not be played to its end."""
    message: str | None = None
    """The last message that it sent."""

    @property
    def value(self) -> Any:
        """What `save` would keep; None without an outcome."""
        return self.outcome.value if self.outcome is not None else None

    @property
    def status(self) -> str:
        """Of the answers: that of the first that is no success, or why there is none."""
        if self.outcome is None:
            return self.record.text
        bad = (answer.as_observed for answer in self.outcome.answers if answer.status != "Success")
        return next(bad, "Success")


@dataclass(kw_only=True)
class Player:
    """Plays steps on a running topology."""

    running: World
    asker: Asker
    folder: Path
    """For files that last as long as the survey."""
    tell: Callable[[StepRecord], None] = lambda _record: None
    """Is told of each phase when it has ended."""
    stop: Stop = field(default_factory=Stop)
    """Once it is set, the next step raises Cut."""
    steps: list[StepRecord] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """All that is played in it is recorded below one step."""
        above, self.steps = self.steps, []
        started, begin = time.time(), time.perf_counter()
        try:
            yield
        finally:
            children, self.steps = tuple(self.steps), above
            record = StepRecord(
                name=name,
                kind="phase",
                verdict=worst_of((child.verdict for child in children), Verdict.SKIPPED),
                started=started,
                duration=time.perf_counter() - begin,
                children=children,
            )
            self.steps.append(record)
            self.tell(record)

    def play(self, name: str, kind: StepKind, /, **parameters: Any) -> Played:
        """A step of a scenario."""
        given = kind.parameters.model_validate(parameters)
        return self._played(name, kind.key, lambda stage: kind.play(given, stage))

    def query(self, name: str, request: AdhocQueryRequest) -> tuple[tuple[DocumentEntry, ...], Played]:
        """The entries that a query finds."""

        def ask(stage: Stage) -> Outcome:
            """One ITI-18; what brings no answer finds no entries."""
            asked = {"receiver": self.asker.receiver, "transaction": "ITI-18"}
            reply = stage.call(sender=self.asker.consumer, message=request, **asked)
            entries = () if isinstance(reply.answer, NoAnswer) else reply.answer.objects.documentEntries
            return Outcome(
                text=f"{len(entries)} found",
                value=entries,
                count=len(entries),
                answers=(answered(reply, **asked),),
                details=(("Asked", _shown(request)),),
            )

        played = self._played(name, "query", ask)
        return played.value or (), played

    def get(
        self, name: str, url: str, accept: str, *, transaction: str = "WADO-RS"
    ) -> tuple[HttpReply | None, Played]:
        """A GET; None where the address itself cannot be asked."""

        def ask(stage: Stage) -> Outcome:
            """One GET; an answer of any status is an outcome."""
            reply = stage.get(url, sender=self.asker.consumer, accept=accept, transaction=transaction)
            return Outcome(text=reply.trouble or f"HTTP {reply.status}", value=reply)

        played = self._played(name, "get", ask)
        return played.value, played

    def _played(self, name: str, kind: str, play: Callable[[Stage], Outcome]) -> Played:
        self.stop.check()
        conversation = new_token()
        self.conversations.append(conversation)
        stage = Stage.on(self.running, conversation, self.folder)
        started, begin = time.time(), time.perf_counter()
        record = StepRecord(name=name, kind=kind, verdict=Verdict.PASS, started=started, duration=0)
        outcome = None
        try:
            outcome = play(stage)
        except StepFailed as error:
            record = replace(record, verdict=Verdict.FAIL, text=str(error), checks=error.checks)
        except Exception as error:  # noqa: BLE001  what a peer sends may be anything; the survey goes on
            _LOG.debug("'%s' could not be played", name, exc_info=True)
            record = replace(record, verdict=Verdict.ERROR, text=str(error) or repr(error))
        else:
            good = all(check.ok for check in outcome.checks)
            record = replace(
                record,
                verdict=Verdict.PASS if good else Verdict.FAIL,
                text=outcome.text,
                details=outcome.details,
                checks=outcome.checks,
            )
        record = replace(
            record,
            duration=time.perf_counter() - begin,
            exchanges=tuple(exchange.id for exchange in self.running.exchanges(conversation)),
            findings=(*(outcome.findings if outcome is not None else ()), *stage.findings),
        )
        self.steps.append(record)
        return Played(record=record, outcome=outcome, message=stage.sent[-1] if stage.sent else None)


def _shown(request: AdhocQueryRequest) -> str:
    return "; ".join(f"{slot.name} = {', '.join(slot.values)}" for slot in request.parameters)
