"""A service without a socket: a request goes in, its answer comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from a_dicomweb import UNDECODABLE, sample_store

from xdsi_sim.content import SegmentsContent, read_all
from xdsi_sim.dicomweb.archive import Archive
from xdsi_sim.dicomweb.messages import Answer, Body, WebRequest
from xdsi_sim.dicomweb.service import DicomWeb
from xdsi_sim.store.instances import SqliteInstanceStore

FILES = (
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    UNDECODABLE,
    "image_dfl.dcm",
    "waveform_ecg.dcm",
    "rtplan.dcm",
    "liver_1frame.dcm",
    "SC_rgb_rle_2frame.dcm",
    "examples_palette.dcm",
)
"""Studies 2.999.80.1 and so on."""
NO_UPLOAD = Body(media_type="")
BASE = "http://h/dicom-web"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteInstanceStore]:
    """The sample studies, and objects of every kind; tests that change it make their own."""
    opened = sample_store(tmp_path_factory.mktemp("service"), *FILES)
    yield opened
    opened.close()


@pytest.fixture
def service(store: SqliteInstanceStore) -> DicomWeb:
    return DicomWeb(archive=Archive(store=store, base=BASE, most=1000))


Ask = Callable[..., Answer]


@pytest.fixture
def ask(service: DicomWeb, tmp_path: Path) -> Ask:
    """`ask("studies?limit=1", accept="*/*")`, other headers by their names with `_` for `-`."""

    def asked(
        target: str,
        *,
        method: str = "GET",
        upload: Body = NO_UPLOAD,
        of: DicomWeb = service,
        **headers: str,
    ) -> Answer:
        path, _, query = target.partition("?")
        request = WebRequest(
            method=method,
            path=tuple(part for part in path.split("/") if part),
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            upload=upload,
            spool=tmp_path,
        )
        return of.plan(request).run()

    return asked


def body_of(answer: Answer) -> bytes:
    """All of it."""
    return read_all(SegmentsContent(tuple(answer.segments)))


def parts_of(answer: Answer) -> list[tuple[str, bytes]]:
    """Content-Type and content of each part."""
    boundary = answer.media_type.partition("boundary=")[2].encode()
    body = body_of(answer)
    assert body.endswith(b"--" + boundary + b"--\r\n")
    found = []
    for part in body.split(b"--" + boundary + b"\r\n")[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        content = content[: int(headers["Content-Length"])]
        found.append((headers["Content-Type"], content))
    return found
