"""Images: how fast a study goes in and out and is found, beside nginx, Orthanc, and one way by another."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.bench import messages
from tests.bench.beside import GET_DOCUMENT, nginx, nginx_program
from tests.bench.measuring import fetch, middle, missing
from tests.bench.running import MB, Peak, Row, Up, at_least, at_most, up
from tests.bench.studies import CtStudy, upload
from tests.orthanc import orthanc, program
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.retrieve import DocumentRequest

__all__ = ["imaging_rows"]

_SOURCE: Final = "pacs-north"
_OID: Final = "2.999.20.10"
_SLICES: Final = 200
_STORED: Final = 50
"""Slices of a study that is stored while it is timed."""
_STUDIES: Final = 1000
_AT_ONCE: Final = 100
_ROUNDS: Final = 7
_AS_STORED: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_JSON: Final = "application/dicom+json"
_TIMES: Final = 3
"""Requests of which the fastest counts, in each round."""
_EXPLICIT: Final = "1.2.840.10008.1.2.1"


def imaging_rows(work: Path) -> Iterator[Row]:
    """All rows of this module."""
    study = CtStudy.fresh(_SLICES)
    with up(work / "imaging") as running:
        base = f"{running.urls[_SOURCE]}/dicom-web"
        _store(base, study)
        yield from _retrieval_rows(running, base, study, work)
        yield from _orthanc_rows(base, study, work)


# --- out --------------------------------------------------------------------------------------


def _retrieval_rows(running: Up, base: str, study: CtStudy, work: Path) -> Iterator[Row]:
    """WADO-RS beside a static file, RAD-69 beside WADO-RS, and the memory that both take."""
    address = running.address(_SOURCE)
    wado, rad69 = _get(f"{base}/studies/{study.study}", _AS_STORED), _rad69(running, study)
    size = sum(map(len, study.files()))
    for request in (wado, rad69):
        _speed(address, request, size)
    peak = Peak(running.pid)
    yield from _nginx_row(address, wado, study, size, work)
    rounds = [(_speed(address, rad69, size), _speed(address, wado, size)) for _ in range(_ROUNDS)]
    yield at_least("RAD-69 of 200 slices / WADO-RS", *middle(rounds), " MB/s", 0.6)
    yield peak.row("memory, study out by both")


def _nginx_row(address: tuple[str, int], wado: bytes, study: CtStudy, size: int, work: Path) -> Iterator[Row]:
    what = "WADO-RS of 200 slices / nginx"
    command = nginx_program()
    if command is None:
        yield missing(what, "nginx", "≥ 0.3")
        return
    with nginx(command, work / "nginx", study.files()) as static:
        rounds = [(_speed(address, wado, size), _speed(static, GET_DOCUMENT, size)) for _ in range(_ROUNDS)]
    yield at_least(what, *middle(rounds), " MB/s", 0.3)


def _speed(address: tuple[str, int], request: bytes, size: int) -> float:
    """MB/s; `size` is that of the files, which the answer must hold."""
    fetched = fetch(address, request)
    if not size <= fetched.size < size * 1.05:
        raise RuntimeError(f"{fetched.size} octets are no answer with files of {size}")
    return fetched.size / MB / fetched.whole


def _rad69(running: Up, study: CtStudy) -> bytes:
    requests = tuple(
        ImagingDocumentRequest(
            studyInstanceUID=study.study,
            seriesInstanceUID=study.series,
            document=DocumentRequest(repositoryUniqueId=_OID, documentUniqueId=study.sop(place)),
        )
        for place in range(study.slices)
    )
    message = RetrieveImagingDocumentSetRequest(requests=requests, transferSyntaxUIDs=(_EXPLICIT,))
    return messages.request(running.urls[_SOURCE], "RAD-69", message)


def _get(url: str, accept: str) -> bytes:
    split = urlsplit(url)
    return f"GET {split.path} HTTP/1.1\r\nHost: {split.netloc}\r\nAccept: {accept}\r\n\r\n".encode()


# --- beside another archive -------------------------------------------------------------------


def _orthanc_rows(base: str, study: CtStudy, work: Path) -> Iterator[Row]:
    """Time of a search, of metadata and of storing, each beside the same at Orthanc."""
    if program() is None:
        for what, must in (
            (_QIDO, "≤ 0.5"),
            (_METADATA, "≤ 0.5"),
            (_STOW, "≥ 1"),
        ):
            yield missing(what, "Orthanc", must)
        return
    with orthanc(work / "orthanc") as (host, port):
        beside = f"http://{host}:{port}/dicom-web"
        _store(beside, study)
        yield from _storing_row(base, beside)
        metadata = f"/studies/{study.study}/series/{study.series}/metadata"
        yield _time_row(_METADATA, base, beside, metadata, study.slices)
        for _ in range(_STUDIES // _AT_ONCE):
            some = [CtStudy.fresh(1, small=True) for _ in range(_AT_ONCE)]
            for archive in (base, beside):
                _store(archive, *some)
        yield _time_row(_QIDO, base, beside, "/studies?limit=25", 25)


_QIDO: Final = "QIDO, 25 of 1,000 / Orthanc"
_METADATA: Final = "metadata of 200 / Orthanc"
_STOW: Final = "STOW-RS of 50 slices / Orthanc"


def _storing_row(base: str, beside: str) -> Iterator[Row]:
    rounds = []
    for _ in range(_ROUNDS):
        study = CtStudy.fresh(_STORED)
        rounds.append((_store(base, study), _store(beside, study)))
    yield at_least(_STOW, *middle(rounds), " MB/s", 1)


def _time_row(what: str, base: str, beside: str, path: str, count: int) -> Row:
    """Time of a GET on a kept connection, beside the same at the other archive."""
    rounds = [(_time(base + path, count), _time(beside + path, count)) for _ in range(_ROUNDS)]
    ours, theirs = middle(rounds)
    return at_most(what, f"{ours * 1e3:.1f} ms", f"{theirs * 1e3:.1f} ms", ours / theirs, 0.5)


def _time(url: str, count: int) -> float:
    """Seconds of one request, the least of a few; the answer has `count` data sets."""
    host, _, path = url.partition("://")[2].partition("/")
    with closing(http.client.HTTPConnection(host)) as connection:
        times = []
        for _ in range(_TIMES):
            began = time.perf_counter()
            connection.request("GET", f"/{path}", headers={"Accept": _JSON})
            body = connection.getresponse().read()
            times.append(time.perf_counter() - began)
    if len(json.loads(body)) != count:
        raise RuntimeError(f"{url}: not {count} data sets: {body[:200]!r}")
    return min(times)


def _store(base: str, *studies: CtStudy) -> float:
    """MB/s of studies in one STOW-RS request."""
    media_type, body = upload(*studies)
    split = urlsplit(base)
    with closing(http.client.HTTPConnection(split.netloc)) as connection:
        headers = {"Content-Type": media_type, "Accept": _JSON}
        began = time.perf_counter()
        connection.request("POST", f"{split.path}/studies", body, headers)
        answer = connection.getresponse()
        report = answer.read()
        took = time.perf_counter() - began
    if answer.status != 200:
        raise RuntimeError(f"{base}: not stored: {answer.status} {report[:300]!r}")
    return len(body) / MB / took
