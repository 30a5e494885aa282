from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from a_search_oracle import some_objects
from pydicom.dataset import Dataset

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.dicom.search import Search
from xdsi_sim.store.instances import SqliteInstanceStore

TABLES = ("study", "series", "image", "term")


def an_object(**attributes: Any) -> BytesContent:
    dataset: Dataset = some_objects()[0]
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return BytesContent(part10.write(dataset))


def studies(store: SqliteInstanceStore) -> list[dict[str, Any]]:
    found = store.search(Search(level=Level.STUDY, everything=True), base="http://h", most=99)
    return [json.loads(item) for item in found.items]


def rows(store: SqliteInstanceStore) -> list[int]:
    reader = store._database.reader()
    return [reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]  # noqa: S608


def test_a_study_under_two_patients_is_one_study_and_the_first_patient_stays(
    store: SqliteInstanceStore,
) -> None:
    first, second, third = store.keep(
        [
            an_object(PatientID="A"),
            an_object(PatientID="B", SOPInstanceUID="2.999.9.1.1.2"),
            an_object(PatientID="A", SOPInstanceUID="2.999.9.1.1.3"),
        ]
    )
    assert [each.otherPatient for each in (first, second, third)] == [False, True, False]
    assert [study["00100020"]["Value"] for study in studies(store)] == [["A"]]


def test_what_the_first_instance_does_not_say_is_taken_from_the_next(store: SqliteInstanceStore) -> None:
    store.keep(
        [
            an_object(StudyDate="", StudyDescription=""),
            an_object(SOPInstanceUID="2.999.9.1.1.2", StudyDate="20240505", StudyDescription="Late"),
            an_object(SOPInstanceUID="2.999.9.1.1.3", StudyDate="20240606", StudyDescription="Later"),
        ]
    )
    (study,) = studies(store)
    assert (study["00080020"]["Value"], study["00081030"]["Value"]) == (["20240505"], ["Late"])
    reader = store._database.reader()
    assert reader.execute("SELECT value FROM term WHERE path = '00081030'").fetchall() == [("Late",)]


def test_what_is_removed_leaves_nothing_of_it_in_the_index(
    store: SqliteInstanceStore, tmp_path: Path
) -> None:
    store.add_all(write_sample("ct-head", tmp_path))
    before = rows(store)
    store.keep([an_object(), an_object(SOPInstanceUID="2.999.9.1.1.2")])
    assert store.remove("2.999.9.1", "2.999.9.1.1", "2.999.9.1.1.2") == 1
    assert [study["00201208"]["Value"] for study in studies(store)] == [[11], [1]] or len(studies(store)) == 2
    assert store.remove("2.999.9.1") == 1
    assert store.remove("2.999.9.1") == 0
    assert rows(store) == before
    assert len(list(store._files.rglob("*.dcm"))) == 11


def test_the_last_series_of_a_modality_takes_it_out_of_the_study(
    store: SqliteInstanceStore, tmp_path: Path
) -> None:
    store.add_all(write_sample("ct-head", tmp_path))
    store.remove("2.999.76.1", "2.999.76.1.900")
    store.remove("2.999.76.1", "2.999.76.1.1")
    (study,) = studies(store)
    assert study["00080061"]["Value"] == ["CT"]
    assert [study[tag]["Value"] for tag in ("00201206", "00201208")] == [[1], [4]]


def test_the_same_instance_again_is_counted_once(store: SqliteInstanceStore) -> None:
    store.keep([an_object(), an_object()])
    store.keep([an_object()])
    assert [study["00201208"]["Value"] for study in studies(store)] == [[1]]


def test_a_store_of_an_older_version_is_indexed_when_it_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = SqliteInstanceStore(folder)
    store.add_all(write_sample("ct-head", tmp_path))
    expected, counts = studies(store), rows(store)
    store.close()
    with sqlite3.connect(folder / "instances.db") as db:
        db.execute("DROP TRIGGER instance_goes")
        for table in TABLES:
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version=4")
    db.close()
    again = SqliteInstanceStore(folder)
    assert (studies(again), rows(again)) == (expected, counts)
    again.close()
