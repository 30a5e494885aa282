"""Patient Identity Source: makes the messages that tell a registry of its patients (ITI TF-2: 3.8, 3.44)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.ports import Clock, NewId, utc_now
from xdsi_sim.clock import dtm_of
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.adt import write_adt
from xdsi_sim.messages.patient_feed import Event, Ii, PatientFeed, Person
from xdsi_sim.messages.prpa import in_v3

__all__ = ["PatientIdentitySource", "as_adt", "as_call"]

_DEVICE: Final = "2.999.0.1"
"""OID by which the simulator names itself as a sender."""
_TRIGGERS: Final = {Event.ADD: "A04", Event.MERGE: "A40", Event.IGNORED: "A08", Event.REVISE: "A08"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientIdentitySource:
    """Says what happened; `as_call` and `as_adt` say it in the dialect of a transaction."""

    receiver: str
    """OID of whoever is told."""
    clock: Clock = utc_now
    new_id: NewId = new_uuid

    def announce(self, *ids: Ii, person: Person = Person(), others: tuple[Ii, ...] = ()) -> PatientFeed:
        """There is a patient with these ids, who has `others` in other domains."""
        return replace(self._feed(Event.ADD, ids, (), person), otherIds=others)

    def merge(self, survivor: Ii, subsumed: Ii, person: Person = Person()) -> PatientFeed:
        """The two are one patient, who is called by the first id from now on."""
        return self._feed(Event.MERGE, (survivor,), (subsumed,), person)

    def _feed(
        self, event: Event, ids: tuple[Ii, ...], subsumed: tuple[Ii, ...], person: Person
    ) -> PatientFeed:
        return PatientFeed(
            event=event,
            id=Ii(self.new_id().removeprefix("urn:uuid:")),
            patientIds=ids,
            subsumedIds=subsumed,
            person=person,
            time=dtm_of(self.clock()),
            sender=_DEVICE,
            receiver=self.receiver,
        )


def as_call(feed: PatientFeed, url: str) -> Call:
    """The message by ITI-44."""
    return Call(url=url, transaction=f"ITI-44 {feed.event}", message=in_v3(feed))


def as_adt(feed: PatientFeed) -> bytes:
    """The message by ITI-8."""
    return write_adt(feed, _TRIGGERS[feed.event])
