from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from samples import a_full, a_full_list

from xdsi_sim.ebrim.model import Code, InternationalString, LocalizedString, changed
from xdsi_sim.ebrim.tables import KINDS, Kind


@pytest.mark.parametrize(
    ("strings", "text"),
    [
        ((), ""),
        ((LocalizedString("Befund", "de"),), "Befund"),
        ((LocalizedString("Befund", "de"), LocalizedString("Report", "en")), "Befund"),
    ],
)
def test_a_text_shows_its_first_language(strings: tuple[LocalizedString, ...], text: str) -> None:
    assert str(InternationalString(strings)) == text


def test_a_code_has_its_display_name_in_one_language() -> None:
    code = Code.of("121181", "1.2.840.10008.2.16.4", "DICOM Object Catalog")
    assert code.displayName == InternationalString((LocalizedString("DICOM Object Catalog"),))


def test_objects_come_submission_sets_first() -> None:
    names = [type(value).__name__ for value in a_full_list().objects()]
    assert names == ["SubmissionSet", "DocumentEntry", "Folder", "Association"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_values_cannot_change_and_are_equal_by_content(kind: Kind) -> None:
    value = a_full(kind)
    assert value == a_full(kind)
    assert len({value, a_full(kind)}) == 1
    with pytest.raises(FrozenInstanceError):
        value.entryUUID = "another"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_changed_object_is_what_replacing_its_fields_gives(kind: Kind) -> None:
    value = a_full(kind)
    assert changed(value) == value
    assert changed(value, version="7", extra=()) == replace(value, version="7", extra=())
    with pytest.raises(TypeError):
        changed(value, colour="red")
