from __future__ import annotations

import threading
from pathlib import Path

import pytest
from an_exchange import DOCUMENT, FINDING, MTOM, MTOM_HEADERS, an_exchange

from xdsi_sim.content import BytesContent, SegmentsContent, read_all
from xdsi_sim.errors import CannotRun
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.store.recordings import Recordings


def test_what_is_kept_comes_back_byte_for_byte_in_its_order(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "kept")
    answer = HttpMessage(
        start_line="HTTP/1.1 200 Fine, thanks",
        headers=MTOM_HEADERS,
        body=SegmentsContent((MTOM[:50], BytesContent(MTOM[50:]))),
    )
    recordings.keep(an_exchange(1, response=answer, findings=(FINDING,)))
    recordings.keep(an_exchange(2, BytesContent(DOCUMENT)))
    first, second = Recordings(tmp_path / "kept")
    assert (first.number, second.number) == (1, 2)
    assert read_all(first.answer.body) == MTOM
    assert first.answer.headers == MTOM_HEADERS
    assert first.answer.start_line == "HTTP/1.1 200 Fine, thanks"
    assert read_all(second.exchange.request.body) == DOCUMENT
    assert first.exchange.findings == (FINDING,)
    assert (first.exchange.transaction, first.exchange.status) == ("ITI-18", "Success")


def test_an_exchange_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    recordings.keep(an_exchange(1))
    (tmp_path / "000002-request.http").write_bytes(b"POST / HTTP/1.1\r\n\r\n")
    assert [each.number for each in recordings] == [1]
    assert recordings.keep(an_exchange(3)).number == 3


def test_messages_alone_are_a_recording(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    recordings.keep(an_exchange(1))
    (tmp_path / "000001.json").unlink()
    (only,) = recordings
    assert only.exchange.status == "HTTP 200"


def test_what_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    class Broken(BytesContent):
        @property
        def size(self) -> int:
            return len(self.data) + 1

    answer = HttpMessage(start_line="HTTP/1.1 200 OK", headers=(), body=Broken(b"cut"))
    with pytest.raises(OSError, match="not of the size"):
        Recordings(tmp_path).keep(an_exchange(1, response=answer))
    assert list(tmp_path.iterdir()) == []


def test_several_keep_at_once_and_each_has_its_number(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=Recordings(tmp_path).keep, args=(an_exchange(number),)) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(Recordings(tmp_path))
    assert len({each.exchange.id for each in found}) == 8


def test_a_file_that_is_no_message_is_named(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    recordings.keep(an_exchange(1))
    (tmp_path / "000001-response.http").write_bytes(b"HTTP/1.1 200 OK\r\nno end")
    with pytest.raises(CannotRun, match=r"000001-response\.http is no message of a recording"):
        list(recordings)
