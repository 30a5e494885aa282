"""The rows of the checklist: what is recommended, and how it is found out whether a deployment does so.

They follow the recommendations of the imaging working group of European countries (April 2024) on metadata,
manifests and architectures, and MADO, which came of them. What a program finds out has its function in one of
the modules beside this one; what only people know is answered in a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["ROWS", "SETS", "Row", "row_of"]

SETS: Final[Mapping[str, str]] = {
    "S": "Use cases, architectures and profiles",
    "M": "Imaging metadata and linkage",
    "K": "Imaging manifest",
    "T": "Tracking of adoption",
    "Q": "QIDO-RS",
    "D": "MADO",
}
"""Titles of the sets, by the first letter of a row's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recommendation."""

    id: str
    topic: str
    recommendation: str
    how: str
    """How it is found out."""
    architectures: str = ""
    """Letters of the architectures that it is for; empty is any."""
    stack: str = ""
    """The profile stack that it is about, where that is not any: `mhd`."""

    @property
    def set(self) -> str:
        """Letter of its set."""
        return self.id[0]


def _rows(set_: str, *rows: tuple[str, ...], **more: Mapping[int, str]) -> Iterator[Row]:
    """Rows numbered in their order; `more` gives other fields by the numbers of rows."""
    for number, (topic, recommendation, how) in enumerate(rows, start=1):
        others = {name: values[number] for name, values in more.items() if number in values}
        yield Row(id=f"{set_}-{number:02}", topic=topic, recommendation=recommendation, how=how, **others)


_POSITIONING: Final = _rows(
    "S",
    (
        "Use case",
        "Clinicians find and choose the imaging studies of a patient, wherever they were made.",
        "a query by patient and modality finds exactly the entries that have both",
    ),
    (
        "Use case",
        "A link opens the images in a viewer of the archive.",
        "Display URIs and RAD-106 are followed: they lead with 200 to a page on the study",
    ),
    (
        "Use case",
        "The requester's own viewer gets native DICOM.",
        "WADO-RS and RAD-69 bring DICOM files, just those that the manifest lists",
    ),
    (
        "Scope",
        "The data set of the European guidelines on imaging is covered.",
        "the fields of that set that manifests fill: nine of ten",
    ),
    (
        "Architecture",
        "The deployment is one of the architectures A, B and C, or a mixture.",
        "the topology is as declared, and each study comes from metadata to images in it",
    ),
    (
        "Architecture A",
        "One central registry; images stay in the archives of the sites.",
        "one registry, and manifests that name two locations or more",
    ),
    (
        "Architecture B",
        "Regional registries joined by gateways; images stay in the archives of the sites.",
        "a query goes to each other community (ITI-38), and entries name their home",
    ),
    (
        "Architecture C",
        "One central registry and one central archive.",
        "all manifests name one location, at one address",
    ),
    (
        "Manifest repositories",
        "Manifests are in one repository or in several, in any architecture.",
        "each repository that entries name hands its documents out",
    ),
    (
        "Manifest",
        "In all architectures the manifest is a DICOM Key Object Selection.",
        "formatCode, media type and SOP class of each imaging entry",
    ),
    (
        "Profiles",
        "MHD with WADO-RS serves any architecture.",
        "ITI-65, ITI-67, ITI-68 and WADO-RS bring what XDS does",
    ),
    (
        "Profiles",
        "XDS-I with WADO-RS serves A and C.",
        "RAD-68, ITI-18, ITI-43 and WADO-RS have succeeded",
    ),
    (
        "Profiles",
        "XCA-I with WADO-RS serves B.",
        "ITI-38 and ITI-39 have succeeded, and RAD-75 or XC-WADO",
    ),
    (
        "FHIR",
        "FHIR finds documents; images and manifest stay DICOM.",
        "references carry no documents, and manifests are DICOM",
    ),
    (
        "Scope",
        "Sharing within a country goes along with sharing across borders.",
        "asked",
    ),
    architectures={6: "A", 7: "B", 8: "C", 12: "AC", 13: "B"},
    stack={11: "mhd", 14: "mhd"},
)

_METADATA: Final = _rows(
    "M",
    (
        "Anatomical region",
        "The regions of a procedure are set with its code and can be searched for.",
        "regions in eventCodeList are of the value set, with display names; a query by each finds the entry",
    ),
    (
        "Modality",
        "The modalities of the study are set and can be searched for.",
        "those in eventCodeList are those that acquired the images; a query by each finds the entry",
    ),
    (
        "Study Instance UID",
        "Manifest and reports name the study.",
        "one in referenceIdList of a manifest; a query by it finds manifest and reports",
    ),
    (
        "Accession number",
        "The request is named with its issuer.",
        "those in referenceIdList have an issuer and are those of the manifest",
    ),
    (
        "Placer order number",
        "The order is named, as the ordering system knows it.",
        "those in referenceIdList are those of the manifest",
    ),
    (
        "Procedure code",
        "The procedure that was done is coded.",
        "typeCode of a manifest is a procedure of the study, with its display name",
    ),
    (
        "Two-level filtering",
        "A first filter, and then a choice among what it has found.",
        "both levels are asked, and what is chosen by is in what the first has found",
    ),
    (
        "Display names",
        "Codes come with display names, from value sets.",
        "each code of an entry has a display name and a coding scheme that is known",
    ),
    (
        "Laterality",
        "Sides are coded from a value set.",
        "sides in eventCodeList and manifest are of CID 244, and there where images tell one",
    ),
    (
        "Document classes",
        "Imaging and reports are told apart.",
        "classCodes of manifests and of reports differ",
    ),
    (
        "Practice setting",
        "Entries tell the specialty of their source.",
        "practiceSettingCode is there with a display name; a query by it finds the entry",
    ),
    (
        "Publication trigger",
        "Manifest and report are published at a defined moment.",
        "a manifest after its images are stored, a report after it is signed",
    ),
    (
        "Report header",
        "The header of a report has the ids that link it.",
        "those of a CDA header are those of the entry",
    ),
    (
        "Linkage",
        "Reports and studies are linked.",
        "a query by Study Instance UID gives the manifest and all reports on the study",
    ),
    (
        "Linkage",
        "All of one order or request is linked.",
        "queries by accession and placer order number give the whole group",
    ),
    (
        "Linkage",
        "A manifest is of one study and has its request and order; a report has one or more of each.",
        "numbers of reference ids by kind",
    ),
    (
        "Separation",
        "Manifest and report are separate documents, and each changes alone.",
        "the entry of a report is the same before and after the manifest is replaced, and tells no location",
    ),
    (
        "Audience",
        "Metadata serve clinicians and the making of images alike.",
        "asked",
    ),
)

_MANIFEST: Final = _rows(
    "K",
    (
        "Standard",
        "The manifest is a DICOM Key Object Selection, in preference to a bundle of FHIR.",
        "SOP class and modality",
    ),
    (
        "Consistency",
        "It keeps to DICOM and to XDS-I.",
        "the rules of manifests find no error",
    ),
    (
        "Patient ids",
        "It has the national and the local id of the patient.",
        "two ids of different issuers, where the images or the metadata have both",
    ),
    (
        "Patient ids",
        "Issuers of patient ids are named by OID.",
        "each id has an issuer of type ISO that is an OID",
    ),
    (
        "Accession number",
        "It has all accession numbers with their issuers.",
        "each request has one with its issuer; no pair of accession and order twice",
    ),
    (
        "Order",
        "It has the placer order number and the placer.",
        "in each request whose entry has one",
    ),
    (
        "Study",
        "Description, date, time and procedure of the study are told.",
        "they have values",
    ),
    (
        "Custodian",
        "The organisation that is responsible is named, with its national id.",
        "Institution Name has a name and, in the form XON, an id",
    ),
    (
        "Series",
        "Each series is told with modality, description, number, date and time.",
        "modality of each, the others where the images have them",
    ),
    (
        "Region",
        "Regions of study and series are told.",
        "codes of the value set",
    ),
    (
        "Instances",
        "Instance number and number of frames are told.",
        "they are those of the images",
    ),
    (
        "Counts",
        "Numbers of series and instances are told.",
        "they are those of the references",
    ),
    (
        "Completeness",
        "The manifest lists each instance of the study, and no other.",
        "evidence, content and what the source serves are the same set",
    ),
    (
        "Location",
        "Studies, series and instances can be found from it.",
        "each series has location UID and URL, and answers there with 200",
    ),
    (
        "Location",
        "Addresses and OIDs of archives are kept up.",
        "an archive moves: by its OID it is still found; what form Retrieve URLs have is told",
    ),
    (
        "SOP classes",
        "All stored SOP classes can be had by WADO-RS.",
        "one instance of each class, reports and multi-frame images too, answers with 200",
    ),
    (
        "Sharing",
        "Manifests are shared by a defined transaction.",
        "RAD-68 succeeds for new and for replaced manifests",
    ),
    (
        "Updates",
        "A study that changes gets a new manifest in place of the former one.",
        "RPLC, the former Deprecated, the new one Approved",
    ),
    (
        "Significant images",
        "Key image notes are part of what is shared.",
        "a note is listed with its title and description, and names images of its study",
    ),
    (
        "Neutrality",
        "The same content has a form in FHIR.",
        "attributes of entries that FHIR tells as XDS does: nine of ten",
    ),
    (
        "Source",
        "Most of the content is made from the images.",
        "a manifest made anew from them says the same: eight fields of ten",
    ),
    stack={20: "mhd"},
)

_TRACKING: Final = _rows(
    "T",
    ("Checklist", "There is a checklist with short explanations.", "each row here has them"),
    ("Jurisdictions", "The jurisdictions that are asked are listed.", "each has its file of answers"),
    ("Gap analysis", "Answers are collected and gaps are told.", "each jurisdiction has answered each row"),
    ("Meetings", "Results are talked over with the jurisdictions.", "asked"),
)

_QIDO: Final = _rows(
    "Q",
    (
        "QIDO-RS",
        "Its use is still open: what a site says is to agree with the registry.",
        "studies of each site by QIDO-RS are those whose manifests are registered",
    ),
)

_MADO: Final = _rows(
    "D",
    ("Title", "The document title is Manifest with Description.", "131560 DCM"),
    (
        "Patient",
        "The first patient id has its issuer, and is among the other ids.",
        "Patient ID, its issuer by name and OID, Other Patient IDs",
    ),
    (
        "Study",
        "Date, time, description, manufacturer, institution and time zone are told.",
        "they have values",
    ),
    ("Requests", "There is one item for each pair of accession and order.", "no pair is there twice"),
    ("No order", "A study without an order has an accession number all the same.", "never empty"),
    (
        "Image Library",
        "It has modalities, regions and the number of series.",
        "the library of the content tree",
    ),
    (
        "Series",
        "Each series has a group with its descriptors.",
        "modality, UID, number, description, date, time, region and count",
    ),
    ("Instances", "Each instance has an entry.", "its number, and frames where it has several"),
    ("Notes", "A listed key image note has its title and description.", "equal to those of the note"),
    ("XDS-I readers", "The flat list names each instance, too.", "it is the set of the evidence"),
    ("Location", "Each series has the Retrieve Location UID.", "an OID"),
    ("Address", "A Retrieve URL is the base of the service.", "no /studies/ in it"),
    ("Consumer", "It locates by URL and by location UID.", "both bring the same images"),
    ("Display", "A Display URI opens a viewer.", "an absolute http or https address, where there is one"),
    ("Itself", "A manifest does not list itself.", "neither it nor its series is in the evidence"),
    ("Change", "A study that changes gets a new manifest in place of the former one.", "RPLC and statuses"),
    (
        "Tolerance",
        "A consumer copes with an instance that is gone.",
        "one too many is asked for: all others come, and the lack is told",
    ),
    (
        "Search",
        "Modality, region, study, accession and order can be searched for.",
        "a query by each finds what has it",
    ),
    (
        "FHIR",
        "A DocumentReference has modality, region and related study.",
        "in each reference to a manifest",
    ),
    ("Retrieval", "Studies, series and instances can be had.", "each level answers with 200"),
    ("Communities", "XC-WADO leads through gateways.", "it brings the same octets as WADO-RS"),
    ("Formats", "Beside MHD there is only the DICOM form.", "no formatCode of the FHIR form"),
    architectures={21: "B"},
    stack={19: "mhd"},
)

ROWS: Final[Mapping[str, Row]] = {
    row.id: row for rows in (_POSITIONING, _METADATA, _MANIFEST, _TRACKING, _QIDO, _MADO) for row in rows
}
"""All rows by their ids, in the order of the report."""


def row_of(id_: str) -> Row:
    """The row of that id; raises KeyError where there is none."""
    return ROWS[id_]
