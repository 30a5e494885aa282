"""Rows on MHD and FHIR, of sets S, K and D: documents found by FHIR are those found by XDS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from xdsi_sim.checklist.by_fhir import ByFhir
from xdsi_sim.checklist.checking import check
from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Evidence, NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.two_level import is_manifest
from xdsi_sim.ebrim.model import Author, Code, InternationalString
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY
from xdsi_sim.fhir.document_reference import MODALITY_EXTENSION, REGION_EXTENSION
from xdsi_sim.vocab import ReferenceIdType

__all__: list[str] = []

_ENOUGH: Final = 0.9
"""Part of the attributes that are to come through."""
_COMPARED: Final = tuple(attr.name for attr in DOCUMENT_ENTRY.attrs if attr.name != "URI")
"""All attributes but the address, which FHIR has of its own."""


def _seen(seen: Observed) -> ByFhir:
    if seen.fhir is None:
        raise NotTested("nobody was asked by MHD")
    return seen.fhir


@check("S-11", "ITI-65, ITI-67, ITI-68 and WADO-RS bring what XDS-I does")
def mhd_serves(seen: Observed, _: Observed) -> Iterator[Point]:
    """The same references, the same octets of manifests, and the images that those lead to."""
    found, asked = _seen(seen), Evidence(message=_seen(seen).message)
    if found.published is None:
        yield doubt("ITI-65 was not seen: no source of ours is in the community of the FHIR face")
    elif found.published != "Success":
        yield lack(f"ITI-65: {found.published}", Evidence(message=found.publication))
    if found.status != "Success":
        yield lack(f"ITI-67: {found.status}", asked)
    by_xds, by_fhir = ({entry.uniqueId for entry in each} for each in (seen.approved, found.entries))
    for uid in sorted(map(str, by_xds ^ by_fhir)):
        where = "XDS" if uid in by_xds else "MHD"
        yield lack(f"{uid} is found by {where} alone", asked)
    documents = found.documents or {}
    for manifest in seen.manifests:
        if documents.get(manifest.name) != manifest.document.sha1:
            told = "does not come" if manifest.name not in documents else "is another document"
            yield lack(f"manifest {manifest.name} {told} by ITI-68", asked)
    if not any(each.complete for each in seen.got("wado-rs")):
        yield lack("no images came by WADO-RS")
    yield good(f"{len(by_fhir)} references and {len(documents)} manifests, as by XDS", asked)


@check("S-14", "references to documents alone, manifests in DICOM, and no images")
def fhir_finds_and_dicom_holds(seen: Observed, _: Observed) -> Iterator[Point]:
    """No resource carries content, or describes images itself."""
    found = _seen(seen)
    at = Evidence(message=found.message)
    if not found.resources:
        raise NotTested("no resource was found")
    for resource in found.resources:
        name = f"{resource.get('resourceType')} {resource.get('id')}"
        if resource.get("resourceType") != "DocumentReference":
            yield lack(f"{name} is no reference to a document", at)
        for content in resource.get("content", ()):
            if "data" in content.get("attachment", {}):
                yield lack(f"{name} carries its document", at)
    for entry in found.entries:
        if is_manifest(entry) and entry.mimeType != "application/dicom":
            yield lack(f"manifest {entry.uniqueId} is {entry.mimeType}", at)
    yield good(f"{len(found.resources)} resources refer to documents", at)


@check("K-20", "nine of ten attributes of entries are the same by FHIR")
def metadata_come_through(seen: Observed, _: Observed) -> Iterator[Point]:
    """Of manifests, those that the registry tells."""
    found = _seen(seen)
    by_uid = {entry.uniqueId: entry for entry in found.entries}
    pairs = [(entry, by_uid[entry.uniqueId]) for entry in seen.approved if entry.uniqueId in by_uid]
    if not pairs:
        raise NotTested("nothing was found both ways")
    for entry, other in pairs:
        told = [name for name in _COMPARED if getattr(entry, name) not in (None, "", ())]
        changed = [name for name in told if _plain(getattr(entry, name)) != _plain(getattr(other, name))]
        share = 1 - len(changed) / len(told)
        text = f"{share:.0%} of {entry.uniqueId}" + (f", but for {', '.join(changed)}" if changed else "")
        at = Evidence(message=found.message, document=entry.uniqueId or "")
        yield (good if share >= _ENOUGH else lack)(text, at)


def _plain(value: Any) -> Any:
    """Without ids of classifications and languages of texts, which are nobody's business."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Code):
        return value.code, value.codingScheme, str(value.displayName or "")
    if isinstance(value, Author):
        return replace(value, id=None)
    return str(value) if isinstance(value, InternationalString) else value


@check("D-19", "modality, region and related study in each reference to a manifest", cites="RAD MADO")
def references_are_described(seen: Observed, _: Observed) -> Iterator[Point]:
    """As extensions, and among what is related."""
    found = _seen(seen)
    at = Evidence(message=found.message)
    manifests = [each for each in found.resources if _format(each) == "1.2.840.10008.5.1.4.1.1.88.59"]
    if not manifests:
        raise NotTested("no reference to a manifest was found")
    for resource in manifests:
        told = {each.get("url") for each in resource.get("extension", ())}
        for name, url in (("modality", MODALITY_EXTENSION), ("region", REGION_EXTENSION)):
            if url not in told:
                yield lack(f"DocumentReference {resource.get('id')} has no extension for the {name}", at)
        if not any(_is_study(each) for each in resource.get("context", {}).get("related", ())):
            yield lack(f"DocumentReference {resource.get('id')} names no related study", at)
    yield good(f"{len(manifests)} references to manifests", at)


def _format(resource: Mapping[str, Any]) -> str | None:
    contents: Sequence[Mapping[str, Any]] = resource.get("content") or ({},)
    code = contents[0].get("format", {}).get("code")
    return None if code is None else str(code).removeprefix("urn:oid:")


def _is_study(related: Mapping[str, Any]) -> bool:
    identifier = related.get("identifier", {})
    codings = identifier.get("type", {}).get("coding", ())
    return any(each.get("code") in _STUDY for each in codings)


_STUDY: Final = (ReferenceIdType.STUDY_INSTANCE_UID, "110180")
"""What an identifier of a study is called: as in metadata, or Study Instance UID (DCM)."""
