"""What must hold between a manifest and its DocumentEntry (RAD TF: 4.68)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xdsi_sim.dicom.coded import Identifier
from xdsi_sim.dicom.codes import (
    ACQUISITION_MODALITIES,
    CODING_SCHEMES,
    LATERALITIES,
    TARGET_REGIONS,
)
from xdsi_sim.dicom.library_items import read_library
from xdsi_sim.dicom.manifest import shared_part
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION
from xdsi_sim.dicom.times import utc_dtm
from xdsi_sim.ebrim.datatypes import Cx, Cxi
from xdsi_sim.ebrim.model import Code, DocumentEntry
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_orders import accession_of, order_of
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.vocab import CodingScheme, ReferenceIdType

__all__ = ["LINKS"]

LINKS: Final = "M60 M61 M62 M63 M64 M65 M66 M67 M68 M69 M70 M71"


# --- manifest and DocumentEntry --------------------------------------------------------------


@rule("M60", cites="RAD TF: 4.68", code=None)
def entry_is_that_of_a_manifest(judged: Judged) -> Iterator[Violation]:
    """mimeType is application/dicom, formatCode the SOP class of the manifest as a DICOM UID."""
    entry = _entry(judged)
    if entry.mimeType != "application/dicom":
        yield Violation("mimeType is not application/dicom", "mimeType", value=entry.mimeType)
    found = entry.formatCode
    expected = (KEY_OBJECT_SELECTION, CodingScheme.DICOM_UID)
    if found is None or (found.code, found.codingScheme) != expected:
        value = f"{found.code}^^{found.codingScheme}" if found else None
        yield Violation(f"formatCode is not {'^^'.join(expected)}", "formatCode", value=value)


def _entry(judged: Judged) -> DocumentEntry:
    assert judged.entry is not None  # noqa: S101  these rules run only where there is one
    return judged.entry


@rule("M61", cites="RAD TF: 4.68", code=None)
def unique_id_is_the_sop_instance_uid(judged: Judged) -> Iterator[Violation]:
    """uniqueId is the SOP Instance UID of the manifest."""
    uid, found = judged.root.text("SOPInstanceUID"), _entry(judged).uniqueId
    if found != uid:
        yield Violation(f"uniqueId is not the SOP Instance UID, {uid}", "uniqueId", value=found)


def _time(judged: Judged, attribute: str, date: str, time: str) -> Iterator[Violation]:
    root, found = judged.root, getattr(_entry(judged), attribute)
    expected = utc_dtm(root.text(date), root.text(time), root.text("TimezoneOffsetFromUTC"))
    if expected and not (found and (found.startswith(expected) or expected.startswith(found))):
        guess = "" if root.filled("TimezoneOffsetFromUTC") else ", if its zone is UTC"
        yield Violation(f"{date} and {time} in UTC are {expected}{guess}", attribute, value=found)


@rule("M62", cites="RAD TF: 4.68", code=None, severity=Severity.WARNING)
def creation_time_is_the_content_time(judged: Judged) -> Iterator[Violation]:
    """creationTime is Content Date and Time of the manifest in UTC."""
    yield from _time(judged, "creationTime", "ContentDate", "ContentTime")


@rule("M70", cites="RAD TF: 4.68", code=None, severity=Severity.WARNING)
def service_starts_with_the_study(judged: Judged) -> Iterator[Violation]:
    """serviceStartTime is Study Date and Time in UTC."""
    yield from _time(judged, "serviceStartTime", "StudyDate", "StudyTime")


@rule("M63", cites="RAD TF: 4.68; PS3.16: CID 29", code=None)
def event_codes_name_the_modalities(judged: Judged) -> Iterator[Violation]:
    """eventCodeList has each acquisition modality of the study, and none that is not in it."""
    told = {code.code for code in _entry(judged).eventCodeList if code.codingScheme == CodingScheme.DCM}
    modalities = told & set(ACQUISITION_MODALITIES)
    for code in sorted(told - modalities):
        yield Violation("this is no acquisition modality", "eventCodeList", value=code)
    known = _known_modalities(judged)
    if known is None:
        if not modalities:
            text = "eventCodeList has no modality"
            yield Violation(text, "eventCodeList", severity=Severity.WARNING)
        return
    for code in sorted(known - modalities):
        yield Violation("a modality of the study is missing", "eventCodeList", value=code)
    for code in sorted(modalities - known):
        yield Violation("no series of the study has this modality", "eventCodeList", value=code)


def _known_modalities(judged: Judged) -> set[str] | None:
    """The acquisition modalities of the study, where manifest or source tell them."""
    library = read_library(judged.root.attributes)
    if judged.served is not None:
        found = set(shared_part(judged.served).modalities)
    elif library is not None:
        found = {group.modality.value for group in library.groups if group.modality}
    else:
        return None
    return found & set(ACQUISITION_MODALITIES)


@rule("M64", cites="RAD TF: 4.68; RAD MADO", code=None, severity=Severity.WARNING)
def event_codes_name_a_region(judged: Judged) -> Iterator[Violation]:
    """eventCodeList has an anatomic region, with MADO each target region of the library."""
    told = {code.code for code in _entry(judged).eventCodeList if code.codingScheme == CODING_SCHEMES["SCT"]}
    if not told - {side.value for side in LATERALITIES.values()}:
        yield Violation("eventCodeList has no anatomic region", "eventCodeList")
    library = read_library(judged.root.attributes)
    for region in library.regions if library else ():
        if region.value not in told and region.value in TARGET_REGIONS:
            yield Violation(f"target region {region.meaning} is missing", "eventCodeList", value=region.value)


@rule("M71", cites="RAD TF: 4.68", code=None)
def event_codes_are_named_once(judged: Judged) -> Iterator[Violation]:
    """Each code of eventCodeList has a display name and stands there once."""
    seen: set[tuple[str, str]] = set()
    for code in _entry(judged).eventCodeList:
        if (key := (code.code, code.codingScheme)) in seen:
            yield Violation("a second time", "eventCodeList", value=code.code)
        seen.add(key)
        if not _named(code):
            yield Violation("the code has no display name", "eventCodeList", value=code.code)


def _named(code: Code) -> bool:
    return code.displayName is not None and any(text.value for text in code.displayName.strings)


# --- reference ids ---------------------------------------------------------------------------


def _references(judged: Judged, type_: str) -> list[Cxi]:
    found = []
    for text in _entry(judged).referenceIdList:
        try:
            reference = Cxi.parse(text)
        except ValueError:  # a rule of metadata has it
            continue
        if reference.type == type_:
            found.append(reference)
    return found


@rule("M65", cites="RAD TF: 4.68", code=None)
def reference_ids_name_the_study(judged: Judged) -> Iterator[Violation]:
    """referenceIdList has one Study Instance UID, that of the manifest."""
    own = judged.root.text("StudyInstanceUID") or ""
    told = [reference.id for reference in _references(judged, ReferenceIdType.STUDY_INSTANCE_UID)]
    if own not in told:
        weight = _weight_of_missing(judged, told)
        yield Violation("the Study Instance UID is missing", "referenceIdList", value=own, severity=weight)
    for uid in told:
        if uid != own:
            yield Violation(f"this is not the study of the manifest, {own}", "referenceIdList", value=uid)


def _weight_of_missing(judged: Judged, told: Sequence[object]) -> Severity:
    """Wrong is worse than not told at all, which metadata before reference ids could not be blamed for."""
    return Severity.ERROR if told else judged.duty(Severity.WARNING)


def _linked(judged: Judged, type_: str, identifiers: set[Identifier], what: str) -> Iterator[Violation]:
    """Numbers must be the same; issuers, where the manifest tells them as OIDs."""
    told = _references(judged, type_)
    known = {identifier.value: identifier.oid for identifier in identifiers}
    weight = _weight_of_missing(judged, told)
    for value in sorted(known.keys() - {reference.id for reference in told}):
        text = f"the {what} of the manifest is missing"
        yield Violation(text, "referenceIdList", value=value, severity=weight)
    for reference in told:
        if reference.id not in known:
            yield Violation(f"the manifest has no such {what}", "referenceIdList", value=str(reference))
        elif (oid := known[reference.id]) and oid != reference.authority:
            text = f"the manifest has {oid} as issuer of the {what}"
            yield Violation(text, "referenceIdList", value=str(reference))


@rule("M66", cites="RAD TF: 4.68", code=None)
def reference_ids_name_the_accession_numbers(judged: Judged) -> Iterator[Violation]:
    """referenceIdList has the accession numbers of the manifest with their issuers, and no other."""
    holders = (judged.root, *judged.document.requests())
    numbers = {number for holder in holders if (number := accession_of(holder))}
    yield from _linked(judged, ReferenceIdType.ACCESSION, numbers, "accession number")


@rule("M67", cites="RAD TF: 4.68", code=None)
def reference_ids_name_the_orders(judged: Judged) -> Iterator[Violation]:
    """referenceIdList has the placer order numbers of the manifest with their issuers, and no other."""
    numbers = {number for request in judged.document.requests() if (number := order_of(request))}
    yield from _linked(judged, ReferenceIdType.ORDER, numbers, "placer order number")


# --- patient and file ------------------------------------------------------------------------


def _pid_fields(entry: DocumentEntry) -> dict[str, str]:
    pairs = (line.partition("|") for line in entry.sourcePatientInfo)
    return {name: value for name, _, value in pairs}


@rule("M68", cites="RAD TF: 4.68", code=None)
def source_patient_is_that_of_the_manifest(judged: Judged) -> Iterator[Violation]:
    """sourcePatientId and sourcePatientInfo are id, name, birth date and sex of the manifest."""
    entry, root = _entry(judged), judged.root
    ids = {entry.sourcePatientId or "": "sourcePatientId"}
    fields = _pid_fields(entry)
    if "PID-3" in fields:
        ids.setdefault(fields["PID-3"], "sourcePatientInfo")
    for text, attribute in ids.items():
        if _id_of(text) != root.text("PatientID"):
            yield Violation(f"the manifest has patient id {root.text('PatientID')}", attribute, value=text)
    for field, keyword in (("PID-5", "PatientName"), ("PID-7", "PatientBirthDate"), ("PID-8", "PatientSex")):
        expected = root.text(keyword) or ""
        if field in fields and not _alike(field, fields[field], expected):
            yield Violation(f"{keyword} is {expected}", "sourcePatientInfo", value=f"{field}|{fields[field]}")


def _id_of(text: str) -> str | None:
    try:
        return Cx.parse(text).id
    except ValueError:
        return text.partition("^")[0] or None


def _alike(field: str, told: str, expected: str) -> bool:
    if field != "PID-5":
        return told == expected
    # prefix and suffix change places between DICOM and HL7: family and given names are enough to tell
    names = [text.partition("=")[0].upper().split("^")[:2] for text in (told, expected)]
    return [part for part in names[0] if part] == [part for part in names[1] if part]


@rule("M69", cites="ITI TF-3: Table 4.2.3.2-1", code=None)
def hash_and_size_are_those_of_the_file(judged: Judged) -> Iterator[Violation]:
    """hash and size, where they are told, are those of the file."""
    entry, document = _entry(judged), judged.document
    for attribute, found, expected in (
        ("hash", entry.hash and entry.hash.lower(), document.sha1),
        ("size", entry.size, str(document.size)),
    ):
        if found is not None and found != expected:
            yield Violation(f"{attribute} of the file is {expected}", attribute, value=found)
