from __future__ import annotations

from typing import Any

import pytest
from rejections import a_note

from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.rejection import RejectionNote, rejection_in

STUDY = "2.999.5.1"


def note(**given: Any) -> RejectionNote | None:
    return rejection_in(to_json(part10.read(a_note(STUDY, "2.999.5.1.1", "2.999.5.1.2", **given))))


@pytest.mark.parametrize("title", ["113001", "113037", "113038", "113039"])
def test_a_key_object_selection_with_such_a_title_rejects_what_its_evidence_names(title: str) -> None:
    found = note(title=title, uid="2.999.5.9")
    assert found == RejectionNote(
        sopInstanceUID="2.999.5.9",
        title=title,
        rejected=frozenset({(STUDY, "2.999.5.1.1"), (STUDY, "2.999.5.1.2")}),
    )
    assert f"({title}, DCM), note '2.999.5.9'" in found.reason


@pytest.mark.parametrize(
    "given",
    [
        {"title": "113030"},
        {"title": "113000"},
        {"title": "113001", "scheme": "99LOCAL"},
        {"title": "113001", "sop_class": "1.2.840.10008.5.1.4.1.1.88.11"},
    ],
)
def test_any_other_object_rejects_nothing(given: dict[str, str]) -> None:
    assert note(**given) is None
