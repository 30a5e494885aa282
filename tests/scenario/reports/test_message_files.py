from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.message_files import file_of, write_messages


def a_message(media: str, body: bytes = b"x", *more: tuple[str, str]) -> HttpMessage:
    return HttpMessage(
        start_line="POST / HTTP/1.1", headers=(("Content-Type", media), *more), body=BytesContent(body)
    )


def test_every_body_is_a_file_with_the_same_bytes(a_run: RunRecord, tmp_path: Path) -> None:
    write_messages(a_run, tmp_path)
    written = {path.name: path.read_bytes() for path in (tmp_path / "messages").iterdir()}
    bodies = {}
    for number, exchange in enumerate(a_run.exchanges, start=1):
        for side, message in (("request", exchange.request), ("response", exchange.response)):
            if message and message.body.size:
                bodies[f"{number:04}-{side}"] = message.body.open().read()
    assert {name.partition(".")[0]: data for name, data in written.items()} == bodies


def test_large_body_is_copied_from_its_file(
    an_exchange: Callable[..., Exchange], a_record: Callable[..., RunRecord], tmp_path: Path
) -> None:
    (tmp_path / "spool").write_bytes(data := bytes(range(256)) * 8000)
    body = FileContent.of(tmp_path / "spool")
    request = HttpMessage(start_line="POST / HTTP/1.1", headers=(), body=body)
    write_messages(a_record(exchanges=(an_exchange(request=request),)), tmp_path)
    assert (tmp_path / "messages" / "0001-request.bin").read_bytes() == data


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (a_message("application/soap+xml"), "messages/0007-request.txt"),
        (a_message("text/html"), "messages/0007-request.txt"),
        (a_message("image/svg+xml"), "messages/0007-request.txt"),
        (a_message("application/dicom"), "messages/0007-request.dcm"),
        (a_message("multipart/related; boundary=x"), "messages/0007-request.bin"),
        (a_message("../../etc/passwd"), "messages/0007-request.bin"),
        (a_message("text/xml", b"x", ("Content-Encoding", "gzip")), "messages/0007-request.bin"),
        (a_message("text/xml", b""), None),
        (None, None),
    ],
)
def test_name_is_ours_and_of_a_type_that_no_browser_runs(
    message: HttpMessage | None, name: str | None
) -> None:
    assert file_of(7, "request", message) == name


def test_bodies_of_an_earlier_report_go_and_other_files_stay(a_run: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    for name in ("0999-request.txt", "notes.txt"):
        (tmp_path / "messages" / name).write_text("old")
    write_messages(a_run, tmp_path)
    names = {path.name for path in (tmp_path / "messages").iterdir()}
    assert ("notes.txt" in names, "0999-request.txt" in names) == (True, False)
