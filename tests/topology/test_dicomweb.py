from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.topology.dicomweb import DicomWebFace


def test_a_face_without_settings_is_open_and_deletes_nothing() -> None:
    face = DicomWebFace()
    assert (face.publicUrl, face.origins, face.delete, face.mostResults) == (None, ("*",), False, 10_000)


def test_a_public_address_has_no_slash_at_its_end() -> None:
    assert (
        DicomWebFace(publicUrl="https://pacs.example/dicom-web/").publicUrl
        == "https://pacs.example/dicom-web"
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"publicUrl": "pacs.example"}, "is not an address"),
        ({"publicUrl": "https://pacs.example/?x"}, "is not an address"),
        ({"origins": ["viewer.example"]}, "is not an origin"),
        ({"origins": ["https://viewer.example/path"]}, "is not an origin"),
        ({"mostResults": 0}, "greater than or equal to 1"),
        ({"orgins": ["*"]}, "unknown key 'orgins'"),
    ],
)
def test_what_is_wrong_is_told(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        DicomWebFace.model_validate(settings)
