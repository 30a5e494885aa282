from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from xdsi_sim.dicom.wado_uri import DICOM, NotServed, WadoRequest, media_types, read_wado_request

SOUND = {"requestType": "WADO", "studyUID": "1.2.1", "seriesUID": "1.2.2", "objectUID": "1.2.3"}


def read(**changes: str | None) -> WadoRequest:
    given = {name: value for name, value in (SOUND | changes).items() if value is not None}
    return read_wado_request({name: [value] for name, value in given.items()})


def test_parameters_are_read_as_what_they_are() -> None:
    assert read(
        contentType="image/png",
        rows="256",
        columns="512",
        region="0.25,0,1.0,0.5",
        windowCenter="-600",
        windowWidth="1500.5",
        frameNumber="2",
        imageQuality="80",
        annotation="patient,technique",
        charset="ISO-8859-1",
    ) == WadoRequest(
        studyUID="1.2.1",
        seriesUID="1.2.2",
        objectUID="1.2.3",
        contentType="image/png",
        rows=256,
        columns=512,
        region=(0.25, 0.0, 1.0, 0.5),
        windowCenter=-600.0,
        windowWidth=1500.5,
        frameNumber=2,
        imageQuality=80,
        annotation=("patient", "technique"),
        charset="ISO-8859-1",
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"requestType": None}, 400),
        ({"requestType": "wado"}, 400),
        ({"requestType": ""}, 400),
        ({"studyUID": None}, 400),
        ({"seriesUID": None}, 400),
        ({"objectUID": None}, 400),
        ({"studyUID": ""}, 404),
        ({"seriesUID": ""}, 404),
        ({"objectUID": ""}, 404),
        ({"studyUID": "", "seriesUID": ""}, 404),
        ({"objectUID": "1.2.x"}, 400),
        ({"objectUID": "../../etc/passwd"}, 400),
        ({"objectUID": "1" * 65}, 400),
        ({"rows": "0"}, 400),
        ({"rows": "-1"}, 400),
        ({"rows": ""}, 400),
        ({"columns": "1e3"}, 400),
        ({"columns": "９"}, 400),
        ({"columns": "9" * 5000}, 400),
        ({"region": "0,0,1"}, 400),
        ({"region": "0.5,0,0.5,1"}, 400),
        ({"region": "0,0,1,1.1"}, 400),
        ({"region": "nan,0,1,1"}, 400),
        ({"windowCenter": "40"}, 400),
        ({"windowWidth": "400"}, 400),
        ({"windowCenter": "40", "windowWidth": "0"}, 400),
        ({"windowCenter": "inf", "windowWidth": "1"}, 400),
        ({"frameNumber": "0"}, 400),
        ({"frameNumber": "first"}, 400),
        ({"imageQuality": "101"}, 400),
        ({"annotation": "weather"}, 400),
        ({"anonymize": "yes"}, 400),
        ({"anonymize": "no"}, 400),
        ({"presentationUID": "1.2"}, 400),
        ({"presentationUID": "1.2", "presentationSeriesUID": "1.2"}, 501),
    ],
)
def test_what_makes_no_sense_has_its_status(changes: dict[str, Any], status: int) -> None:
    with pytest.raises(NotServed) as refused:
        read(**changes)
    assert refused.value.status == status


def test_a_parameter_that_is_there_twice_is_refused() -> None:
    with pytest.raises(NotServed, match="rows is there 2 times"):
        read_wado_request({**{name: [value] for name, value in SOUND.items()}, "rows": ["1", "2"]})


@pytest.mark.parametrize(
    ("frames", "report", "one_frame", "default"),
    [
        (1, False, False, "image/jpeg"),
        (20, False, False, DICOM),
        (20, False, True, "image/jpeg"),
        (None, True, False, "text/html"),
        (None, False, False, DICOM),
    ],
)
def test_each_object_has_its_default(frames: int | None, report: bool, one_frame: bool, default: str) -> None:
    offers = media_types(frames, report=report, one_frame=one_frame)
    assert offers[0] == default
    assert DICOM in offers


@pytest.mark.parametrize(
    ("media", "given", "wrong"),
    [
        (DICOM, {"rows": "1"}, True),
        (DICOM, {"transferSyntax": "1.2"}, False),
        ("image/jpeg", {"rows": "1"}, False),
        ("image/jpeg", {"transferSyntax": "1.2"}, True),
        ("text/html", {"charset": "UTF-8"}, False),
        ("text/html", {"frameNumber": "1"}, True),
        ("text/html", {"transferSyntax": "1.2"}, True),
    ],
)
def test_a_parameter_without_meaning_is_refused(media: str, given: dict[str, str], wrong: bool) -> None:
    with pytest.raises(NotServed, match="means nothing for") if wrong else nullcontext():
        read(**given).refuse_without_meaning(media)
