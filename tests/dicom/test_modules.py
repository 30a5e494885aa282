from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.modules import code_items, issuer_items, item, set_header, set_present, set_request
from xdsi_sim.dicom.study import Patient, Request, StudyHeader


@pytest.mark.parametrize(
    ("value", "keyword"),
    [
        ("24725-4", "CodeValue"),
        ("1234567890123456", "CodeValue"),
        ("12345678901234567", "LongCodeValue"),
        ("urn:oid:2.999", "URNCodeValue"),
        ("https://example/code", "URNCodeValue"),
    ],
)
def test_a_code_goes_where_it_fits(value: str, keyword: str) -> None:
    (code,) = code_items(CodedEntry(value, "99X", "Meaning"))
    assert code[keyword].value == value


def test_an_issuer_that_is_not_known_is_no_item() -> None:
    assert issuer_items(None) == []


def test_mappings_become_sequences_at_any_depth() -> None:
    dataset = item(ContentSequence=[{"ValueType": "CODE", "ConceptCodeSequence": [{"CodeValue": "1"}]}])
    assert dataset.ContentSequence[0].ConceptCodeSequence[0].CodeValue == "1"


def test_type_3_attributes_need_a_value() -> None:
    dataset = Dataset()
    set_present(dataset, StudyDescription=None, SeriesDescription="", ProcedureCodeSequence=[], StudyID="1")
    assert [element.keyword for element in dataset] == ["StudyID"]


@pytest.mark.parametrize(
    "keyword",
    [
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "PatientSex",
        "StudyDate",
        "StudyTime",
        "StudyID",
        "AccessionNumber",
        "ReferringPhysicianName",
    ],
)
def test_type_2_attributes_are_there_even_if_nothing_is_known(keyword: str) -> None:
    dataset = Dataset()
    set_header(dataset, StudyHeader(study_instance_uid="2.999"))
    assert dataset[keyword].is_empty


def test_other_patient_ids_hold_the_first_one_too() -> None:
    ids = (Identifier("L1", HierarchicDesignator.of("2.999.1")), Identifier("N1"))
    dataset = Dataset()
    set_header(dataset, StudyHeader(study_instance_uid="2.999", patient=Patient(ids=ids)))
    assert [other.PatientID for other in dataset.OtherPatientIDsSequence] == ["L1", "N1"]


def test_an_empty_request_has_its_type_2_attributes() -> None:
    dataset = Dataset()
    set_request(dataset, Request())
    assert [element.keyword for element in dataset] == [
        "AccessionNumber",
        "RequestedProcedureDescription",
        "RequestedProcedureCodeSequence",
        "RequestedProcedureID",
        "PlacerOrderNumberImagingServiceRequest",
        "FillerOrderNumberImagingServiceRequest",
    ]
