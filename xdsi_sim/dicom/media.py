"""Files that may be DICOM, wherever a person points: files, folders, zip archives, a DICOMDIR (PS3.10: 8).

Nothing is unpacked: a member of an archive is a content that is read when it is wanted. What turns out to
be no DICOM is for whoever stores it.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from xdsi_sim.content import Content, FileContent
from xdsi_sim.dicom.errors import DicomError, NotDicom

__all__ = ["DICOMDIR", "Arrival", "arrivals"]

DICOMDIR: Final = "DICOMDIR"
"""Name of the directory of a medium; an index of its files and no instance itself."""
_NOT_MEANT: Final = (".", "__MACOSX")
"""How names begin that systems leave behind in folders and archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file that may be DICOM."""

    path: Path
    """For people; of a member of an archive the way through it."""
    content: Content
    named: bool = False
    """Whether it was pointed at by itself, or by a DICOMDIR, so that it has to be DICOM."""


def arrivals(paths: Iterable[Path]) -> Iterator[Arrival]:
    """What there is at each path, in the order of names.

    Nothing is raised here: what cannot be read is found when its content is.
    """
    for path in paths:
        if path.is_dir():
            for file in sorted(item for item in path.rglob("*") if item.is_file()):
                if _is_meant(file.relative_to(path).parts):
                    yield from _at(file, named=False)
        else:
            yield from _of_dicomdir(path) if path.name.upper() == DICOMDIR else _at(path, named=True)


def _is_meant(parts: tuple[str, ...]) -> bool:
    return not any(part.startswith(_NOT_MEANT) for part in parts) and parts[-1].upper() != DICOMDIR


def _at(file: Path, *, named: bool) -> Iterator[Arrival]:
    """The file itself, or the members of the archive that it is."""
    if file.suffix.lower() == ".zip" and zipfile.is_zipfile(file):
        yield from _in_archive(file)
    else:
        yield Arrival(path=file, content=_content_of(file), named=named)


def _content_of(file: Path) -> Content:
    return FileContent.of(file) if file.is_file() else FileContent(file, 0)  # opening it tells what is wrong


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A content that cannot be had."""

    error: Exception
    size: int = 0

    def open(self) -> BinaryIO:
        """Raises what is wrong."""
        raise self.error


# --- zip archives -----------------------------------------------------------------------------


def _in_archive(file: Path) -> Iterator[Arrival]:
    try:
        with _as_os_error(file):
            archive = zipfile.ZipFile(file)  # closed with the last of its members
    except OSError as error:
        yield Arrival(path=file, content=_Unreadable(error), named=True)
        return
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        member = PurePosixPath(info.filename)
        if not info.is_dir() and member.parts and _is_meant(member.parts):
            yield Arrival(path=file / str(member).lstrip("/"), content=_Member(archive, info))


@contextmanager
def _as_os_error(file: Path | str) -> Iterator[None]:
    """What is wrong with an archive is wrong with a file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise OSError(None, f"cannot be read from the archive: {error}", os.fspath(file)) from error


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an archive as a content."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        """Number of octets, unpacked."""
        return self.info.file_size

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet."""
        with _as_os_error(self.info.filename):
            return io.BufferedReader(_MemberReader(self.info.filename, self.archive.open(self.info)))


class _MemberReader(io.RawIOBase):
    def __init__(self, name: str, source: Any) -> None:
        self._name = name
        self._source = source

    def readable(self) -> bool:
        """Always, as `io.RawIOBase` asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what is unpacked next; raises OSError for a broken archive."""
        with _as_os_error(self._name):
            return int(self._source.readinto(buffer))

    def close(self) -> None:
        """Give up the member, too."""
        self._source.close()
        super().close()


# --- DICOMDIR ---------------------------------------------------------------------------------


def _of_dicomdir(file: Path) -> Iterator[Arrival]:
    """The files that a DICOMDIR names, beside and below it; a name that leads elsewhere is not followed."""
    from xdsi_sim.dicom.part10 import read_directory  # noqa: PLC0415  brings pydicom

    try:
        named = read_directory(file)
    except (DicomError, OSError) as error:
        yield Arrival(path=file, content=_Unreadable(error), named=True)
        return
    for names in named:
        outside = any(name in ("", ".", "..") or "/" in name for name in names)
        path = file.parent.joinpath(*names)
        content = _Unreadable(NotDicom("the DICOMDIR names a file outside its folder"))
        yield Arrival(path=path, content=content if outside else _content_of(path), named=True)
