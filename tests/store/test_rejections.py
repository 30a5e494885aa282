from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rejections import a_note

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import ConflictingInstance
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.dicom.search import Search
from xdsi_sim.store.instances import SqliteInstanceStore

STUDY = SAMPLES["cr-chest"].header.study_instance_uid


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    return write_sample("cr-chest", tmp_path / "cr")


def seen(store: SqliteInstanceStore) -> tuple[list[str], list[str]]:
    """What lists and summary of the study hold."""
    study = store.study(STUDY)
    told = [] if study is None else [instance.sop_instance_uid for instance in study.instances]
    return [image.sopInstanceUID for image in store.instances(STUDY)], told


def test_what_a_note_names_vanishes_and_the_note_with_it(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    kept, *others = store.add_all(files).instances
    gone = [image.sopInstanceUID for image in others]
    note = store.add(a_note(STUDY, *gone))
    assert seen(store) == ([kept.sopInstanceUID], [kept.sopInstanceUID])
    assert [store.find(uid) for uid in (*gone, note.sopInstanceUID)] == [None] * (len(gone) + 1)
    assert store.rejection(kept.sopInstanceUID) is None
    assert store.rejection(gone[0]) == (
        "Rejected for Patient Safety Reasons (113037, DCM), note '2.999.3.100'"
    )
    assert store.metadata(STUDY, others[0].seriesInstanceUID, gone[0], base="http://h") == ()


def told(store: SqliteInstanceStore, level: Level) -> list[dict[str, Any]]:
    """What a search without conditions finds."""
    found = store.search(Search(level=level, everything=True), base="http://h", most=99)
    return [json.loads(item) for item in found.items]


def test_no_search_tells_of_it_and_no_count_counts_it(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    kept, *others = store.add_all(files).instances
    store.add(a_note(STUDY, *(image.sopInstanceUID for image in others)))
    assert [image["00080018"]["Value"] for image in told(store, Level.INSTANCE)] == [[kept.sopInstanceUID]]
    assert [series["00201209"]["Value"] for series in told(store, Level.SERIES)] == [[1]]
    (study,) = told(store, Level.STUDY)
    assert [study[tag]["Value"] for tag in ("00201206", "00201208")] == [[1], [1]]
    assert study["00080061"]["Value"] == ["CR"]


def test_a_study_of_which_all_is_rejected_is_in_no_search(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    dataset = part10.read(FileContent.of(files[0]))
    dataset.SeriesInstanceUID, dataset.Modality = "2.999.3.7", "OT"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.999.3.7.1"
    images = store.add_all(files).instances
    store.add(BytesContent(part10.write(dataset)))
    assert told(store, Level.STUDY)[0]["00080061"]["Value"] == ["CR", "OT"]
    store.add(a_note(STUDY, "2.999.3.7.1"))
    assert told(store, Level.STUDY)[0]["00080061"]["Value"] == ["CR"]
    store.add(a_note(STUDY, *(image.sopInstanceUID for image in images), uid="2.999.3.101"))
    assert [told(store, level) for level in Level] == [[], [], []]


def test_what_is_sent_after_it_was_rejected_is_kept_and_stays_hidden(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    first = str(part10.read(FileContent.of(files[0])).SOPInstanceUID)
    outcomes = store.keep([a_note(STUDY, first), FileContent.of(files[0])])
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert [told(store, level) for level in Level] == [[], [], []]


def test_what_comes_after_it_was_rejected_stays_hidden(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    first = part10.read(FileContent.of(files[0])).SOPInstanceUID
    store.add(a_note(STUDY, first))
    assert store.studies() == ()
    assert store.add_all(files).broken == ()
    assert first not in seen(store)[0]
    assert len(seen(store)[0]) == len(files) - 1
    dataset = part10.read(FileContent.of(files[0]))
    dataset.PatientName = "Somebody^Else"
    with pytest.raises(ConflictingInstance):
        store.add(BytesContent(part10.write(dataset)))


def test_the_same_again_changes_nothing_and_another_object_is_refused(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    first = store.add(FileContent.of(files[0]))
    note = a_note(STUDY, first.sopInstanceUID)
    store.add(note)
    for content in (note, FileContent.of(files[0])):
        store.add(content)
    dataset = part10.read(FileContent.of(files[0]))
    dataset.PatientName = "Somebody^Else"
    with pytest.raises(ConflictingInstance):
        store.add(BytesContent(part10.write(dataset)))
    with pytest.raises(ConflictingInstance):
        store.add(a_note(STUDY, title="113001"))
    assert seen(store) == ([], [])


def test_an_instance_of_another_study_is_not_hidden(
    store: SqliteInstanceStore, files: tuple[Path, ...]
) -> None:
    first = store.add(FileContent.of(files[0]))
    store.add(a_note("2.999.8.8", first.sopInstanceUID))
    assert store.find(first.sopInstanceUID) == first


def test_it_is_rejected_after_a_restart(tmp_path: Path, files: tuple[Path, ...]) -> None:
    store = SqliteInstanceStore(tmp_path / "again")
    first, *_ = store.add_all(files).instances
    store.add(a_note(STUDY, first.sopInstanceUID))
    store.close()
    again = SqliteInstanceStore(tmp_path / "again")
    assert again.find(first.sopInstanceUID) is None
    again.close()
