"""What must hold of patient, study and orders in a manifest, and of the issuers of their identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.dicom.coded import HierarchicDesignator, Identifier
from xdsi_sim.dicom.kos_document import Item
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule

__all__ = ["ORDERS", "accession_of", "order_of"]

ORDERS: Final = "M40 M41 M42 M43 M44 M45 M46 M47"

_REQUEST: Final = (  # PS3.3: Table C.17.6-2, the attributes of type 2
    "ReferencedStudySequence",
    "AccessionNumber",
    "PlacerOrderNumberImagingServiceRequest",
    "FillerOrderNumberImagingServiceRequest",
    "RequestedProcedureID",
    "RequestedProcedureDescription",
    "RequestedProcedureCodeSequence",
)


def accession_of(item: Item) -> Identifier | None:
    """The accession number of a study or request."""
    return item.identifier("AccessionNumber", "IssuerOfAccessionNumberSequence")


def order_of(item: Item) -> Identifier | None:
    """The placer order number of a request."""
    return item.identifier("PlacerOrderNumberImagingServiceRequest", "OrderPlacerIdentifierSequence")


@rule("M40", cites="PS3.3: Table C.17.6-2", code=None)
def requests_are_whole(judged: Judged) -> Iterator[Violation]:
    """A request names the study of the document and has all attributes of type 2."""
    own = judged.root.text("StudyInstanceUID")
    for request in judged.document.requests():
        uid = request.text("StudyInstanceUID")
        if uid != own:
            where = request.at("StudyInstanceUID")
            yield Violation(f"this is not the study of the document, {own}", where, value=uid)
        for keyword in _REQUEST:
            if not request.has(keyword):
                yield Violation(f"{keyword} is missing (type 2)", request.at(keyword))


@rule("M41", cites="RAD MADO", code=None)
def study_has_the_accession_number_of_a_single_request(judged: Judged) -> Iterator[Violation]:
    """The study has the accession number of its request, and none where there are several."""
    numbers = {number.value for each in judged.document.requests() if (number := accession_of(each))}
    value, where = judged.root.text("AccessionNumber"), judged.root.at("AccessionNumber")
    weight = judged.duty(Severity.WARNING)
    if len(numbers) > 1 and value:
        text = f"{len(numbers)} requests are answered, so no number stands for the study"
        yield Violation(text, where, value=value, severity=weight)
    elif len(numbers) == 1 and {value} != numbers:
        text = f"the request has accession number {next(iter(numbers))}"
        yield Violation(text, where, value=value, severity=weight)


@rule("M42", cites="RAD MADO", code=None)
def each_request_is_named_once(judged: Judged) -> Iterator[Violation]:
    """There is one item for each pair of accession number and placer order number."""
    seen: dict[tuple[Identifier | None, Identifier | None], str] = {}
    for request in judged.document.requests():
        pair = accession_of(request), order_of(request)
        if pair in seen:
            text = f"accession number and order are those of {seen[pair]}"
            yield Violation(text, request.path, severity=judged.duty(Severity.WARNING))
        seen.setdefault(pair, request.path)


# --- issuers ---------------------------------------------------------------------------------


def _without_issuer(
    judged: Judged, holders: tuple[Item, ...], number: str, issuer: str, what: str
) -> Iterator[Violation]:
    for holder in holders:
        found = holder.identifier(number, issuer)
        if found and not found.issuer:
            text = f"the {what} has no issuer in {issuer}"
            yield Violation(text, holder.at(issuer), value=found.value, severity=judged.duty())


@rule("M43", cites="RAD MADO", code=None)
def accession_numbers_have_an_issuer(judged: Judged) -> Iterator[Violation]:
    """An accession number has its issuer: required by MADO, advised in other manifests."""
    holders = (judged.root, *judged.document.requests())
    yield from _without_issuer(
        judged, holders, "AccessionNumber", "IssuerOfAccessionNumberSequence", "accession number"
    )


@rule("M44", cites="RAD MADO", code=None)
def orders_have_a_placer(judged: Judged) -> Iterator[Violation]:
    """A placer order number has its placer: required by MADO, advised in other manifests."""
    yield from _without_issuer(
        judged,
        judged.document.requests(),
        "PlacerOrderNumberImagingServiceRequest",
        "OrderPlacerIdentifierSequence",
        "placer order number",
    )


_QUALIFIERS: Final = "IssuerOfPatientIDQualifiersSequence"


@rule("M45", cites="RAD MADO", code=None)
def patient_ids_have_an_issuer(judged: Judged) -> Iterator[Violation]:
    """Patient ids have an issuer by name and by OID: required by MADO, advised in other manifests."""
    for holder in (judged.root, *judged.root.members("OtherPatientIDsSequence")):
        value, weight = holder.text("PatientID"), judged.duty()
        if value is None:
            continue
        if judged.kind == "mado" and not holder.filled("IssuerOfPatientID"):
            yield Violation(
                "the issuer has no name", holder.at("IssuerOfPatientID"), value=value, severity=weight
            )
        issuer = holder.identifier("PatientID", _QUALIFIERS)
        if not (issuer and issuer.oid):
            yield Violation("the issuer has no OID", holder.at(_QUALIFIERS), value=value, severity=weight)


@rule("M46", cites="RAD MADO", code=None)
def other_patient_ids_include_the_first(judged: Judged) -> Iterator[Violation]:
    """Other Patient IDs lists all ids that are known, Patient ID among them, each with its type."""
    others = judged.root.members("OtherPatientIDsSequence")
    where = judged.root.at("OtherPatientIDsSequence")
    if judged.kind != "mado" and not others:
        return
    own = _patient_id(judged.root)
    if own not in map(_patient_id, others):
        text = "Patient ID (0010,0020) with its issuer is not among the other ids"
        yield Violation(text, where, value=own.value if own else None, severity=judged.duty(Severity.WARNING))
    for other in others:
        if not other.filled("TypeOfPatientID"):
            where = other.at("TypeOfPatientID")
            yield Violation("TypeOfPatientID has no value", where, severity=judged.duty(Severity.WARNING))


def _patient_id(holder: Item) -> Identifier | None:
    found = holder.identifier("PatientID", _QUALIFIERS)
    if found is None:
        return None
    return Identifier(found.value, HierarchicDesignator.of(found.oid) if found.oid else None)


_REQUIRED: Final = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "Manufacturer",
    "InstitutionName",
    "TimezoneOffsetFromUTC",
    "ReferencedRequestSequence",
)


@rule("M47", cites="RAD MADO", code=None)
def attributes_of_mado_have_values(judged: Judged) -> Iterator[Violation]:
    """MADO wants patient, study, institution, time zone and requests with their accession numbers."""
    if judged.kind != "mado":
        return
    for keyword in _REQUIRED:
        if not judged.root.filled(keyword):
            yield Violation(f"{keyword} has no value", judged.root.at(keyword))
    for request in judged.document.requests():
        if accession_of(request) is None:
            yield Violation("the request has no accession number", request.at("AccessionNumber"))
