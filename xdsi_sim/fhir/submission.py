"""From an ITI-65 bundle to the submission of ITI-41 that says the same (ITI MHD: 3.65; ITI TF-2: 3.41)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from xdsi_sim.clock import dtm_of
from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import (
    Association,
    DocumentEntry,
    Folder,
    MetadataObject,
    RegistryObjectList,
    SubmissionSet,
)
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import RELATES, document_entry, subject_of
from xdsi_sim.fhir.identifiers import referred, urn_uuid
from xdsi_sim.fhir.lists import folder, is_typed, submission_set
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.provided import Entry, ProvideBundle, content_of
from xdsi_sim.fhir.references import index_of, resolving
from xdsi_sim.fhir.rows import Reading, Unmapped
from xdsi_sim.fhir.values import Resource, as_list, at
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.vocab import Association as Type

__all__ = ["Domain", "Submission", "simple_submission", "submission_of"]

_UUID: Final = "urn:uuid:"
_TRANSFORM_REPLACE: Final = frozenset((Type.RPLC, Type.XFRM))


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Where documents are published."""

    authority: str
    """Of patient ids."""
    systems: Systems
    sourceId: str
    """Of submissions that the recipient makes itself."""
    new_uuid: Callable[[], str]
    new_uid: Callable[[], str]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is sent on, and which resource each entry of the bundle has become."""

    request: ProvideAndRegisterDocumentSetRequest
    made: Mapping[int, tuple[str, str]]
    """By number of the entry: type, and id of the resource."""
    issues: tuple[Issue, ...] = ()
    """What is to be known, and no error."""


@dataclass(slots=True)
class _Work:
    """A bundle on its way."""

    bundle: ProvideBundle
    domain: Domain
    index: dict[str, Resource]
    ids: dict[str, str] = field(default_factory=dict)
    """entryUUIDs by fullUrl."""
    problems: list[Issue] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def reading(self, resource: Mapping[str, Any]) -> Reading:
        """How references, codes and the patient of a resource are read."""
        resolve = resolving(resource, self.index, self.domain.authority)
        return Reading(
            systems=self.domain.systems,
            resolve=resolve,
            patient=subject_of(self.domain.authority, resolve),
        )

    def mapped(self, entry: Entry, make: Callable[..., MetadataObject]) -> MetadataObject | None:
        """The object that an entry stands for; None where it cannot be one, which is noted as a problem."""
        uuid = self.ids[entry.fullUrl or entry.place]
        try:
            return make(entry.resource, self.reading(entry.resource), entryUUID=uuid)
        except Unmapped as error:
            place = f"{entry.place}.{error.path}"
            self.problems.append(Issue("value", f"{error.path}: {error}", expression=place, status=422))
            return None

    def uuid_of(self, reference: Mapping[str, Any]) -> str | None:
        """The entryUUID that a Reference to a document or folder means."""
        address = reference.get("reference") or ""
        if address in self.ids:
            return self.ids[address]
        id = referred(address, "DocumentReference") or address.removeprefix(_UUID)
        named = (reference.get("identifier") or {}).get("value") or ""
        return urn_uuid(id) or urn_uuid(named.removeprefix(_UUID))


def submission_of(bundle: ProvideBundle, domain: Domain) -> Submission:
    """The same as a submission; raises Rejected for what metadata cannot say."""
    pairs = [{"fullUrl": entry.fullUrl, "resource": entry.resource} for entry in bundle.entries]
    work = _Work(bundle, domain, index_of(pairs))
    for kind in ("submissionset", "folder", "DocumentReference"):
        for entry in bundle.of(kind):
            given = _standing(work, entry) if entry.method == "PUT" else _given_uuid(entry.resource)
            work.ids[entry.fullUrl or entry.place] = given or domain.new_uuid()
    sets = [
        each
        for entry in bundle.of("submissionset")
        if isinstance(each := work.mapped(entry, submission_set), SubmissionSet)
    ]
    entries = [
        each
        for entry in bundle.of("DocumentReference")
        if isinstance(each := work.mapped(entry, document_entry), DocumentEntry)
    ]
    folders = [
        each
        for entry in bundle.of("folder")
        if entry.method == "POST" and isinstance(each := work.mapped(entry, folder), Folder)
    ]
    documents = tuple(_documents(work))
    associations = tuple(_associations(work)) if not work.problems else ()
    if work.problems:
        raise Rejected(*work.problems)
    objects = RegistryObjectList(
        submissionSets=tuple(replace(each, availabilityStatus=None, homeCommunityId=None) for each in sets),
        # whose it is, the receiver says
        documentEntries=tuple(
            replace(each, availabilityStatus=None, homeCommunityId=None) for each in entries
        ),
        folders=tuple(replace(each, availabilityStatus=None, homeCommunityId=None) for each in folders),
        associations=associations,
    )
    return Submission(
        request=ProvideAndRegisterDocumentSetRequest(
            submission=SubmitObjectsRequest(objects=objects), documents=documents
        ),
        made=dict(_made(work)),
        issues=(*bundle.issues, *work.issues),
    )


def _standing(work: _Work, entry: Entry) -> str | None:
    """The folder that a PUT is about."""
    uuid = urn_uuid(referred(entry.url, "List") or "")
    if uuid is None:
        place = f"Bundle.entry[{entry.number}].request.url"
        text = f"the PUT of a folder is to List and its id, not '{entry.url[:80]}'"
        work.problems.append(Issue("value", text, expression=place, status=422))
    return uuid


def _given_uuid(resource: Mapping[str, Any]) -> str | None:
    """The entryUUID that a source has chosen; a uniqueId may be a UUID, too, and is none."""
    master = (resource.get("masterIdentifier") or {}).get("value")
    identifiers = [
        each
        for each in as_list(resource.get("identifier"))
        if not is_typed(each, "uniqueId") and (each.get("use") == "official" or each.get("value") != master)
    ]
    values = (each.get("value") or "" for each in identifiers)
    return next((uuid for each in values if each.startswith(_UUID) and (uuid := urn_uuid(each[9:]))), None)


# --- documents -------------------------------------------------------------------------------


def _documents(work: _Work) -> Iterator[Document]:
    binaries = {entry.fullUrl: entry for entry in work.bundle.of("Binary")}
    used = set()
    for entry in work.bundle.of("DocumentReference"):
        url = at(entry.resource, "content.attachment.url")
        binary = binaries.get(url)
        place = f"{entry.place}.content.attachment.url"
        if binary is None:
            text = f"no Binary of the bundle has the fullUrl '{url}', which the document should be"
            work.problems.append(
                Issue("not-found", text, error="XDSMissingDocument", expression=place, status=422)
            )
            continue
        used.add(url)
        claimed, said = (
            at(entry.resource, "content.attachment.contentType"),
            binary.resource.get("contentType"),
        )
        if claimed != said:
            text = f"contentType is '{claimed}' in the DocumentReference and '{said}' in the Binary"
            work.problems.append(Issue("value", text, expression=place, status=422))
        content = content_of(binary.resource, binary.place)
        yield Document(id=work.ids[entry.fullUrl or entry.place], content=BytesContent(content))
    for url, binary in binaries.items():
        if url not in used:
            text = f"no DocumentReference of the bundle leads to the Binary '{url}'"
            work.problems.append(
                Issue(
                    "invalid", text, error="XDSMissingDocumentMetadata", expression=binary.place, status=422
                )
            )


# --- associations ----------------------------------------------------------------------------


def _associations(work: _Work) -> Iterator[Association]:
    (top,) = work.bundle.of("submissionset")
    holder = work.ids[top.fullUrl or top.place]
    own = {work.ids[each.fullUrl or each.place]: each for each in work.bundle.of("DocumentReference")}
    listed = [work.uuid_of(each.get("item") or {}) for each in as_list(top.resource.get("entry"))]
    for uuid, entry in own.items():
        if uuid not in listed:
            text = "the submission set does not list this document; it is taken as a part of it"
            work.issues.append(Issue("informational", text, severity="warning", expression=entry.place))
        yield _member(work, holder, uuid, "Original")
    folders = {work.ids[each.fullUrl or each.place]: each for each in work.bundle.of("folder")}
    for item in listed:
        if item is not None and item not in own and item not in folders:
            yield _member(work, holder, item, "Reference")
    for uuid, entry in folders.items():
        if entry.method == "POST":
            yield _member(work, holder, uuid, None)
        yield from _contents(work, holder, uuid, entry, set(own))
    replaced: list[str] = []
    for uuid, entry in own.items():
        yield from _relations(work, uuid, entry, replaced)
    _check_patches(work, replaced)


def _member(work: _Work, source: str, target: str, status: str | None) -> Association:
    return Association(
        entryUUID=work.domain.new_uuid(),
        associationType=Type.HAS_MEMBER,
        sourceObject=source,
        targetObject=target,
        submissionSetStatus=status,
    )


def _contents(work: _Work, holder: str, uuid: str, entry: Entry, own: set[str]) -> Iterator[Association]:
    """What a folder holds; the submission set holds that link, too (ITI TF-3: 4.2.1.4).

    A folder that stands already gets the documents of this bundle: it has those that it has.
    """
    for each in as_list(entry.resource.get("entry")):
        target = work.uuid_of(each.get("item") or {})
        if target is None:
            text = "the item of a folder is no document that is known"
            work.problems.append(Issue("not-found", text, expression=f"{entry.place}.entry", status=422))
            continue
        if entry.method == "PUT" and target not in own:
            continue
        link = _member(work, uuid, target, None)
        yield link
        yield _member(work, holder, link.entryUUID, None)


def _relations(work: _Work, uuid: str, entry: Entry, replaced: list[str]) -> Iterator[Association]:
    found: dict[str, set[str]] = {}
    for number, each in enumerate(as_list(entry.resource.get("relatesTo"))):
        target = work.uuid_of(each.get("target") or {})
        type_ = RELATES.get(each.get("code") or "")
        if target is None or type_ is None:
            text = f"relatesTo '{each.get('code')}' leads to no document that is known here"
            place = f"{entry.place}.relatesTo[{number}]"
            work.problems.append(Issue("not-found", text, expression=place, status=422))
            continue
        found.setdefault(target, set()).add(type_)
        if type_ == Type.RPLC:
            replaced.append(target)
    for target, types in found.items():
        both = types >= _TRANSFORM_REPLACE
        kinds = {Type.XFRM_RPLC, *(types - _TRANSFORM_REPLACE)} if both else types
        for type_ in sorted(kinds):
            yield Association(
                entryUUID=work.domain.new_uuid(),
                associationType=type_,
                sourceObject=uuid,
                targetObject=target,
            )


def _check_patches(work: _Work, replaced: list[str]) -> None:
    """What is replaced is told to be superseded, and nothing else is."""
    patched = []
    for entry in work.bundle.of("Parameters"):
        uuid = urn_uuid(referred(entry.url, "DocumentReference") or "")
        if uuid is None or uuid not in replaced or "superseded" not in str(entry.resource):
            text = "the PATCH sets no status of a document that is replaced in this bundle"
            work.problems.append(Issue("not-supported", text, expression=entry.place, status=422))
        else:
            patched.append(uuid)
    for uuid in replaced:
        if uuid not in patched:
            text = f"{uuid} is replaced, and no PATCH says that it is superseded; it is"
            work.issues.append(Issue("informational", text, severity="warning"))


def _made(work: _Work) -> Iterator[tuple[int, tuple[str, str]]]:
    by_url = {
        at(each.resource, "content.attachment.url"): each for each in work.bundle.of("DocumentReference")
    }
    for entry in work.bundle.entries:
        uuid = work.ids.get(entry.fullUrl or entry.place)
        if uuid is not None:
            yield entry.number, (entry.resource["resourceType"], uuid.removeprefix(_UUID))
        elif entry.kind == "Binary" and entry.fullUrl in by_url:
            holder = by_url[entry.fullUrl]
            yield entry.number, ("Binary", work.ids[holder.fullUrl or holder.place].removeprefix(_UUID))
        elif entry.kind == "Parameters":
            yield entry.number, ("DocumentReference", referred(entry.url, "DocumentReference") or "")


# --- one document (ITI-105) ------------------------------------------------------------------


def simple_submission(resource: Resource, domain: Domain) -> Submission:
    """A DocumentReference that has its document in itself; the submission set is ours (ITI MHD: 3.105)."""
    data = at(resource, "content.attachment.data")
    place = "DocumentReference.content.attachment.data"
    if data is None:
        raise Rejected(
            Issue("required", "content.attachment.data is missing: the document", expression=place)
        )
    uuid = _given_uuid(resource) or domain.new_uuid()
    resolve = resolving(resource, {}, domain.authority)
    known = Reading(systems=domain.systems, resolve=resolve, patient=subject_of(domain.authority, resolve))
    try:
        entry = document_entry(resource, known, entryUUID=uuid)
    except Unmapped as error:
        raise Rejected(Issue("value", f"{error.path}: {error}", expression=error.path, status=422)) from None
    entry = replace(
        entry, availabilityStatus=None, homeCommunityId=None, uniqueId=entry.uniqueId or domain.new_uid()
    )
    holder = SubmissionSet(
        entryUUID=domain.new_uuid(),
        uniqueId=domain.new_uid(),
        sourceId=domain.sourceId,
        patientId=entry.patientId,
        contentTypeCode=entry.typeCode,
        author=entry.author[:1],
        title=entry.title,
        submissionTime=dtm_of(domain.now()),
    )
    member = Association(
        entryUUID=domain.new_uuid(),
        associationType=Type.HAS_MEMBER,
        sourceObject=holder.entryUUID,
        targetObject=uuid,
        submissionSetStatus="Original",
    )
    objects = RegistryObjectList(submissionSets=(holder,), documentEntries=(entry,), associations=(member,))
    document = Document(id=uuid, content=BytesContent(content_of({"data": data}, place)))
    return Submission(
        request=ProvideAndRegisterDocumentSetRequest(
            submission=SubmitObjectsRequest(objects=objects), documents=(document,)
        ),
        made={0: ("DocumentReference", uuid.removeprefix(_UUID))},
    )
