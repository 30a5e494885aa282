"""ITI-66 and ITI-67, and reading one resource by its id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from xdsi_sim.actors.document_responder import Found
from xdsi_sim.ebrim.model import DocumentEntry, Folder, MetadataObject, SubmissionSet
from xdsi_sim.fhir.bundles import relations, searchset
from xdsi_sim.fhir.document_reference import document_reference
from xdsi_sim.fhir.identifiers import patient_from_id, patient_reference, urn_uuid
from xdsi_sim.fhir.lists import list_of
from xdsi_sim.fhir.outcome import Issue, Rejected
from xdsi_sim.fhir.patients import patient
from xdsi_sim.fhir.provided import profiled
from xdsi_sim.fhir.rows import Writing
from xdsi_sim.fhir.search import DOCUMENTS, FOLDERS, SETS, Search, read_document_search, read_list_search
from xdsi_sim.fhir.search_terms import Asked
from xdsi_sim.fhir.times import date_time
from xdsi_sim.fhir.values import Resource, without_empty
from xdsi_sim.mhd.face import Face
from xdsi_sim.vocab import Association

__all__ = ["find_documents", "find_lists", "read_document", "read_list", "read_patient"]

Pairs = Sequence[tuple[str, str]]


def find_documents(face: Face, query: Pairs, *, strict: bool) -> Resource:
    """ITI-67; raises Rejected."""
    search = read_document_search(query, authority=face.domain.authority, strict=strict)
    return _searchset(face, search, "DocumentReference")


def find_lists(face: Face, query: Pairs, *, strict: bool) -> Resource:
    """ITI-66; raises Rejected."""
    search = read_list_search(query, authority=face.domain.authority, strict=strict)
    return _searchset(face, search, "List")


def read_document(face: Face, id: str) -> Resource:
    """One DocumentReference; raises Rejected."""
    return _read(
        face, Search(targets=(DOCUMENTS,), asked=(_by(id, "DocumentReference"),)), f"DocumentReference/{id}"
    )


def read_list(face: Face, id: str) -> Resource:
    """One List; raises Rejected."""
    return _read(face, Search(targets=(SETS, FOLDERS), asked=(_by(id, "List"),)), f"List/{id}")


def read_patient(face: Face, id: str) -> Resource:
    """The patient of documents that are here, as they say who it is; raises Rejected."""
    try:
        patientId = patient_from_id(id, face.domain.authority)
    except ValueError:
        raise _absent(f"Patient/{id}") from None
    status = Asked("status", ("current", "superseded"))
    found = _found(face, Search(targets=(DOCUMENTS,), patientId=patientId, asked=(status,)))
    entries = [each for each in found.objects if isinstance(each, DocumentEntry)]
    if not entries:
        raise _absent(f"Patient/{id}")
    told = next((each for each in entries if each.sourcePatientInfo), entries[0])
    own = patient_reference(patientId)["identifier"]
    resource = patient(told.sourcePatientId, told.sourcePatientInfo)
    others = [each for each in resource.get("identifier", ()) if each != own]
    return {"resourceType": "Patient", "id": id, **resource, "identifier": [own, *others]}


def _by(id: str, kind: str) -> Asked:
    if urn_uuid(id) is None:
        raise _absent(f"{kind}/{id}")
    return Asked("_id", (id,))


def _absent(what: str) -> Rejected:
    return Rejected(Issue("not-found", f"there is no {what[:100]} here"))


def _found(face: Face, search: Search) -> Found:
    found: Found = face.perform(face.responder.search(search))
    if found.failed:
        raise Rejected(*face.issues(found.errors))
    return found


def _read(face: Face, search: Search, what: str) -> Resource:
    try:
        found = _found(face, search)
    except Rejected as refused:
        if refused.status >= 500:  # a registry that answers refuses no query by id that we make
            raise
        raise _absent(what) from None
    if not found.objects:
        raise _absent(what)
    return _resource(face, found.objects[0], found)


def _searchset(face: Face, search: Search, kind: str) -> Resource:
    found = _found(face, search)
    paging = search.paging
    links = [("self", _address(face, kind, search, paging.offset))]
    if not paging.only_count:
        if paging.offset + paging.count < found.total:
            links.append(("next", _address(face, kind, search, paging.offset + paging.count)))
        if paging.offset > 0:
            links.append(("previous", _address(face, kind, search, max(0, paging.offset - paging.count))))
    return searchset(
        total=found.total,
        links=links,
        matches=_addressed(face, found.objects, found),
        included=_addressed(face, found.included, found),
        issues=(*search.issues, *_as_warnings(face.issues(found.errors))),
    )


def _as_warnings(issues: Iterable[Issue]) -> Iterable[Issue]:
    return (
        Issue(each.code, each.text, "warning", each.error, each.expression, each.cites) for each in issues
    )


def _address(face: Face, kind: str, search: Search, offset: int) -> str:
    pairs = [*search.used, *([("_offset", str(offset))] if offset else [])]
    return f"{face.base}/{kind}?{urlencode(pairs)}"


def _addressed(face: Face, objects: Iterable[MetadataObject], found: Found) -> Iterable[tuple[str, Resource]]:
    for object in objects:
        resource = _resource(face, object, found)
        yield f"{face.base}/{resource['resourceType']}/{resource['id']}", resource


def _resource(face: Face, object: MetadataObject, found: Found) -> Resource:
    known = Writing(systems=face.domain.systems, url=face.document_url)
    if isinstance(object, SubmissionSet | Folder):
        return profiled(list_of(object, known, _members(object, found)))
    if not isinstance(object, DocumentEntry):
        raise TypeError(f"{type(object).__name__} is no resource")
    resource = document_reference(object, known)
    if submitted := found.dates.get(object.entryUUID):
        resource |= without_empty({"date": _instant(submitted)})
    if related := relations(object.entryUUID, found.associations):
        resource["relatesTo"] = related
    return profiled(resource)


def _instant(dtm: str) -> str | None:
    """An instant is exact to the second; what is less exact is left out."""
    return date_time(dtm) if len(dtm) > len("20240517") else None


def _members(object: MetadataObject, found: Found) -> list[str]:
    """What it holds, as far as it is a document or a folder that can be read."""
    links = (
        each.targetObject
        for each in found.associations
        if each.sourceObject == object.entryUUID and each.associationType == Association.HAS_MEMBER
    )
    found_as = ((id, "DocumentReference" if id in found.documents else "List") for id in links if id)
    readable = found.documents | found.folders
    return [f"{kind}/{id.removeprefix('urn:uuid:')}" for id, kind in found_as if id in readable]
