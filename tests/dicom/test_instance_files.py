from __future__ import annotations

import shutil
from pathlib import Path

from xdsi_sim.dicom.instance_files import read_files
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import summarise


def test_files_and_folders_give_the_study(
    sample_files: dict[str, tuple[Path, ...]], studies: dict[str, Study], tmp_path: Path
) -> None:
    first, *others = sample_files["ct-head"]
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    for path in others:
        shutil.copy(path, below)
    found = read_files([first, tmp_path])
    assert found.unread == ()
    assert summarise(found.headers) == studies["ct-head"]


def test_what_is_no_dicom_file_is_told(tmp_path: Path, sample_files: dict[str, tuple[Path, ...]]) -> None:
    shutil.copy(sample_files["cr-chest"][0], tmp_path)
    (tmp_path / "README").write_text("no image")
    (tmp_path / "DICOMDIR").write_bytes(b"left in silence")
    found = read_files([tmp_path])
    assert len(found.headers) == 1
    assert [one.path.name for one in found.unread] == ["README"]
    assert "DICM" in str(found.unread[0].error)


def test_a_file_that_is_there_twice_counts_once(sample_files: dict[str, tuple[Path, ...]]) -> None:
    first = sample_files["cr-chest"][0]
    assert len(read_files([first, first]).headers) == 1


def test_studies_are_kept_apart(sample_files: dict[str, tuple[Path, ...]]) -> None:
    found = read_files([*sample_files["cr-chest"], *sample_files["us-heart"]])
    assert set(found.studies) == {"2.999.76.3", "2.999.76.5"}
    assert len(found.of_study("2.999.76.3")) == 2
