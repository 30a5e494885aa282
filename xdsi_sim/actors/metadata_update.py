"""What an update of metadata does to a registry (ITI MU: 3.57.4.1.3.3, ITI RMU).

All of it is worked out at the moment of the commit, from the registry as it is then: of two updates of one
version the second finds another version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from xdsi_sim.actors.ports import NewId
from xdsi_sim.actors.registry_port import RegistryChange, RegistryView
from xdsi_sim.ebrim.model import Association, Folder, MetadataObject, RegistryObjectList
from xdsi_sim.rules.subjects import Held, Known, Lookup, Registered, Standing, Submission, id_key, is_uuid
from xdsi_sim.rules.updates import Update, Updated, propagated, status_updates, updates
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType

__all__ = ["change_by", "knowing_what_stands"]

T = TypeVar("T", bound=MetadataObject)

_MEMBER: Final = Association(entryUUID="", associationType=AssociationType.HAS_MEMBER)


# --- what is to be known ---------------------------------------------------------------------


def knowing_what_stands(known: Known, objects: RegistryObjectList, view: RegistryView) -> Known:
    """What a registry knows of a submission, and all that an update by it starts from."""
    named = _by_id(view.objects(_named(objects, known)))
    lids = {value.logicalID for value in (*objects.documentEntries, *objects.folders, *named.values())}
    latest = view.latest({lid for lid in lids if lid})
    links = view.links({value.entryUUID for value in (*latest, *named.values())})
    return replace(
        known,
        objects={**_registered(_ends((*links, *named.values())), view), **known.objects},
        standing=Standing(
            latest={id_key(value.logicalID or ""): value for value in latest},
            objects=named,
            links=tuple(links),
        ),
    )


def _named(objects: RegistryObjectList, held: Held) -> set[str]:
    """Ids of the registered objects that Associations lead to, or uniqueIds of entries without logicalID."""
    unnamed = {entry.uniqueId for entry in objects.documentEntries if not entry.logicalID}
    sharing = (each for id in unnamed for each in held.uniqueIds.get(id or "", ()))
    return {*_ends(objects.associations), *(each.entryUUID for each in sharing)}


def _ends(values: Iterable[MetadataObject]) -> set[str]:
    """Ids at the ends of those that are Associations."""
    links = (value for value in values if isinstance(value, Association))
    ends = {id_key(end or "") for link in links for end in (link.sourceObject, link.targetObject)}
    return {end for end in ends if is_uuid(end)}


def _registered(uuids: Collection[str], view: RegistryView) -> Mapping[str, Registered]:
    return view.look_up(Lookup(uuids=tuple(uuids), uniqueIds=(), patientIds=())).objects


def _by_id(values: Iterable[T]) -> dict[str, T]:
    return {id_key(value.entryUUID): value for value in values}


# --- what is done ----------------------------------------------------------------------------


def change_by(
    submission: Submission, accepted: RegistryObjectList, view: RegistryView, *, now: str, new_id: NewId
) -> RegistryChange:
    """What a sound update does; `accepted` are its objects with final ids, `now` is a DTM."""
    draft = _Draft(submission, accepted, now, new_id)
    draft.make_versions()
    draft.propagate()
    draft.set_statuses()
    draft.touch_folders(view)
    return RegistryChange(added=tuple(draft.added.values()), changed=tuple(draft.changed.values()))


@dataclass(slots=True)
class _Draft:
    """The change as it grows: each object once, as it will be."""

    submission: Submission
    accepted: RegistryObjectList
    now: str
    new_id: NewId
    added: dict[str, MetadataObject] = field(default_factory=dict)
    changed: dict[str, MetadataObject] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    """Final id of each object of the request."""

    def __post_init__(self) -> None:
        self.added = _by_id(self.accepted.objects())
        pairs = zip(self.submission.objects.objects(), self.accepted.objects(), strict=True)
        self._ids = {id_key(asked.entryUUID): final.entryUUID for asked, final in pairs}

    def _new(self, value: T) -> T:
        """The object as it is to be registered."""
        return self.added[id_key(self._ids[id_key(value.entryUUID)])]  # type: ignore[return-value]  # of its kind

    def _final(self, ref: str | None) -> str:
        """The id that a reference of the request has in the registry."""
        return self._ids.get(id_key(ref or ""), ref or "")

    def _put(self, value: MetadataObject) -> None:
        key = id_key(value.entryUUID)
        (self.added if key in self.added else self.changed)[key] = value

    def make_versions(self) -> None:
        """Each new version takes the place of the last one (ITI MU: 3.57.4.1.3.3.1.3)."""
        for update, previous in _with_previous(self.submission):
            self._put(_next_version(self._new(update.value), previous))
            self._put(replace(previous, availabilityStatus=DEPRECATED))

    def propagate(self) -> None:
        """What led to the last version leads to the new one (ITI MU: 3.57.4.1.3.3.1.5).

        A membership in a Folder is itself a member of the SubmissionSet, as that of a replacement is.
        """
        set_ = self.accepted.submissionSets[0].entryUUID
        for link in propagated(self.submission):
            copy = self._add(link, self._final(link.sourceObject), self._final(link.targetObject))
            if link.associationType == AssociationType.HAS_MEMBER:
                self._add(_MEMBER, set_, copy.entryUUID)

    def _add(self, link: Association, sourceObject: str, targetObject: str) -> Association:
        """An Association like `link`, as the first version of itself."""
        entry_uuid = self.new_id()
        added = self.added[id_key(entry_uuid)] = replace(
            link,
            entryUUID=entry_uuid,
            logicalID=entry_uuid,
            version="1",
            availabilityStatus=APPROVED,
            sourceObject=sourceObject,
            targetObject=targetObject,
        )
        return added

    def set_statuses(self) -> None:
        """A status is set in place; where the request has a new version, on that (ITI MU: 3.57.4.1.3.1)."""
        newer = {id_key(previous.entryUUID): update for update, previous in _with_previous(self.submission)}
        for association in status_updates(self.submission):
            key = id_key(association.targetObject or "")
            update = newer.get(key)
            within = update.value if update is not None else self.submission.within(association.targetObject)
            standing = self.submission.known.standing.objects
            value = self._new(within) if within is not None else standing[key]
            self._put(replace(value, availabilityStatus=association.newStatus))

    def touch_folders(self, view: RegistryView) -> None:
        """Folders that got or lost a member are modified (ITI TF-3: 4.2.3.4.6)."""
        sources = {id_key(link.sourceObject or "") for link in self._memberships()}
        known = {key: value for key, value in self.changed.items() if isinstance(value, Folder)}
        rest = sources - self.added.keys() - known.keys()
        for folder in (*known.values(), *view.objects(rest)):
            if isinstance(folder, Folder) and id_key(folder.entryUUID) in sources:
                self._put(replace(folder, lastUpdateTime=self.now))

    def _memberships(self) -> Iterator[Association]:
        for value in (*self.added.values(), *self.changed.values()):
            if isinstance(value, Association) and value.associationType == AssociationType.HAS_MEMBER:
                yield value


def _with_previous(submission: Submission) -> Iterator[tuple[Update, Updated]]:
    """The new versions, each with the one before: a sound update has one."""
    for update in updates(submission):
        if update.previous is not None:
            yield update, update.previous


def _next_version(value: Updated, previous: Updated) -> Updated:
    """A new version with what it takes from the last one; a home that is not told again stays."""
    return replace(
        value,
        logicalID=previous.logicalID,
        version=str(int(previous.version or "1") + 1),
        availabilityStatus=previous.availabilityStatus,
        homeCommunityId=value.homeCommunityId or previous.homeCommunityId,
    )
