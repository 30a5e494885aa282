from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from an_exchange import an_exchange

from xdsi_sim.content import BytesContent, FileContent, SegmentsContent, read_all
from xdsi_sim.store.blocks import BUFFER
from xdsi_sim.store.exchange_reader import BODIES, DATABASE
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.files import Turn
from xdsi_sim.store.opening import Share


def test_much_is_written_at_once_and_little_waits_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xdsi_sim.store.exchange_writer._LINGER", 60)
    with closing(ExchangeLog(tmp_path)) as log:
        log.record(an_exchange(1, BytesContent(b"little")))
        written = log._writer._last
        assert written is not None
        assert not written.done()
        log.record(an_exchange(2, SegmentsContent((bytes(BUFFER),))))
        assert written.result(timeout=10) is None


def test_a_disk_that_hangs_costs_records_and_not_the_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xdsi_sim.store.exchange_writer._MOST_WAITING", 1000)
    monkeypatch.setattr("xdsi_sim.store.exchange_writer._LINGER", 60)  # until somebody asks for what is there
    goes_on = threading.Event()
    with closing(ExchangeLog(tmp_path)) as log:
        log._database.submit(lambda _connection: goes_on.wait())
        for number in (1, 2, 3):
            log.record(an_exchange(number, BytesContent(bytes(600))))
        goes_on.set()
        assert [int(exchange.id, 16) for exchange in log.exchanges()] == [1, 2]
        log.record(an_exchange(4, BytesContent(bytes(600))))
        assert [int(exchange.id, 16) for exchange in log.exchanges()] == [1, 2, 4]
    assert f"exchange {an_exchange(3).id} is not recorded" in caplog.text


@contextmanager
def shared(folder: Path) -> Iterator[tuple[ExchangeLog, ExchangeLog]]:
    """A log as two processes have it."""
    with (
        closing(ExchangeLog(folder, share=Share.FIRST)) as first,
        closing(ExchangeLog(folder, share=Share.JOINING, name=first.name)) as other,
    ):
        yield first, other


@contextmanager
def another_commits(folder: Path) -> Iterator[None]:
    """As long as nobody else can."""
    with closing(Turn((folder / DATABASE).with_name(f"{DATABASE}.turn"))) as turn, turn:
        yield


def wait_for(octets: bytes, path: Path) -> None:
    end = time.monotonic() + 10
    while not (path.exists() and octets in path.read_bytes()):
        assert time.monotonic() < end, "it was not written"
        time.sleep(0.01)


def test_bodies_do_not_wait_for_the_commits_of_other_processes(tmp_path: Path) -> None:
    with shared(tmp_path) as (log, _):
        with another_commits(tmp_path):
            log.record(an_exchange(1, BytesContent(b"a body")))
            wait_for(b"a body", tmp_path / BODIES / "000001" / "octets")
            assert log.reader.exchanges() == ()
        (found,) = log.exchanges()
        assert read_all(found.request.body) == b"a body"


def test_a_body_whose_segment_goes_before_its_row_is_there_is_written_again(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(100_000))
    folder = tmp_path / "log"
    with shared(folder) as (log, other):
        for number, one in ((1, log), (2, other)):
            one.record(an_exchange(number, BytesContent(b"early")))
            one.exchanges()
        with another_commits(folder), closing(sqlite3.connect(folder / DATABASE)) as database:
            log.record(an_exchange(3, SegmentsContent((b"late", FileContent.of(large)))))
            wait_for(b"late", folder / BODIES / "000001" / "octets")
            with database:
                database.execute("DELETE FROM exchange WHERE segment < 2")
            shutil.rmtree(folder / BODIES / "000001")
        second, third = log.exchanges()
        assert read_all(second.request.body) == b"early"
        assert read_all(third.request.body) == b"late" + bytes(100_000)
        assert b"late" in (folder / BODIES / "000003" / "octets").read_bytes()
