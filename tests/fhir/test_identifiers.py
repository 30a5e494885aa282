from __future__ import annotations

import pytest

from xdsi_sim.fhir.identifiers import (
    cx,
    identifier,
    patient_from_id,
    patient_reference,
    reference_id,
    reference_identifier,
    referred,
    unique_id,
    unique_identifier,
    unique_ids,
    urn_uuid,
)

UUID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    "text", ["2.999.1.2", "2.999.1.2^REPORT-7", "http://a.example/7", "a text", "no oid^REPORT-7"]
)
def test_unique_ids_come_back(text: str) -> None:
    assert unique_id(unique_identifier(text)) == text


def test_unique_ids_of_others_are_understood() -> None:
    assert unique_id({"system": "urn:dicom:uid", "value": "1.2.3"}) == "1.2.3"
    assert unique_id({"value": f"urn:uuid:{UUID}"}) == f"2.25.{int(UUID.replace('-', ''), 16)}"
    assert unique_id({"value": "urn:uuid:no"}) == "urn:uuid:no"
    assert unique_id({}) is None


def test_a_unique_id_that_is_no_oid_is_not_written_as_one() -> None:
    """ITI TF-3: 4.2.3.2.26 has UUIDs and other URIs as well."""
    assert unique_identifier(f"urn:uuid:{UUID}") == {
        "system": "urn:ietf:rfc:3986",
        "value": f"urn:uuid:{UUID}",
    }
    assert unique_identifier("urn:x:7") == {"system": "urn:ietf:rfc:3986", "value": "urn:x:7"}
    assert unique_identifier("a text") == {"value": "a text"}


def test_a_uuid_names_what_is_registered_as_it_and_as_its_oid() -> None:
    oid = f"2.25.{int(UUID.replace('-', ''), 16)}"
    assert unique_ids({"value": f"urn:uuid:{UUID}"}) == (oid, f"urn:uuid:{UUID}")
    assert unique_ids({"value": "urn:oid:2.999.1"}) == ("2.999.1",)
    assert unique_ids({}) == ()


def test_patient_ids_come_back() -> None:
    assert cx(identifier("P1^^^&2.999.1&ISO")) == "P1^^^&2.999.1&ISO"
    assert cx({"value": "P1"}, "2.999.1") == "P1^^^&2.999.1&ISO"
    assert cx({"system": "urn:oid:2.999.1"}) is None
    assert identifier("no cx") == {"value": "no cx"}
    with pytest.raises(ValueError, match=r"not .http"):
        cx({"system": "http://hospital.example", "value": "P1"})


def test_a_subject_has_an_address_that_leads_back() -> None:
    reference = patient_reference("P-1^^^&2.999.1&ISO")
    assert reference["reference"] == "Patient/2.999.1-P-1"
    assert patient_from_id("2.999.1-P-1", None) == "P-1^^^&2.999.1&ISO"
    assert patient_from_id("P-1", "2.999.1") == "P-1^^^&2.999.1&ISO"
    assert "reference" not in patient_reference("P/1^^^&2.999.1&ISO")  # no id of FHIR
    with pytest.raises(ValueError, match="no id of a Patient"):
        patient_from_id("P1", None)


@pytest.mark.parametrize(
    "text",
    [
        "2.999.5.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
        "ACC7^^^&2.999.7&ISO^urn:ihe:iti:xds:2013:accession",
        "ORD9^^^&2.999.8&ISO^urn:ihe:iti:xds:2013:order",
        "ORD9^^^WARD^urn:ihe:iti:xds:2013:order",
        "2.999.9^^^^urn:ihe:iti:xds:2013:uniqueId",
        "W1^^^&2.999.8&ISO^urn:ihe:iti:xdw:2013:workflowInstanceId",
    ],
)
def test_reference_ids_come_back(text: str) -> None:
    assert reference_id(reference_identifier(text)) == text


def test_reference_ids_are_written_as_mado_has_them() -> None:
    study = reference_identifier("2.999.5.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID")
    assert (study["system"], study["value"]) == ("urn:dicom:uid", "urn:oid:2.999.5.1")
    assert study["type"]["coding"][0]["code"] == "110180"
    accession = reference_identifier("ACC7^^^&2.999.7&ISO^urn:ihe:iti:xds:2013:accession")
    assert [coding["code"] for coding in accession["type"]["coding"]] == ["ACSN", "121022"]


def test_reference_ids_of_others_are_understood() -> None:
    bare = {"system": "urn:dicom:uid", "value": "2.999.5.1"}
    assert reference_id(bare) == "2.999.5.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID"
    assert reference_id({"system": "urn:oid:2.999.7", "value": "what"}) is None
    assert reference_identifier("no cxi") == {"value": "no cxi"}


def test_references_and_ids_of_resources() -> None:
    assert referred(f"DocumentReference/{UUID}", "DocumentReference") == UUID
    assert referred(f"http://h/f/DocumentReference/{UUID}/_history/1", "DocumentReference") == UUID
    assert referred(f"List/{UUID}", "DocumentReference") is None
    assert urn_uuid(UUID.upper()) == f"urn:uuid:{UUID}"
    assert urn_uuid("x") is None
    assert urn_uuid("{" + UUID[2:] + "}") is None
