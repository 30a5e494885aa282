from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from submissions import PATIENT, an_entry

from xdsi_sim.dicom.imaging_summary import summary_entry, write_summary
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.ebrim.model import Code, InternationalString
from xdsi_sim.vocab import ON_DEMAND

MADE = datetime(2026, 2, 14, 11, 15, tzinfo=timezone(timedelta(hours=1)))
STUDY = "^^^^urn:ihe:iti:xds:2016:studyInstanceUID"
ACCESSION = "A-17^^^&2.999.20.2&ISO^urn:ihe:iti:xds:2013:accession"
MANIFEST = an_entry(
    1,
    serviceStartTime="20240212083015",
    referenceIdList=(f"1.2.3{STUDY}", ACCESSION),
    eventCodeList=(Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography"), Code("69536005", "x")),
    sourcePatientInfo=("PID-3|L1", "PID-5|Berg^Anna", "PID-7|19740312", "PID-8|F"),
)
REPORT = an_entry(
    2,
    classCode=Code.of("REPORTS", "x", "Reports"),
    mimeType="text/plain",
    title=InternationalString.of("Report"),
    referenceIdList=(ACCESSION, f"1.2.3{STUDY}"),
)


def test_a_study_is_shown_with_all_of_its_documents() -> None:
    assert write_summary(PATIENT, [MANIFEST, REPORT], made=MADE).decode() == (
        "IMAGING SUMMARY\n"
        "\n"
        "Patient      P1^^^&2.999.1.1&ISO\n"
        "Name         Berg^Anna\n"
        "Born         1974-03-12\n"
        "Sex          F\n"
        "Made         2026-02-14 10:15:00 UTC\n"
        "Studies      1\n"
        "Documents    2\n"
        "\n"
        "CT Head\n"
        "  Date         2024-02-12 08:30\n"
        "  Shows        Computed Tomography, 69536005\n"
        "  Institution  North Hospital\n"
        "  Accession    A-17\n"
        "  Study        1.2.3\n"
        "  Document     Images: CT Head (application/octet-stream)\n"
        "               2.999.2.1 at 2.999.1.3\n"
        "  Document     Reports: Report (text/plain)\n"
        "               2.999.2.2 at 2.999.1.3\n"
    )


def test_the_newest_study_comes_first_and_what_is_of_no_study_last() -> None:
    newer = replace(
        MANIFEST,
        serviceStartTime="2025",
        referenceIdList=(f"1.2.4{STUDY}",),
        title=InternationalString.of("MR"),
    )
    broken = replace(REPORT, referenceIdList=("no reference",), title=None)
    text = write_summary(PATIENT, [broken, MANIFEST, newer], made=MADE).decode()
    headings = [line for line in text.splitlines() if line and not line.startswith(" ") and "  " not in line]
    assert headings == ["IMAGING SUMMARY", "MR", "CT Head", "Other documents"]
    assert "  Date         2025\n" in text
    assert "Reports: untitled (text/plain)" in text


def test_of_a_patient_without_documents_it_says_so() -> None:
    text = write_summary(PATIENT, [], made=MADE).decode()
    assert text.endswith("Studies      0\nDocuments    0\n")


def test_the_entry_says_nothing_of_a_document() -> None:
    publisher = Publisher(sourceId="2.999.1.4", patient_authority="2.999.1.1", institution="Index")
    entry = summary_entry(PATIENT, publisher, entryUUID="e", uniqueId="u", repositoryUniqueId="2.999.1.4")
    assert (entry.objectType, entry.mimeType, entry.patientId) == (ON_DEMAND, "text/plain", PATIENT)
    assert (entry.creationTime, entry.hash, entry.size) == (None, None, None)
    assert entry.author[0].authorInstitution == ("Index",)
    assert (
        summary_entry(
            PATIENT, replace(publisher, institution=None), entryUUID="e", uniqueId="u", repositoryUniqueId="1"
        ).author
        == ()
    )
