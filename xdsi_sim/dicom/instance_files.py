"""Studies out of DICOM files and folders, without a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.attributes import DicomJson, text
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.summary import header_of

__all__ = ["FoundFiles", "Unread", "read_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that is no DICOM file, and why."""

    path: Path
    error: DicomError


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFiles:
    """What files and folders held."""

    headers: tuple[DicomJson, ...]
    unread: tuple[Unread, ...]

    def of_study(self, uid: str) -> tuple[DicomJson, ...]:
        """The instances of one study."""
        return tuple(header for header in self.headers if text(header, "StudyInstanceUID") == uid)

    @property
    def studies(self) -> tuple[str, ...]:
        """Study Instance UIDs, each once."""
        return tuple(dict.fromkeys(text(header, "StudyInstanceUID") or "" for header in self.headers))


def read_files(paths: Iterable[Path]) -> FoundFiles:
    """The headers of all files, also those in folders; of a file that is there twice only the first."""
    headers: dict[str, DicomJson] = {}
    unread: list[Unread] = []
    for path in _files(paths):
        try:
            header = header_of(to_json(part10.read_header(FileContent.of(path))))
        except DicomError as error:
            unread.append(Unread(path=path, error=error))
        else:
            headers.setdefault(text(header, "SOPInstanceUID") or "", header)
    return FoundFiles(headers=tuple(headers.values()), unread=tuple(unread))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(filter(_is_instance, path.rglob("*"))) if path.is_dir() else (path,)


def _is_instance(path: Path) -> bool:
    """The directory of a medium stands among its instances (PS3.10: 8.6)."""
    return path.is_file() and path.name != "DICOMDIR"
