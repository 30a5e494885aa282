from __future__ import annotations

import json
from typing import Any

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.scenario.stage import StepFailed
from xdsi_sim.scenario.web import WebAnswer, WebPart, attributes_of, query_of

FOUND = {
    "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
    "00080061": {"vr": "CS", "Value": ["CT", "SR"]},
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Roth^Anna", "Ideographic": "x"}]},
    "00080090": {"vr": "PN"},
    "00081199": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2.3.4"]}}]},
    "00091001": {"vr": "LO", "Value": ["of a vendor"]},
}


def answer(status: int, media: str, *bodies: bytes) -> WebAnswer:
    return WebAnswer(
        url="http://127.0.0.1/studies",
        status=status,
        contentType=media,
        headers={"content-type": media, "warning": "299 a: b"},
        parts=tuple(WebPart(media, "", BytesContent(body)) for body in bodies),
        receiver="pacs",
        transaction="WADO-RS",
    )


def test_attributes_are_known_by_keyword() -> None:
    assert attributes_of(FOUND) == {
        "StudyInstanceUID": "1.2.3",
        "ModalitiesInStudy": ("CT", "SR"),
        "PatientName": "Roth^Anna",
        "ReferringPhysicianName": None,
        "ReferencedSOPSequence": ({"ReferencedSOPInstanceUID": "1.2.3.4"},),
        "00091001": "of a vendor",
    }


@pytest.mark.parametrize("body", [[FOUND], FOUND])
def test_one_data_set_or_a_list_of_them_is_read(body: Any) -> None:
    found = answer(200, "application/dicom+json", json.dumps(body).encode()).dataSets
    assert [each["StudyInstanceUID"] for each in found] == ["1.2.3"]


def test_no_content_is_no_data_set() -> None:
    assert answer(204, "").dataSets == ()


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'{"0020000D": []}'])
def test_what_is_no_dicom_json_is_told_of(body: bytes) -> None:
    with pytest.raises(StepFailed, match="is no DICOM JSON: text/html, "):
        _ = answer(200, "text/html", body).dataSets


def test_what_is_no_dicom_file_is_told_of() -> None:
    with pytest.raises(StepFailed, match="number 1 of what came is no DICOM file"):
        _ = answer(200, "multipart/related", b"a page").images


@pytest.mark.parametrize(
    ("status", "words"), [(200, "Success"), (206, "Success"), (302, "HTTP 302"), (404, "HTTP 404")]
)
def test_a_good_status_is_success(status: int, words: str) -> None:
    assert answer(status, "text/plain", b"there is nothing\nat all").answered.status == words


def test_a_refusal_is_told_with_its_first_line() -> None:
    assert answer(404, "text/plain", b"there is nothing\nat all").told == "HTTP 404, there is nothing"
    assert answer(404, "text/plain", b"").warning == "299 a: b"


def test_a_query_has_lists_with_commas_and_values_as_scenarios_write_them() -> None:
    pairs = (("viewport", [100, 50]), ("fuzzymatching", True), ("PatientName", None))
    assert query_of(pairs) == "viewport=100%2C50&fuzzymatching=true&PatientName="
