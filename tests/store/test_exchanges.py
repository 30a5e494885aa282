from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from xdsi_sim.content import BytesContent, Content, FileContent, SegmentsContent, read_all
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.store.exchanges import NOT_RECORDED, ExchangeLog

FINDING = Finding(rule="A12", severity=Severity.WARNING, text="missing", location="x", cites="ITI TF-2: V.3")


def an_exchange(number: int, body: Content, conversation: str = "c1") -> Exchange:
    return Exchange(
        id=f"e{number}",
        conversation=conversation,
        sender="a",
        receiver="b",
        transaction="ITI-43",
        started=100.0 - number,
        duration=0.5,
        request=HttpMessage(start_line="POST / HTTP/1.1", headers=(("A", "1"), ("A", "2")), body=body),
        response=None,
        status="no answer: gone",
        findings=(FINDING,),
    )


@pytest.fixture
def large(tmp_path: Path) -> FileContent:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 1000)
    return FileContent.of(path)


def test_what_was_recorded_comes_back_to_the_last_byte_after_the_source_is_gone(
    tmp_path: Path, large: FileContent
) -> None:
    bodies = [
        BytesContent(b"small"),
        large,
        SegmentsContent((b"head", large, b"between", BytesContent(b"small"), large, b"tail")),
        SegmentsContent(()),
    ]
    whole = [read_all(body) for body in bodies]
    log = ExchangeLog(tmp_path / "log")
    for number, body in enumerate(bodies):
        log.record(an_exchange(number, body))
    large.path.unlink()
    log.close()
    reopened = ExchangeLog(tmp_path / "log")
    found = reopened.exchanges()
    reopened.close()
    assert [exchange.id for exchange in found] == ["e3", "e2", "e1", "e0"]  # as they began
    assert [read_all(exchange.request.body) for exchange in reversed(found)] == whole
    assert found[0].request.headers == (("A", "1"), ("A", "2"))
    assert (found[0].response, found[0].findings, found[0].duration) == (None, (FINDING,), 0.5)


def test_a_large_part_is_kept_without_a_copy(tmp_path: Path, large: FileContent) -> None:
    log = ExchangeLog(tmp_path / "log")
    log.record(an_exchange(1, large))
    log.close()
    (kept,) = (tmp_path / "log" / "parts").iterdir()
    assert kept.samefile(large.path)


def test_one_conversation_can_be_asked_for(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path / "log")
    for number, conversation in enumerate(["c1", "c2", "c1"]):
        log.record(an_exchange(number, BytesContent(b""), conversation))
    assert [exchange.id for exchange in log.exchanges("c1")] == ["e2", "e0"]
    log.close()


def test_a_log_that_is_off_keeps_nothing() -> None:
    NOT_RECORDED.record(an_exchange(1, BytesContent(b"")))
    assert not NOT_RECORDED.on


class Unreadable:
    size = 1_000_000

    def open(self) -> BinaryIO:
        raise OSError("the disk is full")


def test_what_cannot_be_recorded_is_logged_and_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = ExchangeLog(tmp_path / "log")
    log.record(an_exchange(1, Unreadable()))
    log.record(an_exchange(2, BytesContent(b"")))
    assert [exchange.id for exchange in log.exchanges()] == ["e2"]
    log.close()
    assert "exchange e1" in caplog.text


def test_exchanges_are_in_the_order_in_which_they_began_and_then_were_recorded(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path / "log")
    for number in (5, 7, 6):
        log.record(replace(an_exchange(number, BytesContent(b"")), started=1.0))
    assert [exchange.id for exchange in log.exchanges()] == ["e5", "e7", "e6"]
    log.close()


def test_what_ends_after_the_log_is_closed_is_not_recorded_and_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = ExchangeLog(tmp_path / "log")
    log.close()
    log.record(an_exchange(1, BytesContent(b"")))
    assert "exchange e1" in caplog.text
