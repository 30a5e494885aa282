"""What must hold of a manifest as a DICOM file and object: modules, UIDs, times, issuers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from xdsi_sim.dicom.attributes import LONGEST_UID, TAGS
from xdsi_sim.dicom.kos_document import Item, KosDocument, tag_text
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION
from xdsi_sim.dicom.times import zone_of
from xdsi_sim.ebrim.datatypes import OID
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged
from xdsi_sim.rules.registry import Violation, rule

__all__ = ["DOCUMENT", "FILE", "OBJECT"]

FILE: Final = "M01"
"""The rule of the octets, whose subject is the file."""
OBJECT: Final = "M02 M03 M04"
"""Those of any object, also of one that is something else."""
DOCUMENT: Final = "M05 M06 M07 M08 M09 M10 M11 M12 M13 M14 M15"


@rule("M01", cites="PS3.10: 7.1", code=None)
def file_is_a_dicom_file(document: KosDocument) -> Iterator[Violation]:
    """A manifest is a whole DICOM file: preamble, DICM, meta header, data set."""
    yield from (Violation(problem) for problem in document.problems)


_META: Final = {
    "MediaStorageSOPClassUID": "SOPClassUID",
    "MediaStorageSOPInstanceUID": "SOPInstanceUID",
    "ImplementationClassUID": None,
}


@rule("M02", cites="PS3.10: 7.1", code=None)
def meta_header_names_the_object(judged: Judged) -> Iterator[Violation]:
    """The meta header names the SOP class and instance of the data set, and the implementation."""
    meta = judged.document.meta
    for keyword, twin in _META.items():
        value, expected = meta.text(keyword), judged.root.text(twin) if twin else None
        if value is None:
            yield Violation(f"{keyword} has no value", location=meta.at(keyword))
        elif twin and value != expected:
            yield Violation(
                f"{keyword} is not that of the data set, {expected}", meta.at(keyword), value=value
            )


@rule("M03", cites="RAD TF: 4.68", code=None, severity=Severity.WARNING, ground="choice")
def transfer_syntax_is_the_plain_one(judged: Judged) -> Iterator[Violation]:
    """A manifest is encoded in Explicit VR Little Endian, which every reader knows."""
    meta = judged.document.meta
    syntax = meta.text("TransferSyntaxUID")
    if syntax not in (None, "1.2.840.10008.1.2.1"):
        yield Violation(
            "the transfer syntax is not 1.2.840.10008.1.2.1", meta.at("TransferSyntaxUID"), value=syntax
        )


@rule("M04", cites="PS3.3: A.35.4", code=None)
def object_is_a_key_object_selection(judged: Judged) -> Iterator[Violation]:
    """SOP class and modality are those of a Key Object Selection."""
    for keyword, expected in (("SOPClassUID", KEY_OBJECT_SELECTION), ("Modality", "KO")):
        value = judged.root.text(keyword)
        if value is not None and value != expected:
            yield Violation(f"{keyword} is not {expected}", judged.root.at(keyword), value=value)


# --- modules ---------------------------------------------------------------------------------


def _module(id: str, name: str, section: str, attributes: Mapping[str, int]) -> None:
    """A rule of the attributes of a module by their types: 1 has a value, 2 may be empty."""

    def _check(judged: Judged) -> Iterator[Violation]:
        for keyword, type_ in attributes.items():
            where = judged.root.at(keyword)
            if not judged.root.has(keyword):
                yield Violation(f"{keyword} is missing (type {type_})", where)
            elif type_ == 1 and not judged.root.filled(keyword):
                yield Violation(f"{keyword} has no value (type 1)", where)

    listed = ", ".join(f"{keyword} {tag_text(keyword)} type {type_}" for keyword, type_ in attributes.items())
    _check.__doc__ = f"The {name} module is there: {listed}."
    rule(id, cites=section, code=None)(_check)


_module(
    "M05",
    "Patient",
    "PS3.3: C.7.1.1",
    {"PatientName": 2, "PatientID": 2, "PatientBirthDate": 2, "PatientSex": 2},
)
_module(
    "M06",
    "General Study",
    "PS3.3: C.7.2.1",
    {
        "StudyInstanceUID": 1,
        "StudyDate": 2,
        "StudyTime": 2,
        "ReferringPhysicianName": 2,
        "StudyID": 2,
        "AccessionNumber": 2,
    },
)
_module(
    "M07",
    "Key Object Document Series",
    "PS3.3: C.17.6.1",
    {
        "Modality": 1,
        "SeriesInstanceUID": 1,
        "SeriesNumber": 1,
        "ReferencedPerformedProcedureStepSequence": 2,
    },
)
_module("M08", "General Equipment", "PS3.3: C.7.5.1", {"Manufacturer": 2})
_module(
    "M09",
    "Key Object Document",
    "PS3.3: C.17.6.2",
    {"InstanceNumber": 1, "ContentDate": 1, "ContentTime": 1, "CurrentRequestedProcedureEvidenceSequence": 1},
)
_module(
    "M10",
    "SR Document Content",
    "PS3.3: C.17.3",
    {
        "ValueType": 1,
        "ConceptNameCodeSequence": 1,
        "ContinuityOfContent": 1,
        "ContentTemplateSequence": 1,
        "ContentSequence": 1,
    },
)
_module("M11", "SOP Common", "PS3.3: C.12.1", {"SOPClassUID": 1, "SOPInstanceUID": 1})


# --- values ----------------------------------------------------------------------------------

_UID: Final = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")
_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9](([0-5][0-9]|60)(\.[0-9]{1,6})?)?)?")


@rule("M12", cites="PS3.5: 9.1", code=None)
def uids_are_well_formed(judged: Judged) -> Iterator[Violation]:
    """A UID has digits and dots, no leading zeros in a component, and at most 64 characters."""
    for path, _, value in judged.root.values("UI"):
        text = str(value or "")
        if text and (len(text) > LONGEST_UID or not _UID.fullmatch(text)):
            yield Violation("this is no UID", path, value=text)


@rule("M13", cites="PS3.5: Table 6.2-1", code=None)
def dates_and_times_are_well_formed(judged: Judged) -> Iterator[Violation]:
    """Dates are YYYYMMDD, times HHMMSS.FFFFFF or a beginning of it, the time zone offset &ZZXX."""
    forms = {"DA": ("date", _is_date), "TM": ("time", _is_time)}
    for path, vr, value in judged.root.values(*forms):
        name, fits = forms[vr]
        if value and not fits(str(value)):
            yield Violation(f"this is no {name}", path, value=str(value))
    offset = judged.root.text("TimezoneOffsetFromUTC")
    if offset is not None and zone_of(offset) is None:
        yield Violation("this is no offset from UTC", judged.root.at("TimezoneOffsetFromUTC"), value=offset)


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    try:
        return match is not None and bool(date(*map(int, match.groups())))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    return _TIME.fullmatch(text.strip()) is not None


_ISSUERS: Final = {
    TAGS[keyword]: keyword
    for keyword in (
        "IssuerOfAccessionNumberSequence",
        "IssuerOfPatientIDQualifiersSequence",
        "OrderFillerIdentifierSequence",
        "OrderPlacerIdentifierSequence",
    )
}


@rule("M14", cites="PS3.3: 10.14", code=None)
def issuers_are_named(judged: Judged) -> Iterator[Violation]:
    """An issuer has a local name or a universal id with its type; of type ISO it is an OID."""
    for tag, issuer in judged.root.below():
        if tag in _ISSUERS:
            yield from _issuer(issuer, patient=_ISSUERS[tag].startswith("IssuerOfPatient"))


def _issuer(issuer: Item, *, patient: bool) -> Iterator[Violation]:
    universal, kind = issuer.text("UniversalEntityID"), issuer.text("UniversalEntityIDType")
    if not (universal or patient or issuer.text("LocalNamespaceEntityID")):
        yield Violation("the issuer has neither a local nor a universal id", issuer.path)
    if (universal is None) != (kind is None):
        missing = "UniversalEntityIDType" if universal else "UniversalEntityID"
        yield Violation(f"{missing} is missing beside its twin", issuer.at(missing))
    if universal and kind == "ISO" and not OID.fullmatch(universal):
        yield Violation("of type ISO this must be an OID", issuer.at("UniversalEntityID"), value=universal)


_TEXT: Final = ("SH", "LO", "ST", "LT", "UT", "UC", "PN")


@rule("M15", cites="PS3.3: C.12.1", code=None)
def character_set_is_told(judged: Judged) -> Iterator[Violation]:
    """Text beyond ASCII has its Specific Character Set (0008,0005)."""
    if judged.root.filled("SpecificCharacterSet"):
        return
    for path, _, value in judged.root.values(*_TEXT):
        if not str(value or "").isascii():
            yield Violation(
                "text beyond ASCII without SpecificCharacterSet (0008,0005)", path, value=str(value)
            )
