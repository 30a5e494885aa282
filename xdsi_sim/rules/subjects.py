"""What rules of a submission look at: the request as a whole, and what its receiver knows already.

Ids of the form `urn:uuid:` are compared in lower case (see `id_key`); all others, the symbolic ids, as
they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from xdsi_sim.ebrim.described import Described
from xdsi_sim.ebrim.model import (
    Association,
    DocumentEntry,
    Folder,
    MetadataObject,
    RegistryObjectList,
    SubmissionSet,
)
from xdsi_sim.ebrim.xml import Element
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.code_sets import CodeSets
from xdsi_sim.vocab import NS
from xdsi_sim.vocab import Association as AssociationType

__all__ = [
    "REPLACING",
    "Carrier",
    "Fingerprint",
    "Held",
    "Known",
    "Lookup",
    "Provision",
    "Registered",
    "Standing",
    "Submission",
    "id_key",
    "is_uuid",
]

_UUID: Final = "urn:uuid:"


def is_uuid(id: str) -> bool:
    """Whether `id` is, or claims to be, an id that holds outside the request (ITI TF-3: 4.2.3.1.5)."""
    return id.startswith(_UUID)


def id_key(id: str) -> str:
    """The form in which ids are compared."""
    return id.lower() if id.startswith(_UUID) else id


Carrier = SubmissionSet | DocumentEntry | Folder
"""What has patientId and uniqueId."""


def _carriers(objects: RegistryObjectList) -> tuple[Carrier, ...]:
    return (*objects.submissionSets, *objects.documentEntries, *objects.folders)


# --- what a registry knows -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a registry must look up before it can judge a submission."""

    uuids: tuple[str, ...]
    """Ids of the objects and of what they refer to, without symbolic ones."""
    uniqueIds: tuple[str, ...]
    patientIds: tuple[str, ...]
    replaced: tuple[str, ...] = ()
    """Of the uuids those of entries that are to be replaced."""
    appended: tuple[str, ...] = ()
    """Of the uuids those of entries that something is to be appended to."""

    @classmethod
    def of(cls, objects: RegistryObjectList) -> Lookup:
        """What is to be looked up for these objects, each thing once."""
        uuids = {id_key(value.entryUUID): None for value in objects.objects()}
        for association in objects.associations:
            uuids[id_key(association.sourceObject or "")] = None
            uuids[id_key(association.targetObject or "")] = None
        carriers = _carriers(objects)
        return cls(
            uuids=tuple(filter(is_uuid, uuids)),
            uniqueIds=tuple({value.uniqueId: None for value in carriers if value.uniqueId}),
            patientIds=tuple({value.patientId: None for value in carriers if value.patientId}),
            replaced=_targets(objects.associations, REPLACING),
            appended=_targets(objects.associations, (AssociationType.APND,)),
        )


REPLACING: Final = (AssociationType.RPLC, AssociationType.XFRM_RPLC)
"""Types by which an entry takes the place of another (ITI TF-3: 4.2.2.2)."""


def _targets(associations: Iterable[Association], types: Collection[str]) -> tuple[str, ...]:
    targets = (item.targetObject or "" for item in associations if item.associationType in types)
    return tuple({id_key(target): None for target in targets if is_uuid(target)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An object that the registry holds, as far as rules ask."""

    entryUUID: str
    kind: type[MetadataObject]
    availabilityStatus: str | None = None
    patientId: str | None = None
    """The surviving one after merges."""
    uniqueId: str | None = None
    objectType: str | None = None
    hash: str | None = None
    size: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The answers to a `Lookup`."""

    objects: Mapping[str, Registered] = field(default_factory=dict)
    """By entryUUID in lower case, those of the uuids that exist."""
    uniqueIds: Mapping[str, tuple[Registered, ...]] = field(default_factory=dict)
    """By uniqueId, all objects that have it."""
    patients: Mapping[str, str] = field(default_factory=dict)
    """Each patient id of the request that was ever fed, with the id that survives: mostly itself."""
    folders: Mapping[str, tuple[Registered, ...]] = field(default_factory=dict)
    """The Approved folders that hold an entry which is to be replaced, by its id in lower case."""
    transformations: frozenset[str] = frozenset()
    """Those of the entries that are to be appended to which are transformations (XFRM), in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an update starts from: objects of the registry as they are, whole. Ids are in lower case."""

    latest: Mapping[str, MetadataObject] = field(default_factory=dict)
    """By logicalID, the last version of each object that the request names, by whichever version."""
    objects: Mapping[str, MetadataObject] = field(default_factory=dict)
    """By entryUUID, what the Associations of the request lead to or from."""
    links: tuple[Association, ...] = ()
    """The Approved Associations at one of them, but for those that lead to or from an earlier version."""


_NOTHING_STANDS: Final = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Held):
    """What a registry holds of what a submission names, and what it takes."""

    authority: str | None = None
    """OID of the affinity domain's assigning authority; None where any will do."""
    any_patient: bool = False
    """The registry takes patient ids that nobody fed."""
    standing: Standing = _NOTHING_STANDS
    """Only where the request is an update."""
    homes: frozenset[str] | None = None
    """The communities that an update is forwarded to; None where it is forwarded to none."""
    repositories: frozenset[str] | None = None
    """OIDs that repositoryUniqueId may have; None where any will do."""
    sources: frozenset[str] | None = None
    """OIDs that sourceId may have; None where any will do."""
    latest: str | None = None
    """What lies after this time, a DTM of 14 digits, lies in the future; None where nobody asks."""


# --- subjects --------------------------------------------------------------------------------


_OLD: Final = tuple(f"{{urn:oasis:names:tc:ebxml-regrep:{part}:xsd:2.1}}*" for part in ("rim", "registry"))
_TYPED: Final = tuple(
    f"{{{NS.RIM}}}{name}"
    for name in ("RegistryPackage", "Association", "Classification", "ExternalIdentifier")
)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A request with its objects by id, and what the registry knows, if it was asked."""

    request: SubmitObjectsRequest
    column: int
    """Of `Attr.need`: whose duties hold."""
    known: Known
    restricted: bool
    """It is a restricted update (ITI-92)."""
    by_id: Mapping[str, MetadataObject]
    """The objects of the request by `id_key`."""
    members: tuple[Association, ...]
    """The HasMember associations."""
    relationships: tuple[Association, ...]
    """The associations of all other types."""
    codes: CodeSets | None = None
    """The codes of the affinity domain; None where any will do."""

    @classmethod
    def of(
        cls,
        request: SubmitObjectsRequest,
        *,
        column: int,
        known: Known | None = None,
        codes: CodeSets | None = None,
        restricted: bool = False,
    ) -> Submission:
        """The request seen by `column`; without `known`, only what the request tells can be judged."""
        members, relationships = _split(request.objects.associations)
        return cls(
            request=request,
            column=column,
            known=_KNOWING_NOTHING if known is None else known,
            restricted=restricted,
            by_id={id_key(value.entryUUID): value for value in request.objects.objects()},
            members=members,
            relationships=relationships,
            codes=codes,
        )

    @cached_property
    def formed(self) -> Mapping[str, Sequence[Element]]:
        """By their tags the elements whose form is judged; none where the request was made of values.

        Those are what has a fixed objectType, and all that is of ebRIM 2.1. They are found once for all who
        ask, because a message is long.
        """
        found: dict[str, list[Element]] = {}
        root = self.request.received
        for element in () if root is None else root.iter(*_OLD, *_TYPED):
            found.setdefault(element.tag, []).append(element)
        return found

    @property
    def objects(self) -> RegistryObjectList:
        """The objects of the request."""
        return self.request.objects

    @cached_property
    def members_of_the_set(self) -> tuple[Association, ...]:
        """The HasMember associations that start from a SubmissionSet of the request."""
        return tuple(
            each for each in self.members if isinstance(self.within(each.sourceObject), SubmissionSet)
        )

    @cached_property
    def entries_of_the_set(self) -> tuple[Association, ...]:
        """Those that lead to a DocumentEntry, of the request or, whatever it proves to be, from outside."""
        return tuple(
            each
            for each in self.members_of_the_set
            if each.targetObject and self.kind_of(each.targetObject) in (None, DocumentEntry)
        )

    def carriers(self) -> tuple[Carrier, ...]:
        """The objects with patientId and uniqueId."""
        return _carriers(self.request.objects)

    def within(self, ref: str | None) -> MetadataObject | None:
        """The object of the request that `ref` names."""
        return None if ref is None else self.by_id.get(id_key(ref))

    def registered(self, ref: str | None) -> Registered | None:
        """The object of the registry that `ref` names, where it is none of the request."""
        if ref is None or (key := id_key(ref)) in self.by_id:
            return None
        return self.known.objects.get(key)

    def kind_of(self, ref: str | None) -> type[MetadataObject] | None:
        """The kind of the object that `ref` names; None where it is not known."""
        within = self.within(ref)
        if within is not None:
            return type(within)
        registered = self.registered(ref)
        return None if registered is None else registered.kind

    def lacks(self, ref: str | None) -> bool:
        """Whether a UUID names an object neither of the request nor of the registry.

        Rules E02 and E03 have what is missing or symbolic.
        """
        return ref is not None and is_uuid(ref) and self.kind_of(ref) is None

    def patient_of(self, ref: str | None) -> str | None:
        """The patient of the object that `ref` names, seen through merges."""
        within = self.within(ref)
        if isinstance(within, SubmissionSet | DocumentEntry | Folder):
            return self.surviving(within.patientId)
        registered = self.registered(ref)
        return None if registered is None else self.surviving(registered.patientId)

    def surviving(self, patient_id: str | None) -> str | None:
        """The patient id after merges."""
        return None if patient_id is None else self.known.patients.get(patient_id, patient_id)


_KNOWING_NOTHING: Final = Known()


def _split(associations: Iterable[Association]) -> tuple[tuple[Association, ...], tuple[Association, ...]]:
    members: list[Association] = []
    relationships: list[Association] = []
    for association in associations:
        is_member = association.associationType == AssociationType.HAS_MEMBER
        (members if is_member else relationships).append(association)
    return tuple(members), tuple(relationships)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Hash and size of a document's bytes."""

    id: str
    """Document/@id where it was sent, uniqueId where it is stored."""
    hash: str
    """SHA-1, hex."""
    size: int
    head: bytes = b""
    """The first octets, as many as the rules of content ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """What a submission says of its documents, the documents, and what is stored under the same uniqueIds."""

    objects: tuple[Described, ...]
    documents: tuple[Fingerprint, ...]
    stored: Mapping[str, Fingerprint] = field(default_factory=dict)
    """By uniqueId."""

    def entries(self) -> tuple[Described, ...]:
        """The DocumentEntries."""
        return tuple(value for value in self.objects if value.is_entry)
