"""Document Registry: takes submissions in and answers stored queries (ITI TF-2: 3.18, 3.42).

ITI-51 and ITI-61 are told apart from these by a parameter (ITI TF-2: 3.51, 3.61). What it makes of the
patient identity feed is in `patient_feed`, what an update does in `metadata_update`, what is removed
in `removal`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from xdsi_sim.actors.commit import RefusedAtCommit
from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.metadata_update import change_by, knowing_what_stands
from xdsi_sim.actors.patient_feed import take_feed
from xdsi_sim.actors.ports import Clock, NewId, utc_now
from xdsi_sim.actors.registry_port import (
    Consequences,
    Found,
    RegistryChange,
    RegistryStore,
    RegistryView,
)
from xdsi_sim.actors.removal import remove_metadata
from xdsi_sim.clock import dtm_of
from xdsi_sim.content import Segment
from xdsi_sim.ebrim.model import (
    Association,
    DocumentEntry,
    Folder,
    MetadataObject,
    RegistryObjectList,
    changed,
)
from xdsi_sim.errors import XdsError
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.patient_feed import Acknowledgement, PatientFeed
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.remove import RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.code_sets import CodesNow, any_code
from xdsi_sim.rules.query import read_selection
from xdsi_sim.rules.registry import Profile, Verdict
from xdsi_sim.rules.selection import Selection
from xdsi_sim.rules.serving import SERVING_RULES
from xdsi_sim.rules.subjects import REPLACING, Known, Lookup, id_key, is_uuid
from xdsi_sim.rules.transactions import RULESETS, check_against_registry, check_registration
from xdsi_sim.vocab import APPROVED, DEPRECATED, FAILURE, SUCCESS
from xdsi_sim.vocab import Association as AssociationType

__all__ = ["DocumentRegistry", "ResultNotSinglePatient", "TooManyResults"]

T = TypeVar("T", bound=MetadataObject)

Knowing = Callable[[SubmitObjectsRequest, RegistryView], Known]
"""What the registry knows of a request."""
Note = Callable[[Verdict], None]
"""Takes what was found at the commit; raises where the request does not fit."""
Course = Callable[[RegistryObjectList, Note], tuple[RegistryChange, Consequences]]
"""What is to be done with the objects of a request, once they have their final ids."""

_FIRST_VERSION: Final = "1"
_UNKNOWN_PATIENT: Final = SERVING_RULES["I35"]
_SKEW: Final = timedelta(minutes=5)
"""By so much a clock may be ahead of ours before what it says lies in the future."""


class TooManyResults(XdsError):
    """A query finds more than this registry gives at once."""

    code = "XDSTooManyResults"


class ResultNotSinglePatient(XdsError):
    """A query by ids would give the metadata of several patients (ITI TF-2: 3.18.4.1.2.3.7.5)."""

    code = "XDSResultNotSinglePatient"


class _Commit:
    """What was found at the commit of a request; asked again, it forgets what it was told before."""

    verdict = Verdict()

    def note(self, verdict: Verdict) -> None:
        """Keep what was found; raises `RefusedAtCommit` where that stands against the request."""
        self.verdict = verdict
        if not verdict.accepted:
            raise RefusedAtCommit(verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRegistry:
    """Answers ITI-18, ITI-42, ITI-51, ITI-57, ITI-61, ITI-62 and ITI-92, and ITI-8 and ITI-44."""

    store: RegistryStore
    patientAuthority: str | None = None
    """OID of the affinity domain's assigning authority; None takes any."""
    any_patient: bool = True
    """Takes patient ids that no feed has announced."""
    codes: CodesNow = any_code
    """Gives the codes of the affinity domain."""
    strict: bool = True
    """Refuses what departs from the letter, though it has one meaning."""
    strict_queries: bool = True
    """Refuses parameters whose coding departs from the profile, though it has one meaning."""
    unknown_patients: bool = True
    """A query for a patient who is not known finds nothing; else it is refused."""
    most_results: int = 100_000
    profile: Profile = field(default_factory=dict)
    """What the rules weigh here."""
    repositories: frozenset[str] | None = None
    """OIDs of the repositories that it takes from; None takes from any."""
    sources: frozenset[str] | None = None
    """OIDs of the sources that it takes from; None takes from any."""
    clock: Clock = utc_now
    new_id: NewId = new_uuid

    # --- ITI-42, ITI-61

    def register(self, request: SubmitObjectsRequest, transaction: str = "ITI-42") -> Flow[RegistryResponse]:
        """Take a submission in, whole or not at all, with all that follows from it."""

        def course(objects: RegistryObjectList, note: Note) -> tuple[RegistryChange, Consequences]:
            """The objects are added, and what follows from them is worked out at the commit."""
            consequences = partial(self._consequences, request, objects, transaction, note)
            return RegistryChange(added=objects.objects()), consequences

        return self._take(request, transaction, self._known, course)

    def _take(
        self, request: SubmitObjectsRequest, transaction: str, know: Knowing, course: Course
    ) -> Flow[RegistryResponse]:
        codes = self.codes()  # once: a change must not take what it was refused for
        verdict = check_registration(request, transaction=transaction, codes=codes, profile=self.profile)
        if not verdict.accepted:  # one answer lists everything, also what only the registry knows
            known = know(request, self.store.view())
            verdict = check_registration(request, known, transaction, codes, profile=self.profile)
        if verdict.accepted:
            commit = _Commit()
            with suppress(RefusedAtCommit):
                yield Wait(self.store.apply(*course(self._accepted(request.objects), commit.note)))
            verdict += commit.verdict
        status = SUCCESS if verdict.accepted else FAILURE
        return RegistryResponse(status=status, errors=verdict.errors, findings=verdict.findings)

    def _known(self, request: SubmitObjectsRequest, view: RegistryView) -> Known:
        held = view.look_up(Lookup.of(request.objects))
        return Known(
            objects=held.objects,
            uniqueIds=held.uniqueIds,
            patients=held.patients,
            folders=held.folders,
            transformations=held.transformations,
            authority=self.patientAuthority,
            any_patient=self.any_patient,
            repositories=self.repositories,
            sources=self.sources,
            latest=dtm_of(self.clock() + _SKEW),
        )

    def _accepted(self, objects: RegistryObjectList) -> RegistryObjectList:
        """The objects as they are registered: final ids, Approved, first version (ITI TF-2: 3.42.4.1.3)."""
        ids = {
            value.entryUUID: self.new_id()
            for value in objects.objects()
            if not is_uuid(id_key(value.entryUUID))
        }
        now = self._now()
        return replace(
            objects,
            submissionSets=tuple(_registered(value, ids) for value in objects.submissionSets),
            documentEntries=tuple(_registered(value, ids) for value in objects.documentEntries),
            folders=tuple(_registered(value, ids, lastUpdateTime=now) for value in objects.folders),
            associations=tuple(
                _registered(value, ids, **_ends(value, ids)) for value in objects.associations
            ),
            objectRefs=(),
        )

    def _now(self) -> str:
        return dtm_of(self.clock())

    def _consequences(
        self,
        request: SubmitObjectsRequest,
        objects: RegistryObjectList,
        transaction: str,
        note: Note,
        view: RegistryView,
    ) -> RegistryChange:
        """What follows in the registry as it is at the commit; raises where the submission does not fit."""
        known = self._known(request, view)
        note(check_against_registry(request, known, transaction, profile=self.profile))
        replacements = [item for item in objects.associations if item.associationType in REPLACING]
        joined = [item for pair in replacements for item in self._join_folders(pair, objects, known)]
        return RegistryChange(
            added=tuple(joined),
            changed=(*_deprecated(replacements, view), *self._touched(objects, joined, view)),
        )

    def _join_folders(
        self, replacement: Association, objects: RegistryObjectList, known: Known
    ) -> Iterator[Association]:
        """A replacement joins each Approved folder of what it replaces (ITI TF-2: 3.42.4.1.3.5)."""
        given = {
            id_key(item.sourceObject or "")
            for item in objects.associations
            if item.associationType == AssociationType.HAS_MEMBER
            and id_key(item.targetObject or "") == id_key(replacement.sourceObject or "")
        }
        for folder in known.folders.get(id_key(replacement.targetObject or ""), ()):
            if id_key(folder.entryUUID) in given:
                continue
            member = self._member(folder.entryUUID, replacement.sourceObject)
            yield member
            yield self._member(objects.submissionSets[0].entryUUID, member.entryUUID)

    def _member(self, source: str, target: str | None) -> Association:
        entry_uuid = self.new_id()
        return Association(
            entryUUID=entry_uuid,
            logicalID=entry_uuid,
            version=_FIRST_VERSION,
            availabilityStatus=APPROVED,
            associationType=AssociationType.HAS_MEMBER,
            sourceObject=source,
            targetObject=target,
        )

    def _touched(
        self, objects: RegistryObjectList, joined: Sequence[Association], view: RegistryView
    ) -> Iterator[MetadataObject]:
        """Registered folders that got a member, with their new lastUpdateTime (ITI TF-2: 3.42.4.1.3.6)."""
        own = {value.entryUUID for value in objects.submissionSets}
        sources = {
            item.sourceObject or ""
            for item in (*objects.associations, *joined)
            if item.associationType == AssociationType.HAS_MEMBER and item.sourceObject not in own
        }
        for folder in view.objects(sources):
            if isinstance(folder, Folder):
                yield replace(folder, lastUpdateTime=self._now())

    # --- ITI-57, ITI-92

    def update(self, request: SubmitObjectsRequest, transaction: str = "ITI-57") -> Flow[RegistryResponse]:
        """Change metadata that is registered, by all operations of the request or by none."""

        def course(objects: RegistryObjectList, note: Note) -> tuple[RegistryChange, Consequences]:
            """Nothing is added as it stands: what changes depends on what is there at the commit."""
            return RegistryChange(), partial(self._updated, request, objects, transaction, note)

        return self._take(request, transaction, self._standing, course)

    def _standing(self, request: SubmitObjectsRequest, view: RegistryView) -> Known:
        return knowing_what_stands(self._known(request, view), request.objects, view)

    def _updated(
        self,
        request: SubmitObjectsRequest,
        objects: RegistryObjectList,
        transaction: str,
        note: Note,
        view: RegistryView,
    ) -> RegistryChange:
        known = self._standing(request, view)
        note(check_against_registry(request, known, transaction, profile=self.profile))
        submission = RULESETS[transaction].subject(request, known)
        return change_by(submission, objects, view, now=self._now(), new_id=self.new_id)

    # --- ITI-8, ITI-44

    def feed(self, message: PatientFeed) -> Flow[Acknowledgement]:
        """Take a message of the patient identity feed in, or refuse it and change nothing."""
        return take_feed(
            message, self.store, authority=self.patientAuthority, clock=self.clock, new_id=self.new_id
        )

    # --- ITI-62

    def remove(self, request: RemoveObjectsRequest) -> Flow[RegistryResponse]:
        """Take objects out, all or none; their uniqueIds are free again."""
        return remove_metadata(request, self.store, strict=self.strict)

    # --- ITI-18, ITI-51

    def query(self, request: AdhocQueryRequest, transaction: str = "ITI-18") -> AdhocQueryResponse:
        """Answer a stored query with what is registered (ITI TF-2: 3.18.4.1.3, 3.51.4.1.3)."""
        reading = read_selection(request, transaction, strict=self.strict_queries)
        errors = reading.errors
        fragments: tuple[Segment, ...] = ()
        if reading.selection is not None and not self.unknown_patients:
            errors += self._strangers(reading.selection)
        if reading.selection is not None and not errors:
            found = self.store.find(reading.selection, self.most_results + 1)
            try:
                self._check(reading.selection, found)
            except XdsError as error:
                errors = (RegistryError.of(error),)
            else:
                fragments = found.fragments
        return AdhocQueryResponse(
            status=FAILURE if errors else SUCCESS,
            errors=errors,
            fragments=fragments,
            findings=reading.findings,
        )

    def _strangers(self, selection: Selection) -> tuple[RegistryError, ...]:
        """An error for each patient asked for who is not known, or was merged away."""
        known = self.store.view().survivors(selection.patients)
        return tuple(
            _UNKNOWN_PATIENT.broken(
                f"no patient is known by this id; attribute=patientId; value={id}",
                location=selection.query.id,
            )
            for id in selection.patients
            if known.get(id) != id
        )

    def _check(self, selection: Selection, found: Found) -> None:
        if found.count > self.most_results:
            raise TooManyResults(
                f"more than {self.most_results} objects match; setting=mostResults; rule=I18",
                location=selection.query.id,
            )
        several = len(found.patients) > 1
        if several and selection.query.single_patient and not selection.object_refs:
            raise ResultNotSinglePatient(
                f"{selection.query.name} would give the metadata of {len(found.patients)} patients; rule=I17",
                location=selection.query.id,
            )


def _registered(value: T, ids: Mapping[str, str], **changes: str) -> T:
    """An object with its final id and other changes, as the first version of itself."""
    final = ids.get(value.entryUUID, value.entryUUID)
    first = {"logicalID": final, "version": _FIRST_VERSION, "availabilityStatus": APPROVED}
    return changed(value, entryUUID=final, **first, **changes)


def _ends(association: Association, ids: Mapping[str, str]) -> dict[str, str]:
    """The ends by their final ids."""
    source, target = association.sourceObject or "", association.targetObject or ""
    return {"sourceObject": ids.get(source, source), "targetObject": ids.get(target, target)}


def _deprecated(replacements: Sequence[Association], view: RegistryView) -> Iterator[MetadataObject]:
    """What is replaced, and its transformations and addenda (ITI TF-2: 3.42.4.1.3.5)."""
    targets = [item.targetObject for item in replacements if item.targetObject is not None]
    sources = {id_key(item.sourceObject or "") for item in replacements}
    derived = [uuid for uuid in view.derived(targets) if uuid not in sources]
    for value in view.objects([*targets, *derived]):
        if isinstance(value, DocumentEntry) and value.availabilityStatus != DEPRECATED:
            yield replace(value, availabilityStatus=DEPRECATED)
