"""Set K, who and what: standard, patient, requests, study and custodian of a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.checklist.checking import check, manifests
from xdsi_sim.checklist.observed import Observed, SeenManifest
from xdsi_sim.checklist.results import NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.telling import by_rules
from xdsi_sim.checklist.two_level import KEY_OBJECT_SELECTION, references
from xdsi_sim.dicom.kos_document import Item, tag_text
from xdsi_sim.ebrim.datatypes import OID, Cx, Xon
from xdsi_sim.rules.manifest import MANIFEST_RULES
from xdsi_sim.vocab import ReferenceIdType

__all__ = ["accession_of", "order_of"]

_OF_THE_DOCUMENT: Final = tuple(rule.id for rule in MANIFEST_RULES if rule.id < "M60")
"""The rules that look at nothing but the manifest."""
_TWO: Final = 2


@check("K-01", "SOP class and modality of a Key Object Selection", of=manifests, cites="PS3.3: A.35.4")
def it_is_a_key_object_selection(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """As the document itself says."""
    for keyword, wanted in (("SOPClassUID", KEY_OBJECT_SELECTION), ("Modality", "KO")):
        told = manifest.root.text(keyword)
        if told != wanted:
            yield lack(f"{keyword} is {told or 'missing'}", manifest.at(manifest.root.at(keyword)))


@check("K-02", "no rule of manifests finds an error", of=manifests, cites="RAD TF: 4.68")
def it_keeps_to_the_rules(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Those of DICOM and of the profile that its title names."""
    yield from by_rules(manifest, *_OF_THE_DOCUMENT)


# --- patient ---------------------------------------------------------------------------------


def _patient_ids(manifest: SeenManifest) -> Iterator[tuple[Item, str, str | None]]:
    """Each id with where it stands and the OID of its issuer."""
    for item in (manifest.root, *manifest.root.members("OtherPatientIDsSequence")):
        if (number := item.text("PatientID")) is not None:
            identifier = item.identifier("PatientID", "IssuerOfPatientIDQualifiersSequence")
            yield item, number, identifier.oid if identifier is not None else None


@check("K-03", "ids of two issuers, where there are two", of=manifests)
def it_has_both_patient_ids(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Those of the images and of the metadata count."""
    told = {issuer for _, _, issuer in _patient_ids(manifest) if issuer}
    known = _authority(manifest.entry.patientId)
    if manifest.served is not None:
        known |= {id_.oid for id_ in manifest.served.header.patient.ids if id_.oid}
    at = manifest.at(manifest.root.at("OtherPatientIDsSequence"))
    missing = known - told
    if missing:
        yield lack(f"no id of {', '.join(sorted(missing))}, which is known", at)
    elif len(told) < _TWO:
        yield doubt(f"ids of one issuer, {', '.join(sorted(told)) or 'none'}; no other is known", at)
    else:
        yield good(f"ids of {', '.join(sorted(told))}", at)


def _authority(patientId: str | None) -> set[str]:
    """Of the id in the metadata; none where it is no CX."""
    try:
        return {Cx.parse(patientId or "").authority}
    except ValueError:
        return set()


@check("K-04", "each patient id has an issuer of type ISO that is an OID", of=manifests)
def issuers_are_oids(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Of the first id and of the others."""
    ids = list(_patient_ids(manifest))
    if not ids:
        yield lack("there is no Patient ID", manifest.at(tag_text("PatientID")))
    for item, number, issuer in ids:
        if issuer is None or not OID.fullmatch(issuer):
            at = manifest.at(item.at("IssuerOfPatientIDQualifiersSequence"))
            yield lack(f"the issuer of {number} is {issuer or 'not named by OID'}", at)


# --- requests --------------------------------------------------------------------------------


def accession_of(request: Item) -> str:
    """Accession number of a request with its issuer, `id of OID`; empty without."""
    return _told(request, "AccessionNumber", "IssuerOfAccessionNumberSequence")


def order_of(request: Item) -> str:
    """The same of its placer order number."""
    return _told(request, "PlacerOrderNumberImagingServiceRequest", "OrderPlacerIdentifierSequence")


def _told(request: Item, number: str, issuer: str) -> str:
    found = request.identifier(number, issuer)
    if found is None:
        return ""
    return f"{found.value} of {found.oid}" if found.oid else found.value


@check("K-05", "each request has an accession number with its issuer, no pair twice", of=manifests)
def accessions_have_issuers(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """In the Referenced Request Sequence."""
    requests = manifest.document.requests()
    if not requests:
        yield lack("there is no request", manifest.at(tag_text("ReferencedRequestSequence")))
    pairs = [(accession_of(item), order_of(item)) for item in requests]
    for item, (accession, _order) in zip(requests, pairs, strict=True):
        at = manifest.at(item.at("AccessionNumber"))
        if not accession:
            yield lack("a request has no accession number", at)
        elif " of " not in accession:
            yield lack(f"accession number {accession} has no issuer", at)
    if len(set(pairs)) < len(pairs):
        yield lack(
            "a pair of accession and order is there twice",
            manifest.at(tag_text("ReferencedRequestSequence")),
        )


@check("K-06", "placer order number and placer where an order is known", of=manifests)
def orders_have_placers(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Known is what entry or images have."""
    at = manifest.at(tag_text("PlacerOrderNumberImagingServiceRequest"))
    told = {order for item in manifest.document.requests() if (order := order_of(item))}
    known = any(references(manifest.entry, ReferenceIdType.ORDER))
    if manifest.served is not None:
        known = known or any(each.placer_order for each in manifest.served.header.requests)
    if known and not told:
        yield lack("an order is known, the manifest has none", at)
    if not known and not told:
        raise NotTested("no order is known of these studies")
    for order in told:
        if " of " not in order:
            yield lack(f"placer order number {order} has no placer", at)


# --- study -----------------------------------------------------------------------------------


@check("K-07", "description, date, time and procedure of the study have values", of=manifests)
def study_is_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """Of the procedure its code: with the study or with the request."""
    root = manifest.root
    for keyword in ("StudyDescription", "StudyDate", "StudyTime"):
        if not root.filled(keyword):
            yield lack(f"{keyword} is empty", manifest.at(root.at(keyword)))
    requests = manifest.document.requests()
    if not root.filled("ProcedureCodeSequence"):
        coded = any(item.filled("RequestedProcedureCodeSequence") for item in requests)
        says, where = (doubt, "with the request alone") if coded else (lack, "nowhere")
        yield says(f"the procedure is coded {where}", manifest.at(root.at("ProcedureCodeSequence")))


@check("K-08", "Institution Name has a name and an id, in the form XON", of=manifests)
def custodian_is_told(manifest: SeenManifest, _: Observed) -> Iterator[Point]:
    """A name alone is a part of it."""
    text, at = manifest.root.text("InstitutionName"), manifest.at(tag_text("InstitutionName"))
    if not text:
        yield lack("there is no Institution Name", at)
        return
    try:
        custodian = Xon.parse(text)
    except ValueError as error:
        yield doubt(f"'{text}' is no XON: {error}", at)
        return
    if custodian.id is None:
        yield doubt(f"'{text}' has no id of the organisation", at)
    else:
        yield good(f"{custodian.name}, {custodian.id}", at)
