from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from pydicom.data import get_testdata_file

from xdsi_sim.content import read_all
from xdsi_sim.dicom.errors import NotDicom
from xdsi_sim.dicom.media import arrivals


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as people have them."""
    root = tmp_path / "folder"
    for name in ("b/2.dcm", "a.dcm", "b/.hidden", "__MACOSX/b", "DICOMDIR", "b/Dicomdir", "readme.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def found(*paths: Path, below: Path) -> list[tuple[str, bytes, bool]]:
    return [
        (one.path.relative_to(below).as_posix(), read_all(one.content), one.named) for one in arrivals(paths)
    ]


def test_a_folder_holds_what_was_put_there_on_purpose(folder: Path) -> None:
    assert found(folder, below=folder) == [
        ("a.dcm", b"a.dcm", False),
        ("b/2.dcm", b"b/2.dcm", False),
        ("readme.txt", b"readme.txt", False),
    ]


def test_a_file_that_is_named_has_to_be_dicom(folder: Path) -> None:
    assert found(folder / "readme.txt", below=folder) == [("readme.txt", b"readme.txt", True)]


@pytest.mark.parametrize("inside", [False, True])
def test_an_archive_is_a_folder_that_is_read_where_it_is(folder: Path, tmp_path: Path, inside: bool) -> None:
    with ZipFile(tmp_path / "disc.ZIP", "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*"), reverse=True):
            archive.write(path, path.relative_to(folder))
    place = tmp_path / "in"
    place.mkdir()
    shutil.move(tmp_path / "disc.ZIP", place)
    (one, *_) = list(arrivals([place if inside else place / "disc.ZIP"]))
    assert found(place if inside else place / "disc.ZIP", below=place) == [
        ("disc.ZIP/a.dcm", b"a.dcm", False),
        ("disc.ZIP/b/2.dcm", b"b/2.dcm", False),
        ("disc.ZIP/readme.txt", b"readme.txt", False),
    ]
    assert one.content.size == len(b"a.dcm")


def a_broken_archive(path: Path, change: slice, new: bytes) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr("a.dcm", b"0123456789")
    data = bytearray(path.read_bytes())
    data[change] = new
    path.write_bytes(data)


def test_a_broken_member_is_an_unreadable_file(tmp_path: Path) -> None:
    a_broken_archive(tmp_path / "disc.zip", slice(40, 42), b"??")
    (one,) = arrivals([tmp_path / "disc.zip"])
    with pytest.raises(OSError, match="cannot be read from the archive"):
        read_all(one.content)


def test_a_broken_archive_is_one_unreadable_file(tmp_path: Path) -> None:
    a_broken_archive(tmp_path / "disc.zip", slice(45, 47), b"??")  # the list of its members
    (one,) = arrivals([tmp_path / "disc.zip"])
    assert one.named
    with pytest.raises(OSError, match="cannot be read from the archive"):
        read_all(one.content)


def test_what_only_pretends_to_be_an_archive_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "image.zip").write_bytes(b"no archive")
    assert found(tmp_path / "image.zip", below=tmp_path) == [("image.zip", b"no archive", True)]


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """A medium with its DICOMDIR, as pydicom brings it along."""
    disc = tmp_path / "disc"
    shutil.copytree(Path(str(get_testdata_file("dicomdirtests/DICOMDIR"))).parent, disc)
    return disc


def test_a_dicomdir_leads_to_the_files_that_it_names(disc: Path) -> None:
    shutil.rmtree(disc / "98892003")
    files = list(arrivals([disc / "DICOMDIR"]))
    there = [file for file in files if file.path.is_file()]
    assert (len(files), len(there)) == (31, 14)
    assert {read_all(file.content)[128:132] for file in there} == {b"DICM"}
    assert all(file.named for file in files)
    with pytest.raises(FileNotFoundError):
        next(file for file in files if file not in there).content.open()


def test_a_dicomdir_leads_nowhere_else(disc: Path) -> None:
    directory = (disc / "DICOMDIR").read_bytes()
    (disc / "DICOMDIR").write_bytes(directory.replace(b"77654033\\CR1", b"..      \\CR1"))
    files = list(arrivals([disc / "DICOMDIR"]))
    outside = [file for file in files if ".." in file.path.parts]
    assert outside
    with pytest.raises(NotDicom, match="outside its folder"):
        outside[0].content.open()


def test_what_is_no_dicomdir_is_told(tmp_path: Path) -> None:
    (tmp_path / "DICOMDIR").write_bytes(b"no directory")
    (one,) = arrivals([tmp_path / "DICOMDIR"])
    with pytest.raises(NotDicom, match="DICOMDIR is no DICOMDIR"):
        one.content.open()
