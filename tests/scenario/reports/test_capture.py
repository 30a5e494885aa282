from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from an_exchange import DOCUMENT, SOAP, a_message, an_exchange

from xdsi_sim.content import FileContent, read_all
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.capture import archive, export, octets_of


def test_a_message_is_its_head_and_its_body() -> None:
    message = a_message("POST /ü HTTP/1.1", DOCUMENT, A="1", B_C="2")
    assert b"".join(octets_of(message)) == b"POST /\xfc HTTP/1.1\r\nA: 1\r\nB-C: 2\r\n\r\n" + DOCUMENT


def test_an_export_has_a_file_for_each_message_and_an_index(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    assert export([an_exchange(1), an_exchange(2, response=None, sender="../../etc/x")], path) == 2
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [
            *("000001-request.http", "000001-response.http", "000002-request.http", "index.json")
        ]
        assert archive.read("000001-request.http").endswith(b"\r\n\r\n" + SOAP)
        index = json.loads(archive.read("index.json"))["exchanges"]
    assert [item["sender"] for item in index] == ["viewer", "../../etc/x"]
    assert index[1]["files"] == {"request": "000002-request.http"}


def test_an_export_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    path.write_bytes(b"old")
    with pytest.raises(FileNotFoundError):
        export([an_exchange(body=FileContent(tmp_path / "gone", 5))], path)
    assert [item.name for item in tmp_path.iterdir()] == ["e.zip"]
    assert path.read_bytes() == b"old"


def test_an_archive_of_a_run_has_every_message_as_on_the_wire_and_its_step(
    a_run: RunRecord, tmp_path: Path
) -> None:
    archive(a_run, tmp_path / "messages.zip")
    with zipfile.ZipFile(tmp_path / "messages.zip") as found:
        index = json.loads(found.read("index.json"))
        for entry, exchange in zip(index["exchanges"], a_run.exchanges, strict=True):
            assert entry["id"] == exchange.id
            request = found.read(entry["files"]["request"])
            assert request == exchange.request.head + read_all(exchange.request.body)
            if exchange.response is not None:
                answer = found.read(entry["files"]["response"])
                assert answer == exchange.response.head + read_all(exchange.response.body)
    assert (index["scenario"], index["verdict"]) == (a_run.scenario, a_run.verdict.value)
    assert {entry["step"] for entry in index["exchanges"]} >= {"1"}


def test_the_same_run_makes_the_same_archive(a_run: RunRecord, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        archive(a_run, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
