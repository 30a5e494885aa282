"""What gateways need to know of the patients of their community: who they are, and who may be whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from xdsi_sim.messages.patient_feed import Person

__all__ = ["KnownPatient", "PatientDirectory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPatient:
    """A patient of the community; ids are CX with the separators escaped."""

    patientId: str
    """In the affinity domain."""
    formerIds: tuple[str, ...] = ()
    """Ids that were merged into it."""
    otherIds: tuple[str, ...] = ()
    """Ids in other domains."""
    person: Person = Person()


class PatientDirectory(Protocol):
    """The patients that a community knows, by what its patient identity feed has told."""

    def known_as(self, patientId: str) -> KnownPatient | None:
        """Who has the id, or had it before a merge; None where nobody has."""
        ...

    def candidates(self, ids: Collection[str], keys: Collection[str], limit: int) -> Sequence[KnownPatient]:
        """Patients with one of the ids in any domain, or one of the keys of `messages.discovery.name_key`.

        Each once, by patientId, `limit` at most.
        """
        ...
