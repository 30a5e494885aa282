"""Who asks a community for a patient: makes the queries of ITI-55 (ITI TF-2: 3.55.4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from xdsi_sim.actors.ports import Clock, NewId, utc_now
from xdsi_sim.clock import dtm_of
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.discovery import DiscoveryRequest, oid_of
from xdsi_sim.messages.patient_feed import Ii, Person

__all__ = ["PatientSeeker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeeker:
    """Asks on behalf of a community."""

    community: str
    """homeCommunityId, or the bare OID."""
    clock: Clock = utc_now
    new_id: NewId = new_uuid

    def ask(
        self, person: Person, ids: tuple[Ii, ...], *, receiver: str, least: int | None = None
    ) -> DiscoveryRequest:
        """Ask the community `receiver` for a person with these ids, `least` percent sure."""
        own = oid_of(self.community)
        return DiscoveryRequest(
            id=self._fresh(),
            queryId=self._fresh(),
            ids=ids,
            names=() if person.name is None else (person.name,),
            birthTime=person.birthTime,
            gender=person.gender,
            mothersMaidenName=person.mothersMaidenName,
            least=least,
            time=dtm_of(self.clock()),
            sender=own,
            receiver=oid_of(receiver),
            community=own,
        )

    def _fresh(self) -> Ii:
        return Ii(self.new_id().removeprefix("urn:uuid:"))
