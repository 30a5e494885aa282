"""An archive behind an imaging source: an instance store that asks another one by DICOMweb.

What is retrieved passes through the spool, so an answer of the source is whole or an error, and a study is
never in memory. What is no instance stays with the source: what it has published, and its rejection notes,
which the archive does not get.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Final

from xdsi_sim.actors.ports import BackendFailed, Kept, Publication, StoredImage
from xdsi_sim.client.archive_requests import JSON, ArchiveRequests
from xdsi_sim.client.dicomweb import HttpReply
from xdsi_sim.content import Content, FileContent, Segment, read_all
from xdsi_sim.dicom.attributes import DicomJson, is_uid, text
from xdsi_sim.dicom.errors import DicomError, OtherStudy
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.media import Arrival
from xdsi_sim.dicom.search import Found, Search
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import header_of, summarise
from xdsi_sim.dicomweb.backend import (
    RemoteImage,
    check_place,
    data_sets,
    note_in,
    order_of_image,
    order_of_metadata,
    outcomes,
    read_image,
    rehomed,
    result,
    search_path,
)
from xdsi_sim.ids import new_token
from xdsi_sim.store.instances import Broken, Loaded, SqliteInstanceStore, batches, is_stray

__all__ = ["DicomWebArchive"]

_FILES: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_AT_ONCE: Final = 4
"""Instances of one request that are fetched at a time."""
_PAGE: Final = 500
"""Studies that are asked for at once when all are."""
_GONE: Final = (404, 410)
_REMOVED: Final = (200, 202, 204)
_STORED: Final = (200, 202, 409)


class DicomWebArchive:
    """Instances at a DICOMweb service; safe to use from any number of threads but the reactor's."""

    at_hand = False

    def __init__(self, archive: ArchiveRequests, own: SqliteInstanceStore) -> None:
        """`own` keeps what is the source's own."""
        self._archive = archive
        self._own = own
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="archive")

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself, its request by the time that it may take."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # --- looking up

    def fetch(self, study: str, series: str, sop: str) -> Future[StoredImage | None]:
        """The instance where it should be, else where the archive has it; fails with BackendFailed."""
        return self._threads.submit(copy_context().run, self._fetched, study, series, sop)

    def _fetched(self, study: str, series: str, sop: str) -> StoredImage | None:
        if not all(map(is_uid, (study, series, sop))):
            return None  # it would become part of an address
        found = self.instances(study, series, sop)
        if not found and self.rejection(sop) is None:
            places, _ = self._archive.data_sets(f"/instances?SOPInstanceUID={sop}", "QIDO-RS")
            for place in places[:1]:
                where = text(place, "StudyInstanceUID"), text(place, "SeriesInstanceUID")
                if where[0] is not None and where != (study, series):
                    found = self.instances(where[0], where[1], sop)
        return found[0] if found else None

    def instances(
        self, study: str, series: str | None = None, sop: str | None = None
    ) -> tuple[RemoteImage, ...]:
        """Instances with their bytes, as the archive has them; those that are rejected excepted."""
        path, wanted = _path(study, series, sop), (study, series, sop)
        reply = self._archive.get(path, _FILES, "WADO-RS")
        images = []
        for part in reply.parts if reply is not None else ():
            try:
                image = read_image(part.content)
            except DicomError as error:
                raise BackendFailed(f"{path}: it gave what is no DICOM file: {error}") from None
            check_place(image.uids, wanted)
            images.append(image)
        hidden = self._own.rejected(study)
        return tuple(sorted((one for one in images if one.sopInstanceUID not in hidden), key=order_of_image))

    def rejection(self, sop: str) -> str | None:
        """Why the instance of that SOP Instance UID is rejected, in words; None where it is not."""
        return self._own.rejection(sop)

    def metadata(
        self, study: str, series: str | None = None, sop: str | None = None, *, base: str
    ) -> tuple[bytes, ...]:
        """DICOM JSON of each of the `instances`, its bulk data by URLs below `base`."""
        return tuple(rehomed(each, base) for each in self._metadata(study, series, sop))

    def _metadata(self, *wanted: str | None) -> list[DicomJson]:
        found, _ = self._archive.data_sets(f"{_path(*wanted)}/metadata", "WADO-RS")
        for each in found:
            check_place((text(each, uid) for uid in _UIDS), wanted)
        hidden = self._own.rejected(wanted[0])
        shown = (each for each in found if text(each, "SOPInstanceUID") not in hidden)
        return sorted(shown, key=order_of_metadata)

    def study(self, uid: str) -> Study | None:
        """The study as the metadata of its instances tell it, or None where there is none."""
        headers = [header_of(each) for each in self._metadata(uid, None, None)]
        return summarise(headers) if headers else None

    def studies(self) -> tuple[str, ...]:
        """Study Instance UIDs, sorted."""
        uids: set[str] = set()
        while True:
            page, _ = self._archive.data_sets(f"/studies?limit={_PAGE}&offset={len(uids)}", "QIDO-RS")
            new = {uid for each in page if (uid := text(each, "StudyInstanceUID"))} - uids
            if not new:  # also where an archive gives the first page again and again
                return tuple(sorted(uids))
            uids |= new

    def search(self, search: Search, *, base: str, most: int) -> Found:
        """What the archive finds, without the instances that are rejected, no more than `most` at once."""
        want = most if search.limit is None else min(search.limit, most)
        hidden = self._own.rejected(search.study) if search.level is Level.INSTANCE else frozenset()
        start = 0 if hidden else search.offset  # what is hidden does not count in an offset
        skipped = search.offset - start
        cut = search.limit is None or search.limit > most  # then whether more remains is told
        limit = skipped + want + len(hidden) + cut
        found, reply = self._archive.data_sets(search_path(search, limit=limit, offset=start), "QIDO-RS")
        shown = [each for each in found if text(each, "SOPInstanceUID") not in hidden][skipped:]
        remains = len(shown) > want or _says_more(reply)
        given = [result(each, search, base) for each in shown[:want]]
        return Found(items=given, remaining=None if remains else 0)

    # --- storing

    def keep(self, contents: Iterable[Content], *, study: str | None = None) -> list[Kept]:
        """Store DICOM files in the archive; what cannot be taken never hinders the rest."""
        return [kept for batch in batches(contents) for kept in self._keep(batch, study)]

    def _keep(self, contents: Sequence[Content], study: str | None) -> list[Kept]:
        arrivals = [self._arrival(content, study) for content in contents]
        told = iter(self._sent([each for each in arrivals if isinstance(each, RemoteImage)]))
        return [each if isinstance(each, Kept) else next(told) for each in arrivals]

    def _arrival(self, content: Content, study: str | None) -> RemoteImage | Kept:
        """What is to be sent, or what became of it already."""
        try:
            image = read_image(content)
            if study not in (None, image.studyInstanceUID):
                return _of_other_study(image, str(study))
            if note_in(image) is not None:
                return self._own.keep([content])[0]
        except (DicomError, OSError) as error:
            return Kept(error=error)
        return image

    def _sent(self, images: Sequence[RemoteImage]) -> list[Kept]:
        """What became of each in the archive (PS3.18: 10.5)."""
        if not images:
            return []
        boundary = new_token()
        segments: list[Segment] = []
        for image in images:
            head = f"\r\n--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
            segments += (head[2:] if not segments else head, image.content)
        segments.append(f"\r\n--{boundary}--\r\n".encode())
        media_type = f'multipart/related; type="application/dicom"; boundary={boundary}'
        reply = self._archive.ask(
            "POST",
            "/studies",
            accept=JSON,
            transaction="STOW-RS",
            content_type=media_type,
            body=segments,
        )
        if reply.status not in _STORED or not reply.parts:
            raise self._archive.unfit("/studies", reply)
        return outcomes(_report(read_all(reply.parts[0].content)), images)

    def add(self, content: Content) -> RemoteImage:
        """Store one DICOM file; raises what hinders it."""
        (kept,) = self.keep([content])
        if kept.error is not None:
            raise kept.error
        return read_image(content)

    def add_all(
        self, files: Iterable[Path | Arrival], progress: Callable[[Path], None] | None = None
    ) -> Loaded:
        """Store many files; `progress` is told each path once it is there, or refused."""
        instances: list[StoredImage] = []
        broken: list[Broken] = []
        for batch in batches(files):
            paths = [file if isinstance(file, Path) else file.path for file in batch]
            contents = [FileContent.of(file) if isinstance(file, Path) else file.content for file in batch]
            kept = self.keep(contents)
            for file, path, content, one in zip(batch, paths, contents, kept, strict=True):
                if one.error is None:
                    instances.append(read_image(content))
                else:
                    broken.append(Broken(path=path, error=one.error, stray=is_stray(file, one.error)))
                if progress:
                    progress(path)
        return Loaded(instances=tuple(instances), broken=tuple(broken))

    def remove(self, study: str, series: str | None = None, sop: str | None = None) -> int:
        """Have the archive delete instances; gives how many it told of, 0 for none."""
        path = _path(study, series, sop)
        told = len(self._metadata(study, series, sop))
        if not told:
            return 0
        reply = self._archive.ask("DELETE", path, accept=JSON, transaction="DELETE")
        if reply.status in _GONE:
            return 0
        if reply.status not in _REMOVED:
            raise self._archive.unfit(path, reply)
        return told

    # --- what was published

    def published(self, study: str, what: str) -> Publication | None:
        """The document about the study that was published last; None where there is none to replace."""
        return self._own.published(study, what)

    def studies_with(self, what: str) -> tuple[str, ...]:
        """Study Instance UIDs of which that is published, be they still in the archive or not, sorted."""
        return self._own.studies_with(what)

    def note_published(self, study: str, what: str, published: Publication) -> None:
        """Remember what was published, so that the next of its kind can replace it."""
        self._own.note_published(study, what, published)

    def note_withdrawn(self, study: str, what: str) -> None:
        """Remember that what was published is not there to be replaced any more."""
        self._own.note_withdrawn(study, what)


_UIDS: Final = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def _path(*uids: str | None) -> str:
    levels = zip(("studies", "series", "instances"), uids, strict=False)
    return "".join(f"/{level}/{uid}" for level, uid in levels if uid is not None)


def _says_more(reply: HttpReply | None) -> bool:
    """Whether the archive has given less than it has (PS3.18: 8.3.4.4)."""
    return reply is not None and "additional results" in reply.headers.get("warning", "")


def _report(octets: bytes) -> DicomJson:
    """A STOW-RS report, which archives send as an object or as a list of one."""
    text = octets.strip()
    (report,) = data_sets(text if text.startswith(b"[") else b"[%b]" % text) or [{}]
    return report


def _of_other_study(image: RemoteImage, study: str) -> Kept:
    kind, sop = image.sopClassUID, image.sopInstanceUID
    told = f"the object is of study {image.studyInstanceUID}, not of {study}"
    error = OtherStudy(told, sopClassUID=kind, sopInstanceUID=sop)
    return Kept(sopClassUID=kind, sopInstanceUID=sop, error=error)
