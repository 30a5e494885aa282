from __future__ import annotations

import json
from typing import Any

import pytest
from a_dicomweb import shipped
from lxml import etree

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_document import to_bytes
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.native_model import to_xml


def inner(attributes: dict[str, Any]) -> str:
    """What stands in the root."""
    root = etree.XML(to_xml(json.dumps(attributes).encode()))
    text = "".join(etree.tostring(child, encoding="unicode") for child in root)
    return text.replace(' xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM"', "")


@pytest.mark.parametrize(
    ("tag", "attribute", "content"),
    [
        (
            "00100020",
            {"vr": "LO", "Value": ["a<b", None]},
            '<Value number="1">a&lt;b</Value><Value number="2"/>',
        ),
        ("00280010", {"vr": "US", "Value": [512]}, '<Value number="1">512</Value>'),
        (
            "00100010",
            {"vr": "PN", "Value": [{"Alphabetic": "A^^C", "Ideographic": "山"}]},
            (
                '<PersonName number="1">'
                "<Alphabetic><FamilyName>A</FamilyName><MiddleName>C</MiddleName></Alphabetic>"
                "<Ideographic><FamilyName>山</FamilyName></Ideographic></PersonName>"
            ),
        ),
        ("7FE00010", {"vr": "OW", "BulkDataURI": "http://h/?a&b"}, '<BulkData uri="http://h/?a&amp;b"/>'),
        ("00420011", {"vr": "OB", "InlineBinary": "AAA="}, "<InlineBinary>AAA=</InlineBinary>"),
        (
            "00400275",
            {"vr": "SQ", "Value": [{"00401001": {"vr": "SH", "Value": ["R"]}}, None]},
            (
                '<Item number="1"><DicomAttribute tag="00401001" vr="SH" keyword="RequestedProcedureID">'
                '<Value number="1">R</Value></DicomAttribute></Item><Item number="2"/>'
            ),
        ),
        ("00100030", {"vr": "DA"}, ""),
    ],
)
def test_each_kind_of_value_has_its_element(tag: str, attribute: dict[str, Any], content: str) -> None:
    text = inner({tag: attribute})
    start = text.index(">") + 1 if content else len(text)
    assert text[start:].removesuffix("</DicomAttribute>") == content
    assert f'tag="{tag}" vr="{attribute["vr"]}" keyword="' in text


def test_private_attributes_are_named_by_their_creator() -> None:
    text = inner({"00090010": {"vr": "LO", "Value": ["ACME"]}, "00091001": {"vr": "LO", "Value": ["x"]}})
    assert '<DicomAttribute tag="00090001" vr="LO" privateCreator="ACME">' in text


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "reportsi.dcm", "rtplan.dcm", "waveform_ecg.dcm", "badVR.dcm"]
)
def test_whatever_is_stored_is_well_formed(name: str) -> None:
    document = to_bytes(to_json(part10.read(FileContent.of(shipped(name)))))
    root = etree.XML(to_xml(document))
    assert len(root) == len(json.loads(document))
