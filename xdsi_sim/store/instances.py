"""SOP instances: an SQLite index and one DICOM file per instance.

A file is named by the hash of its bytes, never by anything inside it: storing it again after a crash
overwrites it with itself. Bytes come first (temporary file, rename, fsync), the index second, so every
indexed instance has its file; the disk takes one file while the next is read. The DICOM JSON of an instance
is made once, when it is stored, and kept in the index with it.
"""

from __future__ import annotations

import errno
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from sqlite3 import SQLITE_FULL, Connection, OperationalError
from typing import Final, TypeVar

from xdsi_sim.actors.ports import Kept, Publication, StoredImage
from xdsi_sim.content import Content, FileContent
from xdsi_sim.dicom.attributes import DicomJson, integer, is_uid, text
from xdsi_sim.dicom.errors import ConflictingInstance, DicomError, NoMetaHeader, NotDicom, OtherStudy
from xdsi_sim.dicom.json_document import to_bytes, with_bulk_root
from xdsi_sim.dicom.media import Arrival
from xdsi_sim.dicom.rejection import RejectionNote, rejection_in
from xdsi_sim.dicom.search import Found, Search
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import frames_of, header_of, summarise
from xdsi_sim.store import publications
from xdsi_sim.store.files import Disk, take
from xdsi_sim.store.instance_index import Levels, enter, levels_of
from xdsi_sim.store.instance_schema import SCHEMA
from xdsi_sim.store.instance_search import run
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.rejections import hash_of_rejected, keep_hidden, reason_for, reject, rejected_in
from xdsi_sim.store.sqlite import Database

T = TypeVar("T")

__all__ = ["Broken", "Loaded", "SqliteInstanceStore", "StoredInstance", "batches", "is_stray"]


_FIELDS: Final = {  # column: attribute of StoredInstance
    "sop_instance_uid": "sopInstanceUID",
    "study_instance_uid": "studyInstanceUID",
    "series_instance_uid": "seriesInstanceUID",
    "series_number": "series_number",
    "instance_number": "instance_number",
    "sop_class_uid": "sopClassUID",
    "transfer_syntax_uid": "transferSyntaxUID",
    "frames": "frames",
}
_COLUMNS: Final = (*_FIELDS, "sha256", "size")
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM instance"  # noqa: S608  # names of this module only
_INSERT: Final = f"INSERT INTO instance ({', '.join(_COLUMNS)}, header) VALUES ({'?, ' * len(_COLUMNS)}?)"  # noqa: S608
_HASH: Final = "SELECT sha256 FROM instance WHERE sop_instance_uid = ?"
_HEADERS: Final = "SELECT header FROM instance WHERE study_instance_uid = ?"
_DOCUMENTS: Final = "SELECT document FROM instance JOIN metadata USING (sop_instance_uid)"
_STORED: Final = "SELECT sop_instance_uid, sha256 FROM instance"
_IS_STORED: Final = f"{_STORED} WHERE sop_instance_uid = ? AND sha256 = ?"
_REMOVE: Final = "DELETE FROM instance"
_STUDIES: Final = "SELECT DISTINCT study_instance_uid FROM instance ORDER BY 1"
_IN_ORDER: Final = (
    "ORDER BY series_number IS NULL, series_number, series_instance_uid,"
    " instance_number IS NULL, instance_number, sop_instance_uid"
)
_DEFER: Final = 64 * 1024
"""Values above this many octets are not read when an instance is indexed."""
_BATCH: Final = 64
"""Instances that are synced and entered together when many are loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """One instance in the store and its bytes, exactly as they came."""

    sopInstanceUID: str
    studyInstanceUID: str
    seriesInstanceUID: str
    series_number: int | None
    instance_number: int | None
    sopClassUID: str
    transferSyntaxUID: str
    frames: int | None
    """1 for a single image; None for what has no pixels."""
    content: FileContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A file that could not be taken, and why."""

    path: Path
    error: DicomError | OSError
    stray: bool = False
    """Whether it is something else than DICOM that was merely found in a folder or an archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of the files that were to be loaded."""

    instances: tuple[StoredImage, ...]
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """An instance that is on disk and about to be indexed."""

    instance: StoredInstance
    sha256: str
    header: str
    document: bytes
    levels: Levels
    note: RejectionNote | None
    """What the instance rejects, if it is a note that does."""
    synced: Future[None]
    """Done when its bytes are on disk."""


class SqliteInstanceStore:
    """Instances in `folder`; safe to use from any number of threads."""

    at_hand = True

    def __init__(self, folder: Path, share: Share = Share.ALONE) -> None:
        """Open or create the store; raises UsageError where the folder cannot be used."""
        self._files = folder / "instances"
        self._incoming = folder / "incoming"
        self._disk = Disk()
        with opening(folder) as opened:
            for path in (self._files, self._incoming):
                path.mkdir(parents=True, exist_ok=True)
            self._database = opened.enter_context(Database(folder / "instances.db", SCHEMA, share=share))
            for leftover in () if share is Share.JOINING else self._incoming.iterdir():
                leftover.unlink()  # of a process that was killed

    def close(self) -> None:
        """Finish what was begun."""
        self._database.close()
        self._disk.close()

    # --- storing ---

    def add(self, content: Content) -> StoredInstance:
        """Store one DICOM file; when this returns, it survives a crash.

        The same bytes again change nothing. Raises NotDicom for what is no complete DICOM file with a
        meta header, ConflictingInstance for another object under a SOP Instance UID that is known.
        """
        received = self._receive(content)
        (entry,) = self._enter([received])
        entry.result()
        return received.instance

    def keep(self, contents: Iterable[Content], *, study: str | None = None) -> list[Kept]:
        """Store what came together, with one commit for each batch; gives one outcome for each, in order.

        What cannot be taken never hinders the rest. Where `study` is named, an object of another one is
        not taken.
        """
        return [kept for batch in batches(contents) for kept in self._keep(batch, study)]

    def _keep(self, contents: Iterable[Content], study: str | None) -> list[Kept]:
        arrivals = [self._arrival(content, study) for content in contents]
        entries = iter(self._enter([each for each in arrivals if isinstance(each, _Received)]))
        return [each if isinstance(each, Kept) else _outcome(each, next(entries)) for each in arrivals]

    def _arrival(self, content: Content, study: str | None) -> _Received | Kept:
        """An instance that is on disk, or why it is not."""
        try:
            return self._receive(content, study)
        except OtherStudy as error:
            return Kept(sopInstanceUID=error.sopInstanceUID, sopClassUID=error.sopClassUID, error=error)
        except (DicomError, OSError) as error:
            return Kept(error=error)

    def remove(self, study: str, series: str | None = None, sop: str | None = None) -> int:
        """Forget instances, chosen as in `instances`, and drop their files; gives how many there were."""
        where, uids = _condition(study, series, sop)

        def forget(db: Connection) -> list[tuple[str, str]]:
            """Take the rows out; gives what is needed to find their files."""
            gone: list[tuple[str, str]] = db.execute(f"{_STORED} {where}", uids).fetchall()
            db.execute(f"{_REMOVE} {where}", uids)
            return gone

        def drop(db: Connection) -> None:  # by the writer, for the same bytes may have come again meanwhile
            """Remove the files of rows that are gone and have not come back."""
            for known in gone:
                if db.execute(_IS_STORED, known).fetchone() is None:
                    self._content(known[1], 0).path.unlink(missing_ok=True)

        gone = self._database.submit(forget).result()
        self._database.submit(drop).result()
        return len(gone)

    def add_all(
        self, files: Iterable[Path | Arrival], progress: Callable[[Path], None] | None = None
    ) -> Loaded:
        """Store many files, with one commit for each batch; a broken one never hinders the others.

        `progress` is told each path once it is read, good or broken.
        """
        instances: list[StoredInstance] = []
        broken: list[Broken] = []
        for batch in batches(files):
            received: list[tuple[Path, _Received]] = []
            for file in batch:
                path = file if isinstance(file, Path) else file.path
                try:
                    content = FileContent.of(file) if isinstance(file, Path) else file.content
                    received.append((path, self._receive(content)))
                except (DicomError, OSError) as error:
                    broken.append(Broken(path=path, error=error, stray=is_stray(file, error)))
                if progress:
                    progress(path)
            stored, conflicts = self._commit(received)
            instances += stored
            broken += conflicts
        return Loaded(instances=tuple(instances), broken=tuple(broken))

    def _commit(self, received: list[tuple[Path, _Received]]) -> tuple[list[StoredInstance], list[Broken]]:
        stored: list[StoredInstance] = []
        conflicts: list[Broken] = []
        entries = self._enter([arrival for _, arrival in received])
        for (path, arrival), entry in zip(received, entries, strict=True):
            try:
                entry.result()
                stored.append(arrival.instance)
            except (ConflictingInstance, OSError) as error:
                conflicts.append(Broken(path=path, error=error))
        return stored, conflicts

    def _enter(self, received: Sequence[_Received]) -> list[Future[bool]]:
        """Index instances once they are on disk; what hinders one is the outcome of its entry alone."""
        names = {self._files, *(each.instance.content.path.parent for each in received)}
        for synced in [self._disk.sync(folder) for folder in names]:
            synced.result()
        return [self._entry(each) for each in received]

    def _entry(self, received: _Received) -> Future[bool]:
        failure = received.synced.exception()
        if failure is None:
            return self._database.submit(partial(_index, received))
        failed: Future[bool] = Future()
        failed.set_exception(failure)
        return failed

    def _receive(self, content: Content, study: str | None = None) -> _Received:
        """Bring the bytes under their final name, on their way to the disk, and read their header."""
        temporary = self._incoming / uuid.uuid4().hex
        try:
            sha256 = take(content, temporary)
            received = self._parse(temporary, sha256, content.size, self._disk.sync(temporary))
            _refuse_other_study(received.instance, study)
            final = received.instance.content.path
            final.parent.mkdir(exist_ok=True)
            temporary.rename(final)
        finally:
            temporary.unlink(missing_ok=True)
        return received

    def _parse(self, temporary: Path, sha256: str, size: int, synced: Future[None]) -> _Received:
        # Imported here: it brings pydicom, a quarter of a second that a server which only hands out
        # what is stored already need not spend before its first answer.
        from xdsi_sim.dicom.json_model import to_json  # noqa: PLC0415
        from xdsi_sim.dicom.part10 import read_file  # noqa: PLC0415

        attributes = to_json(read_file(temporary, defer=_DEFER))
        header = header_of(attributes)
        return _Received(
            instance=_stored(header, self._content(sha256, size)),
            sha256=sha256,
            header=to_bytes(header).decode(),
            document=to_bytes(attributes),
            levels=levels_of(attributes),
            note=rejection_in(attributes),
            synced=synced,
        )

    # --- looking up ---

    def find(self, sop: str) -> StoredInstance | None:
        """The instance of that SOP Instance UID, or None."""
        found = self._select("WHERE sop_instance_uid = ?", (sop,))
        return found[0] if found else None

    def fetch(self, _study: str, _series: str, sop: str) -> Future[StoredImage | None]:
        """The same for whoever knows where it should be; done at once."""
        found: Future[StoredImage | None] = Future()
        found.set_result(self.find(sop))
        return found

    def instances(
        self, study: str, series: str | None = None, sop: str | None = None
    ) -> tuple[StoredInstance, ...]:
        """Instances of a study, of a series in it, or the one instance in it, by their UIDs.

        In the order of series number, series UID, instance number, SOP Instance UID; empty where the
        UIDs are unknown or do not belong together.
        """
        where, uids = _condition(study, series, sop)
        return self._select(f"{where} {_IN_ORDER}", uids)

    def rejection(self, sop: str) -> str | None:
        """Why the instance of that SOP Instance UID is rejected, in words; None where it is not."""
        return reason_for(sop, self._database.reader())

    def rejected(self, study: str | None = None) -> frozenset[str]:
        """SOP Instance UIDs that are rejected, of a study or of all."""
        return rejected_in(study, self._database.reader())

    def studies(self) -> tuple[str, ...]:
        """Study Instance UIDs, sorted."""
        return tuple(uid for (uid,) in self._database.reader().execute(_STUDIES))

    def study(self, uid: str) -> Study | None:
        """The study as its stored instances tell it, or None where there is none."""
        rows = self._database.reader().execute(_HEADERS, (uid,)).fetchall()
        return summarise(json.loads(header) for (header,) in rows) if rows else None

    def metadata(
        self, study: str, series: str | None = None, sop: str | None = None, *, base: str
    ) -> tuple[bytes, ...]:
        """DICOM JSON object (UTF-8) of each of the `instances`, as it was made when the instance was stored.

        `base` is the public address of the DICOMweb service, with which BulkDataURIs begin.
        """
        where, uids = _condition(study, series, sop)
        rows = self._database.reader().execute(f"{_DOCUMENTS} {where} {_IN_ORDER}", uids)
        return tuple(with_bulk_root(document, base) for (document,) in rows)

    def search(self, search: Search, *, base: str, most: int) -> Found:
        """Studies, series or instances that fit, no more than `most` at once."""
        return run(search, base, most, self._database.reader())

    # --- what was published

    def published(self, study: str, what: str) -> Publication | None:
        """The document about the study that was published last; None where there is none to replace.

        `what` tells the documents of one study apart: its manifest, a report of some title.
        """
        return publications.publication(study, what, self._database.reader())

    def studies_with(self, what: str) -> tuple[str, ...]:
        """Study Instance UIDs of which that is published, be they still here or not, sorted."""
        return publications.studies_with(what, self._database.reader())

    def note_published(self, study: str, what: str, published: Publication) -> None:
        """Remember what was published, so that the next of its kind can replace it."""
        self._database.submit(partial(publications.note, study, what, published)).result()

    def note_withdrawn(self, study: str, what: str) -> None:
        """Remember that what was published is not there to be replaced any more."""
        self._database.submit(partial(publications.withdraw, study, what)).result()

    def _select(self, where: str, uids: tuple[str, ...]) -> tuple[StoredInstance, ...]:
        return tuple(
            StoredInstance(
                **dict(zip(_FIELDS.values(), row, strict=False)), content=self._content(*row[len(_FIELDS) :])
            )
            for row in self._database.reader().execute(f"{_SELECT} {where}", uids)
        )

    def _content(self, sha256: str, size: int) -> FileContent:
        return FileContent(self._files / sha256[:2] / f"{sha256}.dcm", size)


# --- index ------------------------------------------------------------------------------------


def _condition(study: str, series: str | None, sop: str | None) -> tuple[str, tuple[str, ...]]:
    levels = (("study_instance_uid", study), ("series_instance_uid", series), ("sop_instance_uid", sop))
    wanted = [(column, uid) for column, uid in levels if uid is not None]
    return (
        "WHERE " + " AND ".join(f"{column} = ?" for column, _ in wanted),
        tuple(uid for _, uid in wanted),
    )


def _index(received: _Received, db: Connection) -> bool:
    """Enter an instance, unless its bytes are known; whether its patient is that of the study.

    Raises ConflictingInstance, and drops the file; FileNotFoundError where it was removed meanwhile.
    """
    instance = received.instance
    sop, study = instance.sopInstanceUID, instance.studyInstanceUID
    rejected = tuple(hash_of_rejected(sop, study, db))
    known = db.execute(_HASH, (sop,)).fetchone() or rejected
    if known and known[0] not in (received.sha256, None):
        instance.content.path.unlink(missing_ok=True)  # no other instance can have these bytes
        raise ConflictingInstance(f"SOP Instance UID {sop} is taken by another object")
    instance.content.path.stat()
    if rejected:
        keep_hidden(sop, received.sha256, db)
        return True
    if known:
        return True
    if received.note is not None:
        reject(received.note, study, received.sha256, db)
        return True
    values = [getattr(instance, name) for name in _FIELDS.values()]
    db.execute(_INSERT, (*values, received.sha256, instance.content.size, received.header))
    db.execute("INSERT INTO metadata VALUES (?, ?)", (instance.sopInstanceUID, received.document))
    return enter(received.levels, db)


def _outcome(arrival: _Received, entry: Future[bool]) -> Kept:
    """What became of an instance once its entry is committed, or has failed."""
    instance = arrival.instance
    kept = Kept(
        studyInstanceUID=instance.studyInstanceUID,
        seriesInstanceUID=instance.seriesInstanceUID,
        sopInstanceUID=instance.sopInstanceUID,
        sopClassUID=instance.sopClassUID,
    )
    failure = entry.exception()
    if failure is not None:
        return replace(kept, error=_refusal(failure))
    return replace(kept, otherPatient=not entry.result())


def _refusal(failure: BaseException) -> DicomError | OSError:
    """Why an instance was not entered; raises what is a defect of ours."""
    for error in (failure, failure.__cause__):
        if isinstance(error, DicomError | OSError):
            return error
        if isinstance(error, OperationalError):
            full = error.sqlite_errorcode == SQLITE_FULL
            return OSError(errno.ENOSPC if full else errno.EIO, str(error))
    raise failure


def _refuse_other_study(instance: StoredInstance, study: str | None) -> None:
    if study not in (None, instance.studyInstanceUID):
        raise OtherStudy(
            f"the object is of study {instance.studyInstanceUID}, not of {study}",
            sopClassUID=instance.sopClassUID,
            sopInstanceUID=instance.sopInstanceUID,
        )


# --- files -----------------------------------------------------------------------------------


def is_stray(file: Path | Arrival, error: Exception) -> bool:
    """Whether a file that was refused is something else, and was not named itself."""
    return isinstance(error, NoMetaHeader) and isinstance(file, Arrival) and not file.named


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as are stored by one commit, or sent by one request."""
    remaining = iter(things)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


# --- headers ---------------------------------------------------------------------------------


def _uid(header: DicomJson, keyword: str) -> str:
    """A UID that is fit for an address; raises NotDicom."""
    uid = text(header, keyword) or ""
    if not is_uid(uid):
        raise NotDicom(f"{keyword} is no UID: {uid!r}")
    return uid


def _stored(header: DicomJson, content: FileContent) -> StoredInstance:
    return StoredInstance(
        sopInstanceUID=_uid(header, "SOPInstanceUID"),
        studyInstanceUID=_uid(header, "StudyInstanceUID"),
        seriesInstanceUID=_uid(header, "SeriesInstanceUID"),
        series_number=integer(header, "SeriesNumber"),
        instance_number=integer(header, "InstanceNumber"),
        sopClassUID=_uid(header, "SOPClassUID"),
        transferSyntaxUID=_uid(header, "AvailableTransferSyntaxUID"),
        frames=frames_of(header),
        content=content,
    )
