from __future__ import annotations

import pytest
from manifest_examples import base

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.kos_document import Item, read_document
from xdsi_sim.errors import Severity
from xdsi_sim.rules.manifest_subject import Judged, Kind


def judged(kind: Kind, expected: Kind | None = None, root: Item | None = None) -> Judged:
    document = read_document(BytesContent(base(kind)))
    assert document.root is not None
    return Judged(document=document, root=root or document.root, expected=expected)


@pytest.mark.parametrize("kind", ["xds-i", "mado", "note"])
def test_the_title_tells_the_kind(kind: Kind) -> None:
    assert judged(kind).kind == kind
    assert judged(kind).is_manifest is (kind != "note")


def test_what_is_expected_weighs_more_than_the_title() -> None:
    assert judged("note", "mado").kind == "mado"


def test_only_mado_requires_what_others_advise() -> None:
    assert judged("mado").duty() is Severity.ERROR
    assert judged("xds-i").duty() is Severity.INFO


@pytest.mark.parametrize(
    ("sop_class", "modality", "else_"),
    [
        ("1.2.840.10008.5.1.4.1.1.2", "CT", True),
        ("1.2.840.10008.5.1.4.1.1.2", "KO", False),
        ("1.2.840.10008.5.1.4.1.1.88.59", "CT", False),
        (None, "CT", False),
    ],
)
def test_only_what_is_nowhere_a_selection_is_something_else(
    sop_class: str | None, modality: str, else_: bool
) -> None:
    root = Item(
        {"00080016": {"vr": "UI", "Value": [sop_class]}, "00080060": {"vr": "CS", "Value": [modality]}}
    )
    assert judged("xds-i", root=root).is_something_else is else_
