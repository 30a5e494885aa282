"""Bundles that we write: what a search found, what became of a transaction, a submission (ITI MHD: 3.65)."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from xdsi_sim.content import Content, read_all
from xdsi_sim.ebrim.model import (
    Association,
    DocumentEntry,
    Folder,
    RegistryObjectList,
    SubmissionSet,
)
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import RELATES, document_reference
from xdsi_sim.fhir.identifiers import urn_uuid
from xdsi_sim.fhir.lists import list_of
from xdsi_sim.fhir.outcome import Issue, outcome
from xdsi_sim.fhir.provided import profiled
from xdsi_sim.fhir.rows import Writing
from xdsi_sim.fhir.values import EXTENSION, Resource
from xdsi_sim.vocab import Association as AssociationType

__all__ = ["provide_bundle", "relations", "searchset", "transaction_response"]


def searchset(
    *,
    total: int,
    links: Sequence[tuple[str, str]],
    matches: Iterable[tuple[str, Resource]],
    included: Iterable[tuple[str, Resource]] = (),
    issues: Sequence[Issue] = (),
) -> Resource:
    """What a search found, each with its address; `issues` stand beside it in an outcome."""
    entries = [
        {"fullUrl": url, "resource": resource, "search": {"mode": mode}}
        for mode, pairs in (("match", matches), ("include", included))
        for url, resource in pairs
    ]
    if issues:
        entries.append({"resource": outcome(issues), "search": {"mode": "outcome"}})
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
    }
    if entries:
        bundle["entry"] = entries
    return bundle


def transaction_response(
    made: Sequence[tuple[str, str] | None], moment: datetime, issues: Sequence[Issue] = ()
) -> Resource:
    """What became of each entry, in its order: `(status, location)`; the issues stand beside the first."""
    entries = []
    for number, each in enumerate(made):
        status, location = each or ("200 OK", "")
        response: Resource = {"status": status}
        if location:
            response |= {
                "location": f"{location}/_history/1",
                "etag": 'W/"1"',
                "lastModified": moment.isoformat(timespec="seconds"),
            }
        if issues and number == 0:
            response["outcome"] = outcome(issues)
        entries.append({"response": response})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


def relations(
    uuid: str, associations: Iterable[Association], address: Mapping[str, str] | None = None
) -> list[Resource]:
    """relatesTo of the entry of that id; `address` says how entries are referred to, if not by their ids."""
    words = {urn: word for word, urn in RELATES.items()}
    found = []
    for each in associations:
        if each.sourceObject != uuid or each.targetObject is None:
            continue
        type_ = each.associationType or ""
        both = type_ == AssociationType.XFRM_RPLC
        codes = ("transforms", "replaces") if both else (words[type_],) if type_ in words else ()
        target = (address or {}).get(each.targetObject)
        reference = target or f"DocumentReference/{each.targetObject.removeprefix('urn:uuid:')}"
        found += [{"code": code, "target": {"reference": reference}} for code in codes]
    return found


def provide_bundle(
    objects: RegistryObjectList,
    documents: Mapping[str, Content],
    systems: Systems,
    profile: str = "Comprehensive",
) -> Resource:
    """A submission as a Document Source sends it; `documents` are by the entryUUID of their entries."""
    uuids = _uuids(objects)
    holders: tuple[SubmissionSet | Folder, ...] = (*objects.submissionSets, *objects.folders)
    links = [_renamed(each, uuids) for each in objects.associations]
    entries = []
    for holder in holders:
        uuid_ = uuids[holder.entryUUID]
        members = [each.targetObject or "" for each in links if each.sourceObject == uuid_]
        known = Writing(systems=systems, url=lambda _entry: "")
        told = list_of(
            replace(holder, entryUUID=uuid_), known, [each for each in members if each in uuids.values()]
        )
        entries.append(_entry(uuid_, {**told, "status": "current"}))
    for each in objects.documentEntries:
        entry = replace(each, entryUUID=uuids[each.entryUUID])
        binary = _beside(entry.entryUUID)
        known = Writing(systems=systems, url=lambda found: _beside(found.entryUUID))
        told = {**document_reference(entry, known), "status": "current"}
        if related := relations(entry.entryUUID, links, {uuid_: uuid_ for uuid_ in uuids.values()}):
            told["relatesTo"] = related
        entries.append(_entry(entry.entryUUID, told))
        if each.entryUUID in documents:
            entries.append(_entry(binary, _binary(entry, documents[each.entryUUID])))
    replacing = (AssociationType.RPLC, AssociationType.XFRM_RPLC)
    entries += [_superseded(each) for each in links if each.associationType in replacing]
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{EXTENSION}IHE.MHD.{profile}.ProvideBundle"]},
        "type": "transaction",
        "entry": entries,
    }


def _uuids(objects: RegistryObjectList) -> dict[str, str]:
    """UUIDs by the ids of objects, which may be words that hold in the submission alone."""
    named: tuple[SubmissionSet | Folder | DocumentEntry, ...] = (
        *objects.submissionSets,
        *objects.folders,
        *objects.documentEntries,
    )
    return {each.entryUUID: _uuid(each.entryUUID, each.uniqueId) for each in named}


def _uuid(entryUUID: str, uniqueId: str | None) -> str:
    if urn_uuid(entryUUID.removeprefix("urn:uuid:")) is not None:
        return entryUUID
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{uniqueId} {entryUUID}')}"


def _renamed(link: Association, uuids: Mapping[str, str]) -> Association:
    source, target = link.sourceObject or "", link.targetObject or ""
    return replace(link, sourceObject=uuids.get(source, source), targetObject=uuids.get(target, target))


def _beside(entryUUID: str) -> str:
    """The address of a document in the bundle, made from that of its entry."""
    return f"urn:uuid:{uuid.uuid5(uuid.UUID(entryUUID.removeprefix('urn:uuid:')), 'Binary')}"


def _entry(url: str, resource: Resource) -> Resource:
    resource.pop("id", None)
    if resource["resourceType"] != "Binary":
        resource = profiled(resource)
    return {
        "fullUrl": url,
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def _binary(entry: DocumentEntry, content: Content) -> Resource:
    data = base64.b64encode(read_all(content)).decode()
    return {
        "resourceType": "Binary",
        "contentType": entry.mimeType or "application/octet-stream",
        "data": data,
    }


def _superseded(link: Association) -> Resource:
    """Says of what is replaced that it is superseded."""
    parts = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "DocumentReference.status"},
        {"name": "value", "valueCode": "superseded"},
    ]
    id = (link.targetObject or "").removeprefix("urn:uuid:")
    return {
        "resource": {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]},
        "request": {"method": "PATCH", "url": f"DocumentReference/{id}"},
    }
