"""What a Document Registry needs of its store: look-ups, selections, and changes that are all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from xdsi_sim.content import Segment
from xdsi_sim.ebrim.model import Association, MetadataObject
from xdsi_sim.messages.patient_feed import Person
from xdsi_sim.rules.removal import Remains
from xdsi_sim.rules.selection import Selection
from xdsi_sim.rules.subjects import Held, Lookup

__all__ = [
    "Consequences",
    "Found",
    "PatientChange",
    "PatientDecision",
    "RegistryChange",
    "RegistryStore",
    "RegistryView",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a query selects."""

    count: int
    patients: frozenset[str]
    """Ids of the patients whose objects are among them."""
    fragments: tuple[Segment, ...]
    """The objects in ebRIM as they are registered, or references; one of many may hold any number of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryChange:
    """What one message does to the registry; ids are final."""

    added: tuple[MetadataObject, ...] = ()
    changed: tuple[MetadataObject, ...] = ()
    """Take the place of the registered objects with the same ids."""
    removed: tuple[str, ...] = ()
    """entryUUIDs in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientChange:
    """What one message of the patient feed does to the registry."""

    announced: tuple[str, ...] = ()
    """Patient ids that are known from now on."""
    merged: tuple[str, str] | None = None
    """The surviving id, and the one whose objects become the survivor's."""
    described: tuple[str, ...] = ()
    """Patient ids, of which those that are known are of `person`, with `otherIds` in other domains."""
    person: Person = Person()
    otherIds: tuple[str, ...] = ()


PatientDecision = Callable[[Mapping[str, str]], PatientChange]
"""Given those of the ids that are known, each with its survivor: what is to be done; raises to refuse."""


class RegistryView(Protocol):
    """The registry at one moment; ids are compared without regard to case."""

    def look_up(self, lookup: Lookup) -> Held:
        """What is here of what a submission names."""
        ...

    def objects(self, uuids: Collection[str]) -> Sequence[MetadataObject]:
        """Those of the objects that are here, whole."""
        ...

    def latest(self, logicalIDs: Collection[str]) -> Sequence[MetadataObject]:
        """The last version of each, whole."""
        ...

    def links(self, uuids: Collection[str]) -> Sequence[Association]:
        """The Approved Associations at one of the objects, none of whose ends is an earlier version."""
        ...

    def derived(self, uuids: Collection[str]) -> Sequence[str]:
        """Ids of the transformations and addenda of the entries, and of theirs in turn."""
        ...

    def survivors(self, patientIds: Collection[str]) -> Mapping[str, str]:
        """Those of the ids that were announced or have metadata, each with the id that survives."""
        ...

    def remains(self, uuids: Collection[str]) -> Remains:
        """What would be left without these objects, named in lower case."""
        ...


Consequences = Callable[[RegistryView], RegistryChange]
"""What a change leads to in the registry as it is at that moment; raises to refuse the change."""


class RegistryStore(Protocol):
    """Metadata objects by what queries ask."""

    def view(self) -> RegistryView:
        """What is committed now, to be looked at from the calling thread."""
        ...

    def find(self, selection: Selection, limit: int) -> Found:
        """The objects selected, in the order of their registration, `limit` at most."""
        ...

    def apply(self, change: RegistryChange, consequences: Consequences) -> Future[None]:
        """Make the change and its consequences together, or nothing; done when they are durable.

        `consequences` is asked while nobody else can change the registry, so that what it finds
        holds until the commit. The future fails with what it raises.
        """
        ...

    def feed(self, patientIds: Collection[str], decide: PatientDecision) -> Future[None]:
        """Do what `decide` makes of what is known of the ids; done when it is durable.

        It is asked while nobody else can change the registry; the future fails with what it raises.
        """
        ...
