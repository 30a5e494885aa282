from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from xdsi_sim.inspector.sources import Source, sources_in
from xdsi_sim.soap.saved import Unrecognised

REQUEST, ANSWER = "000001-request.http", "000001-response.http"


def packed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


WHOLE = packed(**{REQUEST: b"x" * 99})
BODY = WHOLE.index(REQUEST.encode()) + len(REQUEST)  # where the packed octets begin


def test_a_file_is_one_message() -> None:
    assert list(sources_in("x.xml", b"<x/>")) == [Source(name="x.xml", data=b"<x/>")]


def test_an_answer_of_an_export_comes_with_its_request(tmp_path: Path) -> None:
    (tmp_path / REQUEST).write_bytes(b"asked")
    (source,) = sources_in(str(tmp_path / ANSWER), b"answered")
    assert source.request == b"asked"
    (alone,) = sources_in(str(tmp_path / "000002-response.http"), b"answered")
    assert alone.request is None


def test_a_zip_is_all_its_captures() -> None:
    data = packed(**{ANSWER: b"answered", REQUEST: b"asked", "index.json": b"{}"})
    assert list(sources_in("e.zip", data)) == [
        Source(name=f"e.zip/{REQUEST}", data=b"asked"),
        Source(name=f"e.zip/{ANSWER}", data=b"answered", request=b"asked"),
    ]


@pytest.mark.parametrize(
    "request_", [b"GET /studies HTTP/1.1", b"POST /fhir/List/_search HTTP/1.1\r\n\r\ncode=folder"]
)
def test_exchanges_of_dicomweb_and_searches_in_a_zip_are_passed_over(request_: bytes) -> None:
    members = {REQUEST: request_, ANSWER: b"...", "000002-request.http": b"POST"}
    assert [source.name for source in sources_in("e.zip", packed(**members))] == ["e.zip/000002-request.http"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (packed(**{"index.json": b"{}"}), "without any capture"),
        (WHOLE[:-30], "cannot be read"),
        (WHOLE[: BODY + 1] + b"\xff" + WHOLE[BODY + 2 :], "cannot be read"),
        (b"PK\x03\x04", "cannot be read"),
    ],
)
def test_a_zip_that_is_none_is_told_so(data: bytes, why: str) -> None:
    with pytest.raises(Unrecognised, match=why):
        list(sources_in("e.zip", data))
