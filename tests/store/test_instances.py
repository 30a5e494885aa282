from __future__ import annotations

import errno
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from xdsi_sim.actors.ports import InstanceStore
from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import ConflictingInstance, NoMetaHeader, NotDicom
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.store.instances import SqliteInstanceStore

CT_HEAD = SAMPLES["ct-head"].header.study_instance_uid


@pytest.fixture(scope="module")
def ct_head(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_sample("ct-head", tmp_path_factory.mktemp("ct-head"))


@pytest.fixture
def loaded(store: SqliteInstanceStore, ct_head: tuple[Path, ...]) -> SqliteInstanceStore:
    assert store.add_all(reversed(ct_head)).broken == ()
    return store


def a_variant(path: Path, **attributes: object) -> BytesContent:
    """A file with some attributes changed."""
    dataset = part10.read(FileContent.of(path))
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return BytesContent(part10.write(dataset))


def names_in(store: SqliteInstanceStore) -> list[Path]:
    return [path for path in (store._files.parent).rglob("*.dcm") if path.is_file()]


# --- storing ---


def test_the_bytes_stay_as_they_came(store: SqliteInstanceStore, ct_head: tuple[Path, ...]) -> None:
    stored = store.add(FileContent.of(ct_head[0]))
    assert read_all(stored.content) == ct_head[0].read_bytes()
    assert stored.content.size == ct_head[0].stat().st_size


def test_the_index_says_what_the_header_says(store: SqliteInstanceStore, ct_head: tuple[Path, ...]) -> None:
    stored = store.add(FileContent.of(ct_head[7]))
    facts = (stored.studyInstanceUID, stored.seriesInstanceUID, stored.sopInstanceUID)
    assert facts == ("2.999.76.1", "2.999.76.1.2", "2.999.76.1.2.2")
    assert (stored.sopClassUID, stored.transferSyntaxUID) == (
        "1.2.840.10008.5.1.4.1.1.2",
        "1.2.840.10008.1.2.1",
    )
    assert (stored.series_number, stored.instance_number, stored.frames) == (2, 2, 1)


def test_the_same_bytes_again_change_nothing(store: SqliteInstanceStore, ct_head: tuple[Path, ...]) -> None:
    first = store.add(FileContent.of(ct_head[0]))
    assert store.add(BytesContent(ct_head[0].read_bytes())) == first
    assert len(store.instances(CT_HEAD)) == len(names_in(store)) == 1


def test_another_object_under_a_known_uid_is_refused_and_the_first_stays(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...]
) -> None:
    first = store.add(FileContent.of(ct_head[0]))
    with pytest.raises(ConflictingInstance, match=first.sopInstanceUID):
        store.add(a_variant(ct_head[0], PatientName="Somebody^Else"))
    assert store.find(first.sopInstanceUID) == first
    assert read_all(first.content) == ct_head[0].read_bytes()
    assert names_in(store) == [first.content.path]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", bytes(128) + b"DICM"])
def test_what_is_not_dicom_is_refused_and_leaves_nothing_behind(
    store: SqliteInstanceStore, tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(NotDicom):
        store.add(BytesContent(data))
    kept = [tmp_path / "store" / "instances", tmp_path / "store" / "incoming"]
    assert [path for folder in kept for path in folder.iterdir()] == []


def test_a_truncated_file_is_refused(store: SqliteInstanceStore, ct_head: tuple[Path, ...]) -> None:
    with pytest.raises(NotDicom, match="truncated"):
        store.add(BytesContent(ct_head[0].read_bytes()[:-100]))


@pytest.mark.parametrize("uid", ["../../etc/passwd", "1.2.x", "1." * 40 + "1", "1..2"])
def test_a_uid_that_is_none_is_refused(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...], uid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pydicom.config.settings, "writing_validation_mode", pydicom.config.IGNORE)
    dataset = part10.read(FileContent.of(ct_head[0]))
    dataset.StudyInstanceUID = uid
    with pytest.raises(NotDicom, match="StudyInstanceUID is no UID"):
        store.add(BytesContent(part10.write(dataset)))


def test_files_are_not_named_by_anything_inside_them(loaded: SqliteInstanceStore) -> None:
    names = " ".join(path.name for path in names_in(loaded))
    assert [
        image.sopInstanceUID for image in loaded.instances(CT_HEAD) if image.sopInstanceUID in names
    ] == []


def test_broken_files_are_listed_and_the_rest_is_loaded(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...], tmp_path: Path
) -> None:
    text, missing, conflict = (tmp_path / name for name in ("notes.txt", "missing.dcm", "conflict.dcm"))
    text.write_text("no DICOM")
    conflict.write_bytes(read_all(a_variant(ct_head[0], PatientName="Somebody^Else")))
    told: list[Path] = []
    paths = [text, ct_head[0], missing, conflict, ct_head[1]]
    loaded = store.add_all(paths, told.append)
    assert [(one.path, type(one.error)) for one in loaded.broken] == [
        (text, NoMetaHeader),
        (missing, FileNotFoundError),
        (conflict, ConflictingInstance),
    ]
    assert [image.instance_number for image in loaded.instances] == [1, 2]
    assert told == paths


def test_more_than_one_batch_is_loaded(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.dcm" for number in range(130)]
    for number, path in enumerate(paths):
        variant = a_variant(ct_head[0], SOPInstanceUID=f"2.999.3.{number}", InstanceNumber=number)
        path.write_bytes(read_all(variant))
    assert len(store.add_all(paths).instances) == 130
    assert [image.instance_number for image in store.instances(CT_HEAD)] == list(range(130))


# --- looking up ---


def test_instances_come_in_the_order_of_the_study(loaded: SqliteInstanceStore) -> None:
    found = [(image.series_number, image.instance_number) for image in loaded.instances(CT_HEAD)]
    assert found == [(1, n) for n in range(1, 7)] + [(2, n) for n in range(1, 5)] + [(900, 1)]


def test_the_order_does_not_depend_on_the_order_of_arrival(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...]
) -> None:
    store.add(a_variant(ct_head[0], SOPInstanceUID="2.999.3.9", InstanceNumber=None, SeriesNumber=None))
    for sop, number in (("2.999.3.2", 10), ("2.999.3.1", 10), ("2.999.3.3", 9)):
        store.add(a_variant(ct_head[0], SOPInstanceUID=sop, InstanceNumber=number))
    found = [image.sopInstanceUID for image in store.instances(CT_HEAD)]
    assert found == ["2.999.3.3", "2.999.3.1", "2.999.3.2", "2.999.3.9"]


@pytest.mark.parametrize(
    ("series", "sop", "count"),
    [
        (None, None, 11),
        ("2.999.76.1.2", None, 4),
        ("2.999.76.1.2", "2.999.76.1.2.1", 1),
        (None, "2.999.76.1.2.1", 1),
        ("2.999.76.1.1", "2.999.76.1.2.1", 0),
        ("2.999", None, 0),
    ],
)
def test_levels_must_fit_together(
    loaded: SqliteInstanceStore, series: str | None, sop: str | None, count: int
) -> None:
    assert len(loaded.instances(CT_HEAD, series, sop)) == count


def test_what_is_not_here_is_not_found(loaded: SqliteInstanceStore) -> None:
    assert (loaded.find("2.999.1"), loaded.instances("2.999.1"), loaded.study("2.999.1")) == (None, (), None)


def test_studies_are_listed_once(loaded: SqliteInstanceStore, tmp_path: Path) -> None:
    loaded.add_all(write_sample("cr-chest", tmp_path))
    assert loaded.studies() == ("2.999.76.1", "2.999.76.3")


def test_the_study_is_summarised_from_the_index(
    loaded: SqliteInstanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part10, "read_file", None)
    study = loaded.study(CT_HEAD)
    assert study is not None
    assert study.header == SAMPLES["ct-head"].header
    stored = [image.sopInstanceUID for image in loaded.instances(CT_HEAD)]
    assert [instance.sop_instance_uid for instance in study.instances] == stored


def test_it_is_what_actors_ask_for(loaded: SqliteInstanceStore) -> None:
    port: InstanceStore = loaded
    assert port.find("2.999.76.1.1.1") is not None


# --- metadata ---


def test_metadata_is_that_of_the_file_with_absolute_addresses(
    loaded: SqliteInstanceStore, ct_head: tuple[Path, ...]
) -> None:
    expected = to_json(part10.read(FileContent.of(ct_head[0])), root="http://h:8080/north/pacs/dicom-web/")
    uids = (CT_HEAD, "2.999.76.1.1", "2.999.76.1.1.1")
    (document,) = loaded.metadata(*uids, base="http://h:8080/north/pacs/dicom-web")
    assert json.loads(document) == expected


def test_metadata_come_in_the_order_of_the_instances(loaded: SqliteInstanceStore) -> None:
    told = [json.loads(item)["00080018"]["Value"][0] for item in loaded.metadata(CT_HEAD, base="http://h")]
    assert told == [image.sopInstanceUID for image in loaded.instances(CT_HEAD)]


def test_there_are_no_metadata_of_what_is_not_here(loaded: SqliteInstanceStore) -> None:
    assert loaded.metadata("2.999.1", base="http://h") == ()


# --- files, threads, crashes ---


def test_everything_is_there_after_a_restart(loaded: SqliteInstanceStore, tmp_path: Path) -> None:
    before = loaded.instances(CT_HEAD)
    loaded.close()
    again = SqliteInstanceStore(tmp_path / "store")
    assert again.instances(CT_HEAD) == before
    assert [image.content.path.stat().st_size for image in before] == [image.content.size for image in before]
    again.close()


def test_half_received_files_of_a_killed_process_are_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "half").write_bytes(b"half")
    SqliteInstanceStore(tmp_path).close()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_file_that_was_never_indexed_is_taken_over(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...]
) -> None:
    """A crash between the rename and the commit leaves the file without its row."""

    def forget(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM metadata")
        db.execute("DELETE FROM instance")

    store.add(FileContent.of(ct_head[0]))
    store._database.submit(forget).result()
    assert store.instances(CT_HEAD) == ()
    stored = store.add(FileContent.of(ct_head[0]))
    assert store.instances(CT_HEAD) == (stored,)
    assert len(names_in(store)) == 1


def test_readers_do_not_wait_for_the_writer(loaded: SqliteInstanceStore) -> None:
    seen: list[int] = []

    def clear_and_read(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM instance")
        seen.append(len(loaded.instances(CT_HEAD)))

    loaded._database.submit(clear_and_read).result()
    assert (seen, len(loaded.instances(CT_HEAD))) == ([11], 0)


def test_a_foreign_database_is_not_touched(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "instances.db")
    db.execute("CREATE TABLE theirs (x)")
    db.close()
    with pytest.raises(UsageError, match="not made as instance store"):
        SqliteInstanceStore(tmp_path)


def test_many_threads_store_and_read_at_once(store: SqliteInstanceStore, ct_head: tuple[Path, ...]) -> None:
    failures: list[BaseException] = []

    def work(paths: tuple[Path, ...]) -> None:
        try:
            for path in paths:
                stored = store.add(FileContent.of(path))
                assert store.find(stored.sopInstanceUID) == stored
                assert stored in store.instances(CT_HEAD)
        except BaseException as error:  # noqa: BLE001  # told by the assertion below, in the right thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(ct_head[at:] + ct_head[:at],)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.instances(CT_HEAD)) == len(ct_head)


def test_what_is_stored_while_it_is_removed_has_its_file_or_is_not_there(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...]
) -> None:
    content = FileContent.of(ct_head[0])
    removing = threading.Thread(target=lambda: [store.remove(CT_HEAD) for _ in range(40)])
    removing.start()
    kept = [outcome for _ in range(40) for outcome in store.keep([content])]
    removing.join()
    assert {type(outcome.error) for outcome in kept} <= {type(None), FileNotFoundError}
    assert [image for image in store.instances(CT_HEAD) if not image.content.path.exists()] == []
    assert len(names_in(store)) <= 1


def test_a_disk_that_is_full_is_told_of_what_did_not_fit(
    store: SqliteInstanceStore, ct_head: tuple[Path, ...]
) -> None:
    full = store._database.submit(lambda db: db.execute("PRAGMA max_page_count = 1").fetchone())
    full.result()
    (outcome,) = store.keep([FileContent.of(ct_head[0])])
    assert isinstance(outcome.error, OSError)
    assert outcome.error.errno == errno.ENOSPC
    assert store.instances(CT_HEAD) == ()


def test_opening_a_store_loads_no_dicom_library(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from xdsi_sim.store.instances import SqliteInstanceStore as S;"
        "S(pathlib.Path(sys.argv[1])).close(); sys.exit('pydicom' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "image_dfl.dcm",
        "waveform_ecg.dcm",
        "rtplan.dcm",
        "badVR.dcm",
    ],
)
def test_objects_of_other_kinds_are_taken(store: SqliteInstanceStore, name: str) -> None:
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    stored = store.add(FileContent.of(Path(path)))
    (document,) = store.metadata(stored.studyInstanceUID, base="http://h")
    assert json.loads(document)["00080018"]["Value"] == [stored.sopInstanceUID]


def test_a_folder_that_cannot_be_used_is_said_to_be_and_nothing_of_it_stays_open(tmp_path: Path) -> None:
    in_the_way = tmp_path / "incoming" / "x"
    in_the_way.mkdir(parents=True)
    for _ in range(2):  # the first leaves no lock to the second
        with pytest.raises(CannotRun, match=rf"^{tmp_path}: .*{in_the_way}"):
            SqliteInstanceStore(tmp_path)
    in_the_way.rmdir()
    SqliteInstanceStore(tmp_path).close()
