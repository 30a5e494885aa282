"""How a Document Registry takes its patient identity feed (ITI TF-2: 3.8.4.1.4, 3.8.4.2.4, 3.44.4.2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from xdsi_sim.actors.commit import RefusedAtCommit
from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.ports import Clock, NewId
from xdsi_sim.actors.registry_port import PatientChange, RegistryStore
from xdsi_sim.clock import dtm_of
from xdsi_sim.messages.patient_feed import Acknowledgement, Event, Ii, PatientFeed
from xdsi_sim.rules.patient_feed import FedMessage, check_feed
from xdsi_sim.rules.registry import Verdict

__all__ = ["take_feed"]


_MOST_TEXTS: Final = 20


def take_feed(
    feed: PatientFeed, store: RegistryStore, *, authority: str | None, clock: Clock, new_id: NewId
) -> Flow[Acknowledgement]:
    """Take one message in, or refuse it and change nothing; it is acknowledged when it is durable."""
    message = FedMessage(feed=feed, authority=authority)

    def decide(patients: Mapping[str, str]) -> PatientChange:
        """What the message changes of what is known; raises RefusedAtCommit where a rule is broken."""
        verdict = check_feed(replace(message, patients=patients))
        if not verdict.accepted:
            raise RefusedAtCommit(verdict)
        return _change(message)

    letter, rule = "A", ""
    texts: tuple[str, ...] = ()
    try:
        yield Wait(store.feed((*message.ids, *message.subsumed), decide))
    except RefusedAtCommit as refused:
        letter, texts = "E", _texts(refused.verdict)
        rule = refused.verdict.findings[0].rule
    id = Ii(new_id().removeprefix("urn:uuid:"))
    return feed.acknowledged(letter, texts, id=id, time=dtm_of(clock()), rule=rule)


def _change(message: FedMessage) -> PatientChange:
    """What becomes of the registry; an update describes the patient and announces nobody (rule K05)."""
    event = message.feed.event
    if event is Event.MERGE:
        return PatientChange(merged=message.pair)
    return PatientChange(
        announced=() if event is Event.IGNORED else message.ids,
        described=message.ids,
        person=message.feed.person,
        otherIds=message.others,
    )


def _texts(verdict: Verdict) -> tuple[str, ...]:
    return tuple(f"{finding.text} (rule {finding.rule})" for finding in verdict.findings[:_MOST_TEXTS])
