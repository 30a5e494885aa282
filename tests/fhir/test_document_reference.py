from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.documentreference import DocumentReference
from submissions import MANIFEST, PATIENT, an_entry, an_on_demand_entry

from xdsi_sim.ebrim.model import Author, Code, DocumentEntry, InternationalString
from xdsi_sim.fhir.coding import Systems
from xdsi_sim.fhir.document_reference import ROWS, document_entry, document_reference, subject_of
from xdsi_sim.fhir.references import resolving
from xdsi_sim.fhir.rows import Reading, Unmapped, Writing
from xdsi_sim.vocab import APPROVED, DEPRECATED, CodingScheme

FULL = an_entry(
    7,
    **MANIFEST,
    availabilityStatus=APPROVED,
    author=(
        Author(authorPerson="^Roth^Miriam", authorInstitution=("North",)),
        Author(authorInstitution=("South",)),
    ),
    comments=InternationalString.of("of no concern"),
    legalAuthenticator="D7^Roth^Miriam^^^^^^&2.999.7&ISO",
    serviceStartTime="20240211",
    serviceStopTime="20240212083015",
    sourcePatientInfo=("PID-3|L1^^^&2.999.20.1&ISO", "PID-5|Roth^Anna", "PID-7|19700131", "PID-8|F"),
    homeCommunityId="urn:oid:2.999.1",
)
NOT_SAID = {"repositoryUniqueId": None}
"""What stands in the address of the document alone."""


def written(entry: DocumentEntry) -> dict[str, Any]:
    return document_reference(entry, Writing(systems=Systems(), url=lambda each: f"http://h/{each.uniqueId}"))


def read(resource: dict[str, Any]) -> DocumentEntry:
    resolve = resolving(resource, {}, "2.999.1.1")
    known = Reading(systems=Systems(), resolve=resolve, patient=subject_of("2.999.1.1", resolve))
    return document_entry(resource, known, entryUUID=f"urn:uuid:{resource['id']}")


def test_an_entry_comes_back_whole() -> None:
    assert read(written(FULL)) == replace(FULL, **NOT_SAID)  # type: ignore[arg-type]


def test_what_is_written_fits_the_model_of_fhir() -> None:
    for entry in (
        FULL,
        an_on_demand_entry(),
        DocumentEntry(entryUUID=FULL.entryUUID, availabilityStatus=DEPRECATED),
    ):
        DocumentReference.model_validate(written(entry))


def test_every_row_is_of_an_attribute_that_entries_have() -> None:
    names = {field.name for field in fields(DocumentEntry)}
    assert {row.attribute for row in ROWS} <= names
    assert len({row.path for row in ROWS}) == len(ROWS)


def test_each_value_is_where_the_profile_has_it() -> None:
    found = written(FULL)
    assert found["status"] == "current"
    assert found["masterIdentifier"] == {"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.999.2.7"}
    assert found["masterIdentifier"] in found["identifier"]
    (content,) = found["content"]
    assert content["attachment"]["hash"] == "Ny6gjKsz5xwCxlHbyDpHTTLGduo="
    assert content["attachment"]["size"] == 4
    assert content["format"]["system"] == "http://dicom.nema.org/resources/ontology/DCMUID"
    assert found["context"]["period"] == {"start": "2024-02-11", "end": "2024-02-12T08:30:15Z"}
    urls = {each["url"].rpartition("/")[2]: each for each in found["extension"]}
    assert urls["ihe-HomeCommunityId"]["valueOid"] == "urn:oid:2.999.1"
    (coding,) = urls["extension-DocumentReference.modality"]["valueCodeableConcept"]["coding"]
    assert coding["code"] == "CT"
    assert found["subject"]["identifier"] == {"system": "urn:oid:2.999.1.1", "value": "P1"}


def test_of_several_identifiers_of_a_patient_the_one_of_the_domain_counts() -> None:
    patient = {
        "resourceType": "Patient",
        "identifier": [
            {"system": "urn:oid:2.999.20.1", "value": "L1"},
            {"system": "urn:oid:2.999.1.1", "value": "P1"},
        ],
    }
    assert subject_of("2.999.1.1", lambda _reference: patient)({"reference": "x"}) == PATIENT
    assert subject_of("2.999.1.1", lambda _reference: None)({"display": "Anna"}) is None


def test_region_and_modality_of_mado_are_written_and_read() -> None:
    events = (
        Code.of("CT", CodingScheme.DCM, "Computed Tomography"),
        Code.of("774007", CodingScheme.SNOMED_CT, "Head and Neck"),
    )
    found = written(replace(FULL, eventCodeList=events))
    (region,) = (each for each in found["extension"] if each["url"].endswith("bodySite"))
    assert region["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "774007"
    DocumentReference.model_validate(found)
    del found["context"]["event"]  # a source of MADO need not say it twice
    assert read(found).eventCodeList == events


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("content", [{"attachment": {"hash": "!"}}], "content.attachment.hash"),
        ("content", [{"attachment": {"hash": "AAAA"}}], "content.attachment.hash"),
        ("content", [{"attachment": {"creation": "soon"}}], "content.attachment.creation"),
        ("subject", {"identifier": {"system": "http://x", "value": "P1"}}, "subject"),
    ],
)
def test_what_metadata_cannot_say_is_told_with_its_place(path: str, value: Any, place: str) -> None:
    with pytest.raises(Unmapped) as caught:
        read({"id": "1", path: value})
    assert caught.value.path == place


def test_the_manual_has_every_row(project_root: Path) -> None:
    manual = (project_root / "docs" / "mhd.md").read_text(encoding="utf-8")
    assert [row.attribute for row in ROWS if f"| `{row.attribute}` | `{row.element}`" not in manual] == []
