from __future__ import annotations

import json

import pytest

from xdsi_sim.dicom.json_document import to_bytes, with_bulk_root


def test_text_is_utf_8() -> None:
    assert to_bytes({"a": "山"}) == '{"a":"山"}'.encode()


@pytest.mark.parametrize(
    "root", ["http://h:8080/north/pacs/dicom-web", "http://h:8080/north/pacs/dicom-web/"]
)
def test_relative_addresses_become_absolute(root: str) -> None:
    document = to_bytes({"7FE00010": {"vr": "OW", "BulkDataURI": "studies/1/bulkdata/7FE00010"}})
    expected = "http://h:8080/north/pacs/dicom-web/studies/1/bulkdata/7FE00010"
    assert json.loads(with_bulk_root(document, root))["7FE00010"]["BulkDataURI"] == expected


@pytest.mark.parametrize("value", ['"BulkDataURI":"', '\\"BulkDataURI":"', "BulkDataURI"])
def test_a_value_that_looks_like_an_address_is_left_alone(value: str) -> None:
    attributes = {"00081030": {"vr": "LO", "Value": [value]}}
    assert json.loads(with_bulk_root(to_bytes(attributes), "http://h")) == attributes
