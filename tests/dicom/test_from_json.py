from __future__ import annotations

import io

import pydicom
import pytest
from a_dicomweb import shipped

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import NotDicom
from xdsi_sim.dicom.from_json import BulkValue, to_file
from xdsi_sim.dicom.json_model import bulk_value, to_json


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "rtplan.dcm", "reportsi.dcm", "waveform_ecg.dcm", "MR_small_bigendian.dcm"]
)
def test_the_way_back_gives_the_same_document(name: str) -> None:
    dataset = part10.read(FileContent.of(shipped(name)))
    document = to_json(dataset)

    def bulk(uri: str) -> BulkValue:
        return BulkValue(bulk_value(dataset, uri.partition("/bulkdata/")[2]) or b"")

    again = to_json(pydicom.dcmread(io.BytesIO(to_file(document, bulk))))
    changed = {"00080005", "00083002"}
    assert {tag: value for tag, value in again.items() if tag not in changed} == {
        tag: value for tag, value in document.items() if tag not in changed
    }


def test_a_bulk_value_that_is_not_there_is_told() -> None:
    document = to_json(part10.read(FileContent.of(shipped("CT_small.dcm"))))
    with pytest.raises(NotDicom, match="no part has the Content-Location"):
        to_file(document, lambda _uri: None)


@pytest.mark.parametrize("document", [{}, {"x": {"vr": "LO"}}, {"00100010": {"vr": "XX", "Value": [1]}}])
def test_what_is_no_object_is_told(document: dict[str, object]) -> None:
    with pytest.raises(NotDicom):
        to_file(document, lambda _uri: None)
