from __future__ import annotations

from xdsi_sim.dicom.titles import MANIFEST_TITLES, NOTE_TITLES, PROFILE_TITLES, TITLE_MODIFIERS


def test_no_title_is_both_of_a_manifest_and_of_a_note() -> None:
    assert not set(MANIFEST_TITLES) & set(NOTE_TITLES)


def test_what_is_written_is_taken_for_a_manifest() -> None:
    assert {title.value for title in PROFILE_TITLES.values()} < set(MANIFEST_TITLES)


def test_only_notes_need_a_modifier() -> None:
    assert set(TITLE_MODIFIERS) < set(NOTE_TITLES)
