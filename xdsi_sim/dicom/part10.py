"""DICOM files as PS3.10 has them: reading with clear refusals, writing without surprises.

Importing pydicom costs a quarter of a second, so only modules that parse or write files import this one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pydicom
from pydicom import config
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filereader import read_partial
from pydicom.tag import Tag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from xdsi_sim.content import Content, FileContent, read_all
from xdsi_sim.dicom.errors import NoMetaHeader, NotDicom

__all__ = [
    "IMPLEMENTATION_CLASS_UID",
    "IMPLEMENTATION_VERSION_NAME",
    "Identity",
    "read",
    "read_directory",
    "read_file",
    "read_header",
    "read_header_from",
    "read_identity",
    "read_leniently",
    "read_whole",
    "write",
    "write_to",
]

IMPLEMENTATION_CLASS_UID: Final = UID("2.999.1.1")
IMPLEMENTATION_VERSION_NAME: Final = "XDSI_SIM"

# What archives hold breaks value rules; it must still be representable, so nothing is judged on reading.
config.settings.reading_validation_mode = config.IGNORE

_MAGIC: Final = slice(128, 132)
_UNDEFINED_LENGTH: Final = 0xFFFFFFFF
_REQUIRED: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


def read(content: Content) -> FileDataset:
    """The data set of a content that fits in memory; raises NotDicom."""
    with content.open() as source:
        return _read(io.BytesIO(source.read()))


def read_header(content: Content) -> FileDataset:
    """The data set up to its pixels, whatever its size; raises NotDicom."""
    with content.open() as opened:
        # the parser reads a few octets at a time, each a system call where nothing buffers them
        source = io.BufferedReader(opened) if isinstance(opened, io.RawIOBase) else opened
        return read_header_from(source)


def read_header_from(source: BinaryIO) -> FileDataset:
    """The same from an open file, which then stands before the pixels, if there are any; raises NotDicom."""
    return _read(source, stop_before_pixels=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which instance a file says that it is."""

    sop_class: str
    sop_instance: str
    study: str


def read_identity(head: bytes) -> Identity | None:
    """From the first octets of a file; None where they do not reach so far, or are deflated.

    Raises NotDicom for other bytes.
    """
    if DeflatedExplicitVRLittleEndian.encode() in head[:_META]:
        return None  # a part of it that is inflated tells nothing to rely on
    try:
        dataset = read_partial(io.BytesIO(head), stop_when=_is_past_identity, specific_tags=list(_IDENTITY))
    except EOFError:
        return None
    except Exception as error:  # the parser answers broken bytes with whatever went wrong inside it
        raise NotDicom(f"cannot be parsed as DICOM: {error}") from error
    uids = [str(dataset[tag].value or "") if tag in dataset else "" for tag in _IDENTITY]
    return Identity(sop_class=uids[0], sop_instance=uids[1], study=uids[2]) if all(uids) else None


_IDENTITY: Final = tuple(map(Tag, ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID")))
_META: Final = 1024
"""Octets that surely hold the meta header's TransferSyntaxUID."""


def _is_past_identity(tag: int, _vr: str | None, _length: int) -> bool:
    return tag > int(_IDENTITY[-1])


def read_file(path: Path, *, defer: int) -> FileDataset:
    """The data set of a file, values above `defer` octets left in it until asked for; raises NotDicom."""
    with path.open("rb") as source:
        dataset = _read(source, defer_size=defer)
        if dataset.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
            source.seek(0)  # offsets count in the inflated data set: nothing can be fetched later
            return _read(source)
    _refuse_truncated(dataset, path.stat().st_size)
    return dataset


def read_whole(content: Content, *, defer: int) -> FileDataset:
    """The same of any content: what is in a file may stay there; raises NotDicom, also where it is cut."""
    if isinstance(content, FileContent):
        return read_file(content.path, defer=defer)
    dataset = read(content)
    if dataset.file_meta.TransferSyntaxUID != DeflatedExplicitVRLittleEndian:
        _refuse_truncated(dataset, content.size)
    return dataset


def read_directory(path: Path) -> tuple[tuple[str, ...], ...]:
    """The File IDs that a DICOMDIR names, in its order, each by its components (PS3.10: 8.2).

    Raises NotDicom where the file is none.
    """
    try:
        records = pydicom.dcmread(path).DirectoryRecordSequence
        ids = [record.get("ReferencedFileID") for record in records]
    except (pydicom.errors.InvalidDicomError, AttributeError, ValueError, EOFError) as error:
        raise NotDicom(f"{path.name} is no DICOMDIR: {error}") from error
    components = ([id] if isinstance(id, str) else id for id in ids if id)
    return tuple(tuple(component.strip() for component in id) for id in components)


def read_leniently(content: Content) -> tuple[FileDataset | None, tuple[str, ...]]:
    """As much of a data set as can be read of any octets, and all that is wrong with them as a file."""
    data = read_all(content)
    problems = [] if data[_MAGIC] == b"DICM" else [_NO_MAGIC]
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        is_object = bool(dataset) and (not problems or "SOPClassUID" in dataset)
    except Exception as error:  # noqa: BLE001  as in _read
        return None, (*problems, f"cannot be parsed as DICOM: {error}")
    if not is_object:
        return None, (*problems, "there is no data set")
    if not dataset.file_meta.get("TransferSyntaxUID"):
        problems.append(_NO_SYNTAX)
    try:
        _refuse_truncated(dataset, len(data))
    except NotDicom as error:
        problems.append(str(error))
    return dataset, tuple(problems)


_NO_MAGIC: Final = (
    "no 'DICM' at octet 128: this is no DICOM file, or one without the meta header that it must have"
)
_NO_SYNTAX: Final = "the meta header names no TransferSyntaxUID (0002,0010)"


def _read(source: BinaryIO, **options: Any) -> FileDataset:
    if source.read(_MAGIC.stop)[_MAGIC] != b"DICM":
        raise NoMetaHeader(_NO_MAGIC)
    source.seek(0)
    try:
        dataset = pydicom.dcmread(source, **options)
        syntax = dataset.file_meta.get("TransferSyntaxUID")
        missing = [keyword for keyword in _REQUIRED if not dataset.get(keyword)]
    except Exception as error:  # the parser answers broken bytes with whatever went wrong inside it
        raise NotDicom(f"cannot be parsed as DICOM: {error}") from error
    if not syntax:
        raise NotDicom(_NO_SYNTAX)
    if not dataset:
        raise NotDicom("truncated: no whole data set follows the meta header")
    if missing:
        raise NotDicom(f"no value in {', '.join(missing)}")
    return dataset


def _refuse_truncated(dataset: Dataset, size: int) -> None:
    """Deferred values are skipped unread, so the parser would not notice that the last is not all there.

    Any other is whole, for something follows it.
    """
    for tag in list(dataset.keys())[-1:]:  # in the order of the file; iterating over a data set parses it
        raw = dataset.get_item(tag, keep_deferred=True)
        if not isinstance(raw, RawDataElement) or raw.length == _UNDEFINED_LENGTH:
            continue
        end = raw.value_tell + raw.length
        if end > size:
            raise NotDicom(f"truncated: {tag} ends at octet {end}, the file at {size}")


def write(dataset: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    """A Part 10 file; the meta header follows from the data set, pixel data are in that syntax already."""
    target = io.BytesIO()
    write_to(target, dataset, transfer_syntax)
    return target.getvalue()


def write_to(target: BinaryIO, dataset: Dataset, transfer_syntax: str) -> None:
    """The same into a file that is open."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    origin = getattr(dataset, "filename", None) or ""  # of values that were left there
    file = FileDataset(origin, dataset, file_meta=meta, preamble=bytes(128))
    pydicom.dcmwrite(target, file, enforce_file_format=True)
