from __future__ import annotations

from dataclasses import replace

import pytest

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.codes import LATERALITIES
from xdsi_sim.dicom.image_library import ImageLibrary, compose_library, content_type
from xdsi_sim.dicom.study import Instance, Study


def library(study: Study) -> ImageLibrary:
    return compose_library(study)


def test_the_library_names_what_acquires_and_the_target_region(studies: dict[str, Study]) -> None:
    made = library(studies["ct-head"])
    assert [modality.value for modality in made.modalities] == ["CT"]
    assert [region.value for region in made.regions] == ["774007"]
    assert made.count == 3


def test_regions_of_the_study_may_be_given(studies: dict[str, Study]) -> None:
    heart = CodedEntry("80891009", "SCT", "Heart")
    assert compose_library(studies["ct-head"], (heart,)).regions == (heart,)


def test_a_study_without_images_names_what_it_has(studies: dict[str, Study]) -> None:
    study = studies["ct-head"]
    made = library(replace(study, series=tuple(each for each in study.series if each.modality == "SR")))
    assert [modality.value for modality in made.modalities] == ["SR"]


def test_each_series_is_described(studies: dict[str, Study]) -> None:
    first, second, report = library(studies["ct-head"]).groups
    assert (first.number, first.description, first.count) == ("1", "Head axial 5 mm", 6)
    assert (first.date, first.time, [region.value for region in first.regions]) == (
        "20240212",
        "083015",
        ["69536005"],
    )
    assert [entry.number for entry in second.entries] == ["1", "2", "3", "4"]
    assert report.modality is not None
    assert report.modality.meaning == "Structured Report Document"


@pytest.mark.parametrize(("name", "frames"), [("us-heart", True), ("cr-chest", False)])
def test_only_multi_frame_images_have_a_number_of_frames(
    name: str, frames: bool, studies: dict[str, Study]
) -> None:
    told = [entry.frames for group in library(studies[name]).groups for entry in group.entries]
    assert all((number is not None and number > 1) is frames for number in told)


@pytest.mark.parametrize(
    ("rows", "sop_class", "expected"),
    [
        (512, "2.999.1", "IMAGE"),
        (None, "1.2.840.10008.5.1.4.1.1.9.1.1", "WAVEFORM"),
        (None, "1.2.840.10008.5.1.4.1.1.88.33", "COMPOSITE"),
    ],
)
def test_what_has_pixels_is_an_image(rows: int | None, sop_class: str, expected: str) -> None:
    assert content_type(Instance(sop_instance_uid="1", sop_class_uid=sop_class, rows=rows)) == expected


@pytest.mark.parametrize(
    ("sides", "expected"),
    [("", None), ("L", "Left"), ("R", "Right"), ("LR", "Bilateral"), ("B", "Bilateral")],
)
def test_a_series_has_one_side_or_both(sides: str, expected: str | None, studies: dict[str, Study]) -> None:
    study = studies["mr-knee"]
    series = replace(study.series[0], lateralities=tuple(LATERALITIES[side] for side in sides))
    (group,) = library(replace(study, series=(series,))).groups
    assert (group.laterality and group.laterality.meaning) == expected
