"""For each rule of a submission one that breaks it; `submissions` has the sound ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydicom.dataset import Dataset
from submissions import (
    AUTHORITY,
    MANIFEST,
    PATIENT,
    a_folder,
    a_provision,
    a_set,
    a_submission,
    an_association,
    an_entry,
    an_on_demand_entry,
    members,
    uuid,
)

import xdsi_sim.rules.patient_feed
import xdsi_sim.rules.query
import xdsi_sim.rules.removal
import xdsi_sim.rules.transactions  # noqa: F401  brings all rules
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.manifest import KEY_OBJECT_SELECTION
from xdsi_sim.ebrim.described import Described, described
from xdsi_sim.ebrim.limited import limited
from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Classification,
    Code,
    DocumentEntry,
    ExternalIdentifier,
    Folder,
    InternationalString,
    RegistryObjectList,
    Slot,
    SubmissionSet,
)
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.ebrim.xml import Element, parse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.code_sets import AllowedCode, CodeSets
from xdsi_sim.rules.document_entry import HASH_OF_NOTHING
from xdsi_sim.rules.registry import RULES
from xdsi_sim.rules.subjects import Fingerprint, Known, Registered
from xdsi_sim.rules.transactions import check_provision, check_registration
from xdsi_sim.vocab import APPROVED, DEPRECATED, ON_DEMAND, STABLE
from xdsi_sim.vocab import Association as AssociationType

OTHER: Final = f"P2^^^&{AUTHORITY}&ISO"
DE_CLASS: Final = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
DE_PATIENT_ID: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
DE_UNIQUE_ID: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
RPLC, APND, SIGNS = AssociationType.RPLC, AssociationType.APND, AssociationType.SIGNS


def entry(**changes: object) -> SubmitObjectsRequest:
    return a_submission(entries=(an_entry(**changes),))


def with_(*more: Association, **parts: object) -> SubmitObjectsRequest:
    return a_submission(more=more, **parts)  # type: ignore[arg-type]


def classified(**given: object) -> SubmitObjectsRequest:
    slots = (Slot("codingScheme", ("s",)),)
    kept = {
        "classificationScheme": DE_CLASS,
        "nodeRepresentation": "c",
        "slots": slots,
        "name": InternationalString.of("n"),
    }
    return entry(classCode=None, extra=(Classification(**kept | given),))  # type: ignore[arg-type]


def authored(**given: object) -> SubmitObjectsRequest:
    return entry(author=(Author(**{"authorPerson": "D1^Doe"} | given),))  # type: ignore[arg-type]


def as_sent(old: str = "", new: str = "") -> SubmitObjectsRequest:
    """A submission as it comes over the wire, with another text in one place."""
    text = a_submission().written().decode()
    assert old in text
    return SubmitObjectsRequest(element=parse(text.replace(old, new, 1).encode()))


def folder_with_entry(*more: Association) -> SubmitObjectsRequest:
    return a_submission(
        folders=(a_folder(),), more=(an_association(uuid(200), uuid(1), entryUUID="inside"), *more)
    )


def members_only(*associations: Association) -> SubmitObjectsRequest:
    return a_submission(associations=associations)


OF_ANOTHER = ExternalIdentifier(identificationScheme=DE_PATIENT_ID, value=PATIENT, registryObject="xx")
SET = a_set()
MEMBER = members(SET, (an_entry(),))[0]
LONG = "x" * 300


def _with_a_second_list(request: SubmitObjectsRequest) -> Element:
    element = parse(request.written())
    element.append(parse(write_object_list(RegistryObjectList())))
    return element


BROKEN: Final[Mapping[str, SubmitObjectsRequest]] = {
    # --- structure
    "C02": as_sent("urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember", "HasMember"),
    "C03": SubmitObjectsRequest(element=_with_a_second_list(a_submission())),
    "C04": a_submission(submissionSets=()),
    "C05": a_submission(unlabelled=("package",)),
    "C07": entry(objectType="urn:uuid:00000000-0000-0000-0000-000000000000"),
    "C08": a_submission(entries=(an_entry(1), an_entry(1, uniqueId="2.999.2.9"))),
    "C09": entry(entryUUID="urn:uuid:not-a-uuid"),
    "C11": classified(classifiedObject="xx"),
    "C12": entry(patientId=None, extra=(OF_ANOTHER,)),
    "C13": classified(classificationNode="urn:x", classificationScheme=DE_CLASS),
    "C14": entry(extra=(ExternalIdentifier(identificationScheme="urn:uuid:0", value="v"),)),
    "C15": as_sent("XDSDocumentEntry.uniqueId", "XDSDocument.uniqueId"),
    "C16": entry(classCode=Code("", "s", InternationalString.of("n"))),
    "C17": classified(slots=()),
    "C18": entry(classCode=Code("c", "s")),
    "C19": entry(
        author=(),
        extra=(
            Classification(
                classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d",
                nodeRepresentation="somebody",
            ),
        ),
    ),
    "C20": entry(extra=(Slot("urn:x", ("1",)), Slot("urn:x", ("2",)))),
    "C21": entry(extra=(Slot("urn:x", ()),)),
    "C22": entry(sourcePatientInfo=(LONG,)),
    "C23": entry(creationTime=None, extra=(Slot("creationTime", ("2024", "2025")),)),
    "C24": as_sent("ObjectType:RegistryObject:Classification", "ObjectType:RegistryObject:Class"),
    "C26": entry(extra=(Slot("urn:ihe:own", ("1",)),)),
    "C29": entry(extra=(Slot("CreationTime", ("2024",)),)),
    # --- attributes
    "D01": entry(typeCode=None),
    "D02": a_submission(set_=a_set(sourceId=None)),
    "D03": a_submission(folders=(a_folder(title=None),)),
    "D04": entry(limitedMetadata=True),
    "D05": SubmitObjectsRequest(
        objects=replace(limited(a_submission().objects), submissionSets=(a_set(limitedMetadata=False),))
    ),
    "D06": entry(
        extra=(
            Classification(
                classificationScheme=DE_CLASS,
                nodeRepresentation="c",
                name=InternationalString.of("n"),
                slots=(Slot("codingScheme", ("s",)),),
            ),
        )
    ),
    "D07": entry(extra=(ExternalIdentifier(identificationScheme=DE_UNIQUE_ID, value="v"),)),
    "D08": entry(creationTime="20241399"),
    "D09": entry(creationTime="2999"),
    "D10": a_submission(folders=(a_folder(lastUpdateTime="202402"),)),
    "D11": entry(serviceStartTime="2025", serviceStopTime="2024"),
    "D12": entry(hash="xyz"),
    "D13": entry(size="-1"),
    "D14": entry(size="0"),
    "D15": entry(patientId="P1"),
    "D16": entry(sourcePatientId=f"L1^^^&{AUTHORITY}&ISO"),
    "D17": authored(authorPerson="^^Jo"),
    "D18": authored(authorInstitution=("^^^^^^^^^2.999.1",)),
    "D19": authored(authorTelecommunication=("0421 123",)),
    "D20": entry(author=(Author(),)),
    "D21": entry(author=(Author(extra=(Slot("authorPerson", ("a", "b")),)),)),
    "D22": authored(authorRole=("surgeon^^^2.999.1",)),
    "D23": entry(repositoryUniqueId="1.02.3"),
    "D24": entry(uniqueId="1" * 257),
    "D25": entry(uniqueId="urn:oid:2.999.2.1"),
    "D26": entry(languageCode="e n"),
    "D27": entry(mimeType="dicom"),
    "D28": entry(classCode=Code.of("IMAGE", "1.3.6.1.4.1.19376.1.2.6.1", "Images")),
    "D30": entry(formatCode=Code.of("PDF", "1.3.6.1.4.1.19376.1.2.3", "PDF")),
    "D31": entry(sourcePatientInfo=("PID-40|x",)),
    "D32": entry(sourcePatientInfo=("PID-19|123",)),
    "D33": entry(sourcePatientInfo=("PID-3|L1^^^&2.999.20.1&ISO",)),
    "D34": entry(referenceIdList=("A1",)),
    "D35": entry(referenceIdList=("A1^^^^urn:example:badge",)),
    "D36": entry(title=InternationalString.of("x" * 128)),
    "D37": entry(URI="my report.xml"),
    "D38": a_submission(set_=a_set(intendedRecipient=("North Hospital|^^Jo",))),
    "D39": entry(homeCommunityId="2.999.1"),
    "D40": entry(sourcePatientId="L\\X0D\\1^^^&2.999.20.1&ISO"),
    "D42": entry(**MANIFEST | {"referenceIdList": ()}),
    # --- associations
    "E01": with_(an_association(uuid(1), uuid(2), "urn:example:RPLC")),
    "E02": with_(replace(an_association(uuid(1), "x"), targetObject=None)),
    "E03": with_(an_association(uuid(1), "nobody", APND)),
    "E05": with_(an_association(uuid(1), uuid(1), APND)),
    "E06": a_submission(associations=()),
    "E07": a_submission(folders=(a_folder(),), associations=(MEMBER,)),
    "E08": members_only(replace(MEMBER, submissionSetStatus=None)),
    "E09": members_only(replace(MEMBER, submissionSetStatus="Copy")),
    "E10": with_(an_association(uuid(100), uuid(7), submissionSetStatus="Original")),
    "E13": folder_with_entry(),
    "E14": with_(an_association(uuid(1), uuid(100))),
    "E15": a_submission(folders=(a_folder(200), a_folder(201)), more=(an_association(uuid(200), uuid(201)),)),
    "E16": with_(an_association(uuid(1), uuid(100), APND)),
    "E17": with_(an_association(uuid(50), uuid(1))),
    "E18": a_submission(folders=(a_folder(),), more=(an_association(uuid(1), uuid(200), APND),)),
    "E19": with_(an_association(uuid(7), uuid(1), APND)),
    "E25": members_only(replace(MEMBER, documentation=Code.of("c", "2.999.1.9", "why"))),
    "E26": a_submission(entries=(), associations=()),
    "E27": a_submission(
        entries=(an_entry(1), an_entry(2)),
        more=(an_association(uuid(1), uuid(9), RPLC), an_association(uuid(2), uuid(9), RPLC)),
    ),
    "E28": folder_with_entry(an_association(uuid(200), uuid(1), entryUUID="again")),
    "E29": with_(an_association(uuid(100), uuid(1), "urn:ihe:iti:2010:AssociationType:SubmitAssociation")),
    "E24": with_(an_association(uuid(1), uuid(9), AssociationType.IS_SNAPSHOT_OF)),
    "E30": entry(objectType=ON_DEMAND),
    "E31": a_submission(),
    "E32": entry(objectType=ON_DEMAND),
    # --- what only the registry knows
    "C10": a_submission(),
    "E04": a_submission(
        folders=(a_folder(),), more=(an_association(uuid(200), uuid(7), entryUUID="inside"),)
    ),
    "E11": members_only(replace(MEMBER, submissionSetStatus="Reference")),
    "E12": with_(an_association(uuid(100), uuid(8), submissionSetStatus="Reference")),
    "E20": a_submission(entries=(an_entry(1), an_entry(2)), more=(an_association(uuid(1), uuid(2), RPLC),)),
    "E21": with_(an_association(uuid(1), uuid(7), APND)),
    "E22": with_(an_association(uuid(1), uuid(8), RPLC)),
    "E23": with_(an_association(uuid(1), uuid(10), APND)),
    "F01": a_submission(entries=(an_entry(1), an_entry(2, uniqueId="2.999.2.1", hash="0" * 40))),
    "F02": a_submission(set_=a_set(uniqueId="2.999.3.9")),
    "F03": a_submission(folders=(a_folder(uniqueId="2.999.4.9"),)),
    "F04": entry(uniqueId="2.999.2.9"),
    "F05": entry(uniqueId="2.999.2.9", hash="0" * 40, size="9"),
    "F07": a_submission(entries=(an_on_demand_entry(uniqueId="2.999.2.9"),)),
    "F09": a_submission(entries=(an_entry(patientId=OTHER),), set_=a_set(patientId=OTHER)),
    "F10": a_submission(entries=(an_entry(patientId="P^^^&1.2&ISO"),), set_=a_set(patientId="P^^^&1.2&ISO")),
    "F11": a_submission(
        entries=(an_entry(patientId=f"old^^^&{AUTHORITY}&ISO"),),
        set_=a_set(patientId=f"old^^^&{AUTHORITY}&ISO"),
    ),
    "F12": entry(patientId=OTHER),
    "F14": with_(an_association(uuid(209), uuid(1), entryUUID="inside"), an_association(uuid(100), "inside")),
    "F15": with_(an_association(uuid(1), uuid(9), APND)),
    "F16": with_(an_association(uuid(209), uuid(8), entryUUID="inside"), an_association(uuid(100), "inside")),
    "F17": entry(repositoryUniqueId="2.999.1.4"),
    "F18": a_submission(set_=a_set(sourceId="2.999.20.11")),
    "F26": with_(an_association(uuid(1), uuid(10), RPLC)),
    "F34": entry(logicalID=uuid(11)),
}
SOUND: Final[Mapping[str, SubmitObjectsRequest]] = {
    "C02": as_sent(),
    "C15": as_sent(),
    "C24": as_sent(' objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association"', ""),
    "D09": entry(creationTime="2026"),
    "D10": a_submission(folders=(a_folder(lastUpdateTime="20240212090000"),)),
    "D17": entry(
        author=(
            Author(authorPerson="D1^Doe^Jo^^^Dr^^^&2.999.1.5&ISO"),
            Author(authorPerson="^PACS North"),
            Author(authorPerson="D1^^^^^^^^&2.999.1.5&ISO^^"),
        ),
        legalAuthenticator="^Doe^Jo",
    ),
    "D18": authored(
        authorInstitution=(
            "North",
            "North^^^^^^^^^2.999.1.6.7",
            "North^^^^^&2.999.1.6&ISO^^^^7",
            "North\\S\\South^",
        )
    ),
    "D19": authored(
        authorTelecommunication=(
            "^NET^Internet^d@example.org",
            "^^Internet^d@x",
            "^PRS^PH^^31^^(042) 1123 4567",
        )
    ),
    "D22": authored(authorRole=("surgeon", "S1^^^&2.999.1.7&ISO"), authorSpecialty=("radiology",)),
    "D25": entry(uniqueId="urn:uuid:00000000-0000-4000-8000-000000000001"),
    "D30": entry(
        formatCode=Code.of("urn:ihe:rad:PDF", "1.3.6.1.4.1.19376.1.2.3", "PDF"),
        mimeType="application/pdf",
        referenceIdList=MANIFEST["referenceIdList"],
    ),
    "D33": entry(sourcePatientInfo=("PID-3|L1^^^&2.999.20.1&ISO", "PID-5|Doe^Jo", "PID-7|1956", "PID-8|M")),
    "D35": entry(referenceIdList=("A1^^^&2.999.1.1&ISO^urn:ihe:iti:xds:2013:accession",)),
    "D37": entry(URI="urn:uuid:1/a%20b?c=d#e"),
    "D38": a_submission(set_=a_set(intendedRecipient=("North", "|D1^Doe", "North|^Doe|^^Internet^d@x"))),
    "D40": entry(sourcePatientId="L\\S\\\\T\\1^^^&2.999.20.1&ISO"),
    "D42": entry(**MANIFEST),
    "E23": with_(an_association(uuid(1), uuid(11), APND)),
    "E25": with_(
        replace(an_association(uuid(1), uuid(11), APND), documentation=Code.of("c", "2.999.1.9", "why"))
    ),
    "E27": with_(an_association(uuid(1), uuid(11), RPLC)),
    "F34": entry(logicalID=uuid(1)),
    "F16": with_(
        an_association(uuid(210), uuid(11), entryUUID="inside"), an_association(uuid(100), "inside")
    ),
}
"""For rules of what not every sound submission has: one that has it and breaks no rule at all."""


def _registered(number: int, kind: type, **changes: str) -> Registered:
    given = {"availabilityStatus": APPROVED, "patientId": OTHER, "uniqueId": f"2.999.2.{number}"}
    return Registered(entryUUID=uuid(number), kind=kind, **given | changes)  # type: ignore[arg-type]


_HELD: Final = (
    _registered(8, DocumentEntry, availabilityStatus=DEPRECATED, patientId=PATIENT),
    _registered(9, DocumentEntry, objectType=STABLE, hash="0" * 40, size="4"),
    _registered(10, DocumentEntry, objectType=ON_DEMAND, patientId=PATIENT),
    _registered(11, DocumentEntry, patientId=PATIENT),
    _registered(50, SubmissionSet, uniqueId="2.999.3.9"),
    _registered(209, Folder, uniqueId="2.999.4.9"),
    _registered(210, Folder, uniqueId="2.999.4.10", patientId=PATIENT),
)
KNOWN: Final = Known(
    objects={item.entryUUID: item for item in _HELD},
    uniqueIds={item.uniqueId or "": (item,) for item in _HELD},
    patients={PATIENT: PATIENT, f"old^^^&{AUTHORITY}&ISO": PATIENT},
    folders={uuid(10): (_registered(209, Folder),)},
    transformations=frozenset((uuid(10),)),
    authority=AUTHORITY,
    repositories=frozenset(("2.999.1.3",)),
    sources=frozenset(("2.999.20.10",)),
    latest="20260214101500",
)
"""A registry that holds entries of each status, one of them a transformation; a set, folders of two patients,
a patient and one merged away; and that takes from one repository and one source."""
TAKEN: Final = replace(KNOWN, objects={**KNOWN.objects, uuid(1): _registered(1, DocumentEntry)})


RULESET: Final = {"D05": "XDR limited", **dict.fromkeys(("E31", "E32", "F07"), "ITI-61")}
"""Of the rules that hold elsewhere than in ITI-42."""

CODES: Final = CodeSets.of(
    (
        AllowedCode(
            attribute="classCode", code="IMAGES", codingScheme="1.3.6.1.4.1.19376.1.2.6.1", display="Images"
        ),
        AllowedCode(attribute="mimeType", code="application/dicom"),
        AllowedCode(attribute="mimeType", code="application/octet-stream"),
    )
)
"""An affinity domain with one class of documents, in DICOM or opaque; other codes are free."""


def broken_by(rule: str) -> list[str]:
    """Ids of the rules that the example of `rule` breaks."""
    known = TAKEN if rule == "C10" else KNOWN
    verdict = check_registration(BROKEN[rule], known, RULESET.get(rule, "ITI-42"), codes=CODES)
    return [finding.rule for finding in verdict.findings]


def in_module(module: str) -> list[str]:
    """Ids of the rules that stand in a module of `xdsi_sim.rules`."""
    return [rule.id for rule in RULES.values() if rule.check.__module__.endswith(f".{module}")]


def begun(head: bytes, **changes: object) -> tuple[tuple[DocumentEntry, ...], tuple[Fingerprint, ...]]:
    """An entry, and a document that begins so."""
    return (an_entry(**changes),), (Fingerprint(id=uuid(1), hash=_TEXT, size=4, head=head),)


def cda(id: str) -> bytes:
    return f'<ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="2.999"/><id {id}/><title>'.encode()


def a_manifest(sop: str, study: str) -> bytes:
    dataset = Dataset()
    dataset.SOPClassUID = KEY_OBJECT_SELECTION
    dataset.SOPInstanceUID = sop
    dataset.StudyInstanceUID = study
    dataset.SeriesInstanceUID = "2.999.5.3"
    return part10.write(dataset)


_TEXT: Final = "372ea08cab33e71c02c651dbc83a474d32c676ea"
PROVISIONS: Final[Mapping[str, tuple[tuple[DocumentEntry, ...], tuple[Fingerprint, ...]]]] = {
    "G01": ((an_entry(1), an_entry(2)), (Fingerprint(id=uuid(1), hash=_TEXT, size=4),)),
    "G02": ((an_entry(1),), tuple(Fingerprint(id=uuid(n), hash=_TEXT, size=4) for n in (1, 2))),
    "G03": ((an_entry(1),), (Fingerprint(id=uuid(1), hash=_TEXT, size=4),) * 2),
    "G04": ((an_entry(hash="0" * 40),), (Fingerprint(id=uuid(1), hash=_TEXT, size=4),)),
    "G05": ((an_entry(size="9"),), (Fingerprint(id=uuid(1), hash=_TEXT, size=4),)),
    "G06": (
        (an_entry(1), an_entry(2, uniqueId="2.999.2.1", hash="0" * 40)),
        (Fingerprint(id=uuid(1), hash=_TEXT, size=4), Fingerprint(id=uuid(2), hash="0" * 40, size=4)),
    ),
    "G07": ((an_entry(uniqueId="2.999.2.7"),), (Fingerprint(id=uuid(1), hash=_TEXT, size=4),)),
    "G09": ((an_entry(hash=None, size=None),), (Fingerprint(id=uuid(1), hash=HASH_OF_NOTHING, size=0),)),
    "G10": begun(b"text", mimeType="application/pdf"),
    "G11": begun(cda('root="2.999.2.9"'), mimeType="text/xml"),
    "G12": begun(a_manifest("2.999.2.1", "2.999.5.2"), **MANIFEST),
}
STORED: Final = {"2.999.2.7": Fingerprint(id="2.999.2.7", hash="0" * 40, size=4)}


def described_by(request: SubmitObjectsRequest) -> tuple[Described, ...]:
    """What a request says of its documents."""
    objects = request.object_list
    return () if objects is None else described(objects)


def provision_broken_by(rule: str) -> list[str]:
    """Ids of the rules that the example of a repository's rule breaks."""
    entries, documents = PROVISIONS[rule]
    request = a_provision(entries=entries).submission
    verdict = check_provision(request, described_by(request), documents, STORED)
    return [finding.rule for finding in verdict.findings]
