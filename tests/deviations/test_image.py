"""What the octets say of themselves is read by pydicom alone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from a_faulty_domain import FaultyDomain
from pydicom import dcmread

from xdsi_sim.content import read_all


def by_soap(faulty: FaultyDomain, deviation: str | None = None) -> list[bytes]:
    """The images of RAD-69."""
    if deviation is None:
        return [read_all(one.content) for one in faulty.ask("RAD-69").answer.documents]
    with faulty.deviating("north-pacs", deviation, transaction="RAD-69"):
        return by_soap(faulty)


def by_web(faulty: FaultyDomain, deviation: str | None = None) -> list[bytes]:
    """Those of WADO-RS."""
    if deviation is None:
        return [read_all(part.content) for part in faulty.get().parts]
    with faulty.deviating("north-pacs", deviation, transaction="WADO-RS"):
        return by_web(faulty)


def manifest(faulty: FaultyDomain, deviation: str | None = None) -> Any:
    if deviation is None:
        return dcmread(BytesIO(read_all(faulty.ask("ITI-43").answer.documents[0].content)))
    with faulty.deviating("north-repository", deviation):
        return manifest(faulty)


@pytest.mark.parametrize("images", [by_soap, by_web])
@pytest.mark.parametrize(
    ("deviation", "keyword"),
    [
        ("instance-uid-changed", "SOPInstanceUID"),
        ("study-uid-changed", "StudyInstanceUID"),
        ("image-of-another-patient", "PatientID"),
    ],
)
def test_one_identifier_is_another_one(
    faulty: FaultyDomain, images: Any, deviation: str, keyword: str
) -> None:
    right, wrong = images(faulty), images(faulty, deviation)
    assert len(wrong[0]) == len(right[0])
    assert wrong[1:] == right[1:]
    told, was = dcmread(BytesIO(wrong[0])), dcmread(BytesIO(right[0]))
    assert told[keyword].value != was[keyword].value
    assert told.PixelData == was.PixelData
    other = {"SOPInstanceUID", "StudyInstanceUID", "PatientID", "SeriesInstanceUID"} - {keyword}
    assert [name for name in other if told[name].value != was[name].value] == []


def test_a_changed_instance_is_changed_in_its_meta_header_too(faulty: FaultyDomain) -> None:
    told = dcmread(BytesIO(by_soap(faulty, "instance-uid-changed")[0]))
    assert told.file_meta.MediaStorageSOPInstanceUID == told.SOPInstanceUID


@pytest.mark.parametrize("images", [by_soap, by_web])
def test_files_are_broken(faulty: FaultyDomain, images: Any) -> None:
    right = images(faulty)
    assert images(faulty, "image-cut")[0] == right[0][: len(right[0]) // 2]
    assert images(faulty, "preamble-missing")[0] == right[0][132:]
    assert images(faulty, "image-page")[0].startswith(b"<html>")
    assert images(faulty, "images-alike") == [right[0]] * len(right)
    said = dcmread(BytesIO(images(faulty, "transfer-syntax-untrue")[0]), stop_before_pixels=True, force=True)
    assert said.file_meta.TransferSyntaxUID != dcmread(BytesIO(right[0])).file_meta.TransferSyntaxUID


def test_an_image_is_left_out(faulty: FaultyDomain) -> None:
    assert by_web(faulty, "image-left-out") == by_web(faulty)[:-1]


def test_a_page_stands_for_images(faulty: FaultyDomain) -> None:
    with faulty.deviating("north-pacs", "http-503", transaction="WADO-RS"):
        reply = faulty.get()
    assert (reply.status, faulty.deviations()) == (503, ("http-503",))


def test_manifests_lead_nowhere(faulty: FaultyDomain) -> None:
    def facts(one: Any) -> tuple[str, str, str]:
        (study,) = one.CurrentRequestedProcedureEvidenceSequence
        series = study.ReferencedSeriesSequence[0]
        first = series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        return study.StudyInstanceUID, first, series.RetrieveLocationUID

    right = facts(manifest(faulty))
    for number, deviation in enumerate(
        ("manifest-of-missing-study", "manifest-of-missing-instances", "manifest-location-unknown")
    ):
        wrong = facts(manifest(faulty, deviation))
        assert [at for at in range(3) if wrong[at] != right[at]] == [number]
