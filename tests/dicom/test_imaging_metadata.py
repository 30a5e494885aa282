from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.errors import NoPatientId
from xdsi_sim.dicom.imaging_metadata import manifest_entry, report_entry, submission, xcn, xpn
from xdsi_sim.dicom.manifest import Manifest, RetrieveLocation, compose_manifest
from xdsi_sim.dicom.publisher import REPORT_FORMATS, Publisher, Report
from xdsi_sim.dicom.samples import NATIONAL
from xdsi_sim.dicom.study import Patient, Request, Study
from xdsi_sim.ebrim.model import Code, DocumentEntry, InternationalString
from xdsi_sim.vocab import STABLE, Association

NOW = datetime(2024, 7, 1, 12, 0, 0, tzinfo=UTC)
NORTH = RetrieveLocation(oid="2.999.20", ae_title="NORTH_PACS", retrieve_url="https://north/dicom-web")
SCT, DCM, LOINC = "2.16.840.1.113883.6.96", "1.2.840.10008.2.16.4", "2.16.840.1.113883.6.1"
PUBLISHER = Publisher(sourceId=NORTH.oid, patient_authority=NATIONAL.oid or "")
REPORT = Report(
    uniqueId="2.999.98.1",
    format=REPORT_FORMATS["pdf"],
    created=datetime(2024, 7, 1, 15, 30, tzinfo=timezone(timedelta(hours=2))),
    title="CT report",
    radiologist="Reader^Rita^^Dr",
)


def a_manifest(study: Study) -> Manifest:
    numbers = count(1)
    return compose_manifest(study, NORTH, now=NOW, new_uid=lambda: f"2.999.99.{next(numbers)}")


def an_entry(study: Study, publisher: Publisher = PUBLISHER) -> DocumentEntry:
    return manifest_entry(study, a_manifest(study), publisher, entryUUID="manifest")


def changed(study: Study, **header: Any) -> Study:
    return replace(study, header=replace(study.header, **header))


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("entryUUID", "manifest"),
        ("uniqueId", "2.999.99.1"),
        ("objectType", STABLE),
        ("mimeType", "application/dicom"),
        ("formatCode", Code.of("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1",
                               "Key Object Selection Document Storage")),
        ("classCode", Code.of("IMAGES", "1.3.6.1.4.1.19376.1.2.6.1", "Images")),
        ("typeCode", Code.of("24725-4", LOINC, "CT Head")),
        ("title", InternationalString.of("CT Head")),
        ("creationTime", "20240701120000"),
        ("serviceStartTime", "20240212073015"),
        ("serviceStopTime", "20240212073015"),
        ("patientId", "NAT-1001^^^&2.999.10.1&ISO"),
        ("sourcePatientId", "N-4711^^^&2.999.20.1&ISO"),
        ("sourcePatientInfo", ("PID-3|N-4711^^^&2.999.20.1&ISO", "PID-5|Bergström^Anna^Maria",
                               "PID-7|19740312", "PID-8|F")),
        ("referenceIdList", ("2.999.76.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
                             "ACC-0001^^^&2.999.20.2&ISO^urn:ihe:iti:xds:2013:accession",
                             "ORD-0001^^^&2.999.10.2&ISO^urn:ihe:iti:xds:2013:order")),
        ("eventCodeList", (Code.of("CT", DCM, "Computed Tomography"), Code.of("69536005", SCT, "Head"),
                           Code.of("774007", SCT, "Head and Neck"))),
        ("confidentialityCode", (Code.of("N", "2.16.840.1.113883.5.25", "Normal"),)),
        ("practiceSettingCode", Code.of("394914008", SCT, "Radiology")),
        ("healthcareFacilityTypeCode", Code.of("35971002", SCT, "Ambulatory care site")),
        ("languageCode", "en"),
        ("legalAuthenticator", None),
        ("hash", None),
        ("size", None),
        ("repositoryUniqueId", None),
    ],
)  # fmt: skip
def test_a_manifest_entry_says_what_the_study_says(
    studies: dict[str, Study], attribute: str, expected: object
) -> None:
    assert getattr(an_entry(studies["ct-head"]), attribute) == expected


def test_the_author_is_the_institution(studies: dict[str, Study]) -> None:
    (author,) = an_entry(studies["ct-head"]).author
    assert (author.authorInstitution, author.authorPerson) == (("North Hospital",), None)


@pytest.mark.parametrize(
    ("institution", "expected"), [("Publisher", [("Publisher",)]), (None, []), ("A&B", [("A\\T\\B",)])]
)
def test_a_study_without_institution_gets_that_of_the_publisher(
    studies: dict[str, Study], institution: str | None, expected: list[tuple[str, ...]]
) -> None:
    entry = an_entry(
        changed(studies["ct-head"], institution=None), replace(PUBLISHER, institution=institution)
    )
    assert [author.authorInstitution for author in entry.author] == expected


def test_the_study_ends_with_its_last_series(studies: dict[str, Study]) -> None:
    study = studies["ct-head"]
    last = replace(study.series[1], time="091500")
    entry = an_entry(replace(study, series=(study.series[0], last, study.series[2])))
    assert (entry.serviceStartTime, entry.serviceStopTime) == ("20240212073015", "20240212081500")


def test_a_study_without_zone_is_taken_in_that_of_the_publisher(studies: dict[str, Study]) -> None:
    study = changed(studies["ct-head"], timezone_offset=None)
    assert an_entry(study, replace(PUBLISHER, timezone_offset="-0500")).serviceStartTime == "20240212133015"


@pytest.mark.parametrize(
    ("institution", "told"),
    [
        ("North^^^^^&2.999.5&ISO^^^^7", "North^^^^^&2.999.5&ISO^^^^7"),
        ("North^^^^^^^^^2.999.20", "North^^^^^^^^^2.999.20"),
        ("Smith & Sons", "Smith \\T\\ Sons"),
        ("North^East", "North^East"),
    ],
)
def test_an_institution_with_an_id_stays_as_it_is(
    studies: dict[str, Study], institution: str, told: str
) -> None:
    study = studies["ct-head"]
    entry = an_entry(replace(study, header=replace(study.header, institution=institution)))
    assert [author.authorInstitution for author in entry.author] == [(told,)]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("mr-knee", ["MR", "72696002", "61685007", "7771000"]),
        ("us-heart", ["US", "80891009"]),
        ("cr-chest", ["CR", "816094009", "67734004"]),
    ],
)
def test_a_region_comes_with_its_target_region_a_side_behind_it_and_no_code_twice(
    studies: dict[str, Study], name: str, codes: list[str]
) -> None:
    assert [code.code for code in an_entry(studies[name]).eventCodeList] == codes


def test_every_code_has_a_display_name(studies: dict[str, Study]) -> None:
    codes = [code for study in studies.values() for code in an_entry(study).eventCodeList]
    assert [code for code in codes if not str(code.displayName)] == []


@pytest.mark.parametrize(
    ("procedures", "expected"),
    [
        ((), Code.of("18748-4", LOINC, "Diagnostic imaging study")),
        ((CodedEntry("7", "99NORTH", "Seven"),), Code.of("7", "2.999.20.7", "Seven")),
        ((CodedEntry("7", "99SOUTH", "Seven"),), Code.of("7", "99SOUTH", "Seven")),
        ((CodedEntry("7", "LN", ""),), Code.of("7", LOINC, "7")),
    ],
)
def test_the_type_is_the_procedure_or_the_default(
    studies: dict[str, Study], procedures: tuple[CodedEntry, ...], expected: Code
) -> None:
    study = changed(studies["ct-head"], procedure_codes=procedures, requests=())
    publisher = replace(PUBLISHER, coding_schemes={"99NORTH": "2.999.20.7"})
    assert an_entry(study, publisher).typeCode == expected


def test_every_request_of_a_group_is_referenced(studies: dict[str, Study]) -> None:
    requests = tuple(Request(accession=Identifier(f"A{n}"), placer_order=Identifier(f"O{n}")) for n in (1, 2))
    study = changed(studies["ct-head"], accession=None, requests=requests)
    publisher = replace(PUBLISHER, accession_authority="2.999.7")
    assert an_entry(study, publisher).referenceIdList[1:] == (
        "A1^^^&2.999.7&ISO^urn:ihe:iti:xds:2013:accession",
        "A2^^^&2.999.7&ISO^urn:ihe:iti:xds:2013:accession",
        "O1^^^^urn:ihe:iti:xds:2013:order",
        "O2^^^^urn:ihe:iti:xds:2013:order",
    )


@pytest.mark.parametrize(
    ("ids", "patient_id", "source_id"),
    [
        ((Identifier("X"),), "X^^^&2.999.10.1&ISO", "X^^^&2.999.10.1&ISO"),
        ((Identifier("L", HierarchicDesignator.of("2.999.5")), Identifier("X")),
         "X^^^&2.999.10.1&ISO", "L^^^&2.999.5&ISO"),
    ],
)  # fmt: skip
def test_an_id_without_issuer_counts_as_one_of_the_domain(
    studies: dict[str, Study], ids: tuple[Identifier, ...], patient_id: str, source_id: str
) -> None:
    entry = an_entry(changed(studies["ct-head"], patient=Patient(ids=ids)))
    assert (entry.patientId, entry.sourcePatientId) == (patient_id, source_id)


@pytest.mark.parametrize(
    ("ids", "held"),
    [((), "none"), ((Identifier("L", HierarchicDesignator.of("2.999.5")),), r"L of 2\.999\.5")],
)
def test_a_patient_without_id_of_the_domain_is_refused(
    studies: dict[str, Study], ids: tuple[Identifier, ...], held: str
) -> None:
    with pytest.raises(NoPatientId, match=held):
        an_entry(changed(studies["ct-head"], patient=Patient(ids=ids)))


def test_a_long_title_is_cut(studies: dict[str, Study]) -> None:
    assert len(str(an_entry(changed(studies["ct-head"], description="x" * 200)).title)) == 127


# --- reports ---


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("uniqueId", "2.999.98.1"),
        ("mimeType", "application/pdf"),
        ("formatCode", Code.of("urn:ihe:rad:PDF", "1.3.6.1.4.1.19376.1.2.3", "PDF")),
        ("classCode", Code.of("REPORTS", "1.3.6.1.4.1.19376.1.2.6.1", "Reports")),
        ("typeCode", Code.of("68604-8", LOINC, "Radiology Diagnostic study note")),
        ("title", InternationalString.of("CT report")),
        ("creationTime", "20240701133000"),
        ("legalAuthenticator", "^Reader^Rita^^^Dr"),
    ],
)
def test_a_report_entry_says_what_the_report_says(
    studies: dict[str, Study], attribute: str, expected: object
) -> None:
    entry = report_entry(studies["ct-head"], REPORT, PUBLISHER, entryUUID="report")
    assert getattr(entry, attribute) == expected


@pytest.mark.parametrize(
    "attribute",
    ["referenceIdList", "eventCodeList", "patientId", "sourcePatientInfo", "serviceStartTime", "objectType"],
)
def test_a_report_is_tied_to_the_manifest_by_what_both_say(studies: dict[str, Study], attribute: str) -> None:
    report = report_entry(studies["ct-head"], REPORT, PUBLISHER, entryUUID="report")
    assert getattr(report, attribute) == getattr(an_entry(studies["ct-head"]), attribute)


# --- names ---


@pytest.mark.parametrize(
    ("dicom", "hl7"),
    [
        ("Family^Given^Middle^Prefix^Suffix", "Family^Given^Middle^Suffix^Prefix"),
        ("Family^Given^^Prefix", "Family^Given^^^Prefix"),
        ("Family^Given^^^Suffix", "Family^Given^^Suffix"),
        ("Family", "Family"),
        ("Yamada^Hanako=山田^花子=やまだ^はなこ", "Yamada^Hanako"),
        ("A&B|C~D\\E^F", "A\\T\\B\\F\\C\\R\\D\\E\\E^F"),
    ],
)
def test_names_change_their_order_from_dicom_to_hl7(dicom: str, hl7: str) -> None:
    assert (xpn(dicom), xcn(dicom)) == (hl7, f"^{hl7}")


# --- submission ---


def test_a_submission_has_its_entries_as_original_members(studies: dict[str, Study]) -> None:
    study = studies["ct-head"]
    entries = (an_entry(study), report_entry(study, REPORT, PUBLISHER, entryUUID="report"))
    objects = submission(entries, PUBLISHER, entryUUID="set", uniqueId="2.999.97", submissionTime=NOW)
    arrows = [
        (one.associationType, one.sourceObject, one.targetObject, one.submissionSetStatus)
        for one in objects.associations
    ]
    assert arrows == [(Association.HAS_MEMBER, "set", to, "Original") for to in ("manifest", "report")]
    assert objects.documentEntries == entries


def test_a_submission_set_speaks_for_the_first_entry(studies: dict[str, Study]) -> None:
    entry = an_entry(studies["ct-head"])
    objects = submission([entry], PUBLISHER, entryUUID="set", uniqueId="2.999.97", submissionTime=NOW)
    (found,) = objects.submissionSets
    assert (found.uniqueId, found.sourceId, found.submissionTime) == (
        "2.999.97",
        "2.999.20",
        "20240701120000",
    )
    assert (found.patientId, found.contentTypeCode, found.author) == (
        entry.patientId,
        entry.typeCode,
        entry.author,
    )


def test_a_new_manifest_replaces_the_former(studies: dict[str, Study]) -> None:
    objects = submission(
        [an_entry(studies["ct-head"])],
        PUBLISHER,
        entryUUID="set",
        uniqueId="2.999.97",
        submissionTime=NOW,
        replaces={"manifest": "urn:uuid:old"},
    )
    replacement = objects.associations[-1]
    arrow = (replacement.associationType, replacement.sourceObject, replacement.targetObject)
    assert arrow == (Association.RPLC, "manifest", "urn:uuid:old")
    assert len({one.entryUUID for one in objects.objects()}) == 4


def test_a_submission_of_nothing_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no entries"):
        submission([], PUBLISHER, entryUUID="set", uniqueId="2.999.97", submissionTime=NOW)


def test_an_accession_number_that_the_manifest_makes_up_is_in_its_entry(studies: dict[str, Study]) -> None:
    study = changed(studies["ct-head"], accession=None, requests=())
    numbers = count(1)
    manifest = compose_manifest(
        study, NORTH, now=NOW, new_uid=lambda: f"2.999.99.{next(numbers)}", profile="mado"
    )
    made = manifest.header.accession
    assert made is not None
    entry = manifest_entry(study, manifest, PUBLISHER, entryUUID="manifest")
    expected = f"{made.value}^^^&{NORTH.oid}&ISO^urn:ihe:iti:xds:2013:accession"
    assert entry.referenceIdList[1:] == (expected,)
