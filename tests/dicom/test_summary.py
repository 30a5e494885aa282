from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.attributes import TAGS
from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.errors import NotOneStudy
from xdsi_sim.dicom.json_document import to_bytes
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.study import KEY_OBJECT_SELECTION, Request, Study
from xdsi_sim.dicom.summary import header_of, summarise

RIS = HierarchicDesignator.of("2.999.2")


def a_header(sop: str = "1.1", study: str = "1", **values: object) -> dict[str, Any]:
    """A header from keywords and single values; a dict or list of dicts is a sequence."""
    given = {"StudyInstanceUID": study, "SeriesInstanceUID": "1.0", "SOPInstanceUID": sop, **values}
    return {TAGS[keyword]: {"vr": "??", "Value": _listed(value)} for keyword, value in given.items()}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def an_item(**values: object) -> dict[str, Any]:
    return {TAGS[keyword]: {"vr": "??", "Value": _listed(value)} for keyword, value in values.items()}


def issuer(oid: str) -> dict[str, Any]:
    return an_item(UniversalEntityID=oid, UniversalEntityIDType="ISO")


def test_instances_in_any_order_give_the_same_study(sample_files: dict[str, tuple[Path, ...]]) -> None:
    headers = [header_of(to_json(part10.read(FileContent.of(path)))) for path in sample_files["ct-head"]]
    assert summarise(reversed(headers)) == summarise(headers)


def test_series_and_instances_are_ordered_by_number_and_those_without_come_last() -> None:
    places: list[tuple[int | None, int | None]] = [(2, 1), (None, 1), (1, 10), (1, 2), (1, None)]
    headers = [
        a_header(sop=f"9.{at}", SeriesInstanceUID=f"8.{series}", SeriesNumber=series, InstanceNumber=instance)
        for at, (series, instance) in enumerate(places)
    ]
    study = summarise(headers)
    found = [(series.number, instance.number) for series in study.series for instance in series.instances]
    assert found == [(1, 2), (1, 10), (1, None), (2, 1), (None, 1)]


@pytest.mark.parametrize("studies", [[], ["1", "2"]])
def test_instances_of_no_study_or_several_are_refused(studies: list[str]) -> None:
    with pytest.raises(NotOneStudy, match=f"found {len(studies)}"):
        summarise(a_header(sop=study, study=study) for study in studies)


def test_what_one_instance_leaves_out_is_taken_from_the_next() -> None:
    study = summarise([a_header("1.1"), a_header("1.2", StudyDescription="CT Head", PatientSex="F")])
    assert (study.header.description, study.header.patient.sex) == ("CT Head", "F")


def test_the_index_form_of_a_header_says_as_much_as_the_whole(
    sample_files: dict[str, tuple[Path, ...]], studies: dict[str, Study]
) -> None:
    for name, paths in sample_files.items():
        whole = summarise(json.loads(to_bytes(to_json(part10.read(FileContent.of(path))))) for path in paths)
        assert whole == studies[name]


def test_requests_of_several_instances_are_united() -> None:
    headers = [
        a_header(
            f"1.{number}",
            RequestAttributesSequence=an_item(
                AccessionNumber=f"A{number}",
                IssuerOfAccessionNumberSequence=issuer("2.999.2"),
                PlacerOrderNumberImagingServiceRequest=f"O{number}",
            ),
        )
        for number in (1, 2, 2)
    ]
    found = [(one.accession, one.placer_order) for one in summarise(headers).header.requests]
    assert found == [(Identifier(f"A{n}", RIS), Identifier(f"O{n}")) for n in (1, 2)]


def test_a_request_told_by_halves_is_one_request() -> None:
    image = a_header("1.1", AccessionNumber="A1")
    report = a_header(
        "1.2",
        ReferencedRequestSequence=an_item(
            AccessionNumber="A1",
            IssuerOfAccessionNumberSequence=issuer("2.999.2"),
            PlacerOrderNumberImagingServiceRequest="O1",
        ),
    )
    expected = (Request(accession=Identifier("A1", RIS), placer_order=Identifier("O1")),)
    for headers in itertools.permutations((image, report)):
        assert summarise(headers).header.requests == expected


def test_the_same_number_of_two_issuers_is_two_requests() -> None:
    headers = [
        a_header(f"1.{oid}", AccessionNumber="A1", IssuerOfAccessionNumberSequence=issuer(oid))
        for oid in ("2.999.2", "2.999.3")
    ]
    assert len(summarise(headers).header.requests) == 2


def test_a_request_item_without_accession_takes_that_of_the_study() -> None:
    header = a_header(AccessionNumber="A1", RequestAttributesSequence=an_item(RequestedProcedureID="RP1"))
    (request,) = summarise([header]).header.requests
    assert (request.accession, request.procedure_id) == (Identifier("A1"), "RP1")


def test_patient_ids_have_their_issuers_and_the_first_is_not_repeated() -> None:
    own: dict[str, Any] = {
        "PatientID": "P1",
        "IssuerOfPatientID": "NORTH",
        "IssuerOfPatientIDQualifiersSequence": issuer("2.999.1"),
    }
    other = an_item(PatientID="N9", IssuerOfPatientIDQualifiersSequence=issuer("2.999.9"))
    header = a_header(**own, OtherPatientIDsSequence=[an_item(**own), other])
    assert summarise([header]).header.patient.ids == (
        Identifier("P1", HierarchicDesignator.of("2.999.1", "NORTH")),
        Identifier("N9", HierarchicDesignator.of("2.999.9")),
    )


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"BodyPartExamined": "CHEST"}, ["816094009"]),
        ({"BodyPartExamined": "TOENAIL"}, []),
        ({}, []),
        (
            {
                "BodyPartExamined": "CHEST",
                "AnatomicRegionSequence": an_item(CodeValue="80891009", CodingSchemeDesignator="SCT"),
            },
            ["80891009"],
        ),
    ],
)
def test_regions_are_coded_or_follow_from_the_body_part(values: dict[str, Any], codes: list[str]) -> None:
    assert [region.value for region in summarise([a_header(**values)]).regions] == codes


def test_regions_of_frames_count(studies: dict[str, Study]) -> None:
    assert studies["mr-brain-enhanced"].regions == (CodedEntry("12738006", "SCT", "Brain"),)


@pytest.mark.parametrize(
    ("values", "frames"), [({"Rows": 64}, 1), ({"Rows": 64, "NumberOfFrames": "8"}, 8), ({}, None)]
)
def test_frames_are_counted_where_there_are_pixels(values: dict[str, Any], frames: int | None) -> None:
    assert summarise([a_header(**values)]).instances[0].frames == frames


def test_a_summary_needs_no_dicom_library() -> None:
    code = "import sys, xdsi_sim.dicom.summary, xdsi_sim.dicom.manifest; sys.exit('pydicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_index_form_of_a_note_keeps_its_title_and_description() -> None:
    def code(value: str) -> dict[str, Any]:
        return an_item(CodeValue=value, CodingSchemeDesignator="DCM", CodeMeaning="x")

    described = an_item(ValueType="TEXT", ConceptNameCodeSequence=code("113012"), TextValue="Look here")
    other = an_item(ValueType="TEXT", ConceptNameCodeSequence=code("113030"), TextValue="Manifest")
    note = a_header(
        SOPClassUID=KEY_OBJECT_SELECTION,
        ConceptNameCodeSequence=code("113000"),
        ContentSequence=[other, described],
    )
    kept = header_of(note)
    assert kept[TAGS["ContentSequence"]]["Value"] == [described]
    (instance,) = summarise([kept]).instances
    assert instance.title is not None
    assert (instance.title.value, instance.description) == ("113000", "Look here")


def test_the_title_of_a_report_is_not_kept_for_that_of_a_note() -> None:
    report = a_header(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", ContentSequence=[an_item(ValueType="TEXT")]
    )
    assert TAGS["ContentSequence"] not in header_of(report)
    assert summarise([report]).instances[0].title is None


@pytest.mark.parametrize(("title", "rejects"), [("113037", ("1.1", "1.2")), ("113000", ())])
def test_only_a_rejection_note_rejects_what_it_names(title: str, rejects: tuple[str, ...]) -> None:
    named = [an_item(ReferencedSOPInstanceUID=uid) for uid in ("1.1", "1.2", "1.1")]
    series = an_item(ReferencedSOPSequence=named)
    note = a_header(
        SOPClassUID=KEY_OBJECT_SELECTION,
        ConceptNameCodeSequence=an_item(CodeValue=title, CodingSchemeDesignator="DCM", CodeMeaning="x"),
        CurrentRequestedProcedureEvidenceSequence=an_item(ReferencedSeriesSequence=series),
    )
    assert summarise([header_of(note)]).instances[0].rejects == rejects


@pytest.mark.parametrize(
    ("values", "sides"),
    [
        ({}, []),
        ({"Laterality": "R"}, ["Right"]),
        ({"ImageLaterality": "B"}, ["Bilateral"]),
        ({"ImageLaterality": "U"}, []),
        (
            {"SharedFunctionalGroupsSequence": an_item(FrameAnatomySequence=an_item(FrameLaterality="L"))},
            ["Left"],
        ),
    ],
)
def test_the_side_is_that_of_series_image_or_frames(values: dict[str, Any], sides: list[str]) -> None:
    (series,) = summarise([header_of(a_header(**values))]).series
    assert [side.meaning for side in series.lateralities] == sides
