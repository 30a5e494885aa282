from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from an_exchange import FINDING, a_message
from an_exchange import an_exchange as complete

from xdsi_sim.content import BytesContent, Content, FileContent, SegmentsContent, read_all
from xdsi_sim.errors import CannotRun, StoreFull
from xdsi_sim.exchange import Exchange
from xdsi_sim.store.exchanges import NOT_RECORDED, ExchangeLog, Retention
from xdsi_sim.store.opening import Share

NO_TEXT = "\ud800"
"""What SQLite does not take."""


def an_exchange(number: int, body: Content, conversation: str = "c1") -> Exchange:
    """The higher its number, the earlier it began."""
    return complete(
        number,
        id=f"e{number}",
        conversation=conversation,
        started=100.0 - number,
        duration=0.5,
        request=replace(a_message("POST / HTTP/1.1"), headers=(("A", "1"), ("A", "2")), body=body),
        response=None,
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
    assert any(path.samefile(large.path) for path in (tmp_path / "log" / "bodies").rglob("*"))


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


def kept(folder: Path, retention: Retention, octets: int, count: int = 40) -> list[str]:
    """Record so many, each a batch of its own; gives the ids that are there at the end, as they came."""
    log = ExchangeLog(folder, retention)
    for number in range(count):
        log.record(an_exchange(number, BytesContent(bytes([number]) * octets)))
        log.exchanges()
    found = log.exchanges()
    assert all(set(read_all(one.request.body)) == {int(one.id[1:])} for one in found)
    log.close()
    return [exchange.id for exchange in reversed(found)]


def test_the_newest_are_kept_where_there_are_too_many(tmp_path: Path) -> None:
    assert kept(tmp_path, Retention(exchanges=7), 10) == [f"e{number}" for number in range(33, 40)]


def test_the_newest_are_kept_where_they_are_too_large_and_the_rest_gives_its_room_back(
    tmp_path: Path,
) -> None:
    found = kept(tmp_path, Retention(size=16_000), 1000)
    assert found == [f"e{number}" for number in range(40 - len(found), 40)]
    assert 14 <= len(found) <= 16
    assert sum(path.stat().st_size for path in (tmp_path / "bodies").rglob("*/*")) <= 16_000


def test_the_newest_is_kept_even_if_it_is_too_large_alone(tmp_path: Path) -> None:
    assert kept(tmp_path, Retention(size=100), 1000, 3) == ["e2"]


def test_a_linked_file_goes_with_its_segment(tmp_path: Path, large: FileContent) -> None:
    log = ExchangeLog(tmp_path / "log", Retention(exchanges=1, size=16))
    log.record(an_exchange(1, large))
    log.exchanges()
    log.record(an_exchange(0, BytesContent(b"small")))
    log.close()
    assert large.path.stat().st_nlink == 1


def test_a_log_that_is_to_keep_less_than_last_time_forgets(tmp_path: Path) -> None:
    kept(tmp_path, Retention(), 10)
    log = ExchangeLog(tmp_path, Retention(exchanges=2))
    log.record(an_exchange(99, BytesContent(b"")))
    assert {exchange.id for exchange in log.exchanges()} == {"e39", "e99"}
    log.close()


def test_a_log_whose_segment_a_crash_cut_opens_and_goes_on(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path)
    log.record(an_exchange(2, BytesContent(b"whole")))
    log.record(an_exchange(1, BytesContent(b"cut short")))
    log.close()
    os.truncate(tmp_path / "bodies" / "000001" / "octets", 9)
    again = ExchangeLog(tmp_path)
    again.record(an_exchange(0, BytesContent(b"new")))
    whole, cut, new = again.exchanges()
    again.close()
    assert (read_all(whole.request.body), read_all(new.request.body)) == (b"whole", b"new")
    assert cut.request.start_line == "POST / HTTP/1.1"
    with pytest.raises(OSError, match="ends before"):
        read_all(cut.request.body)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from an_exchange import an_exchange
from xdsi_sim.content import BytesContent
from xdsi_sim.store.exchanges import ExchangeLog
log = ExchangeLog(Path(sys.argv[1]))
for number in range(1000):
    log.record(an_exchange(number, BytesContent(str(number).encode() * 1000)))
    if number == 500:
        log.exchanges()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_log_whose_process_is_killed_has_whole_exchanges_only(tmp_path: Path, project_root: Path) -> None:
    folders = (str(project_root), str(project_root / "tests"))
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), *folders], check=False, timeout=60)
    log = ExchangeLog(tmp_path)
    found = log.exchanges()
    log.close()
    assert len(found) >= 501
    assert [read_all(exchange.request.body) for exchange in found] == [
        str(number).encode() * 1000 for number in range(len(found))
    ]


def test_what_cannot_be_written_is_said_in_the_log_of_the_program(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = ExchangeLog(tmp_path)
    log.record(replace(an_exchange(1, BytesContent(b"")), status=NO_TEXT))
    log.close()
    assert "exchanges could not be recorded" in caplog.text


def test_a_folder_that_cannot_be_used_is_said_to_be_and_nothing_of_it_stays_open(tmp_path: Path) -> None:
    in_the_way = tmp_path / "bodies"
    in_the_way.write_bytes(b"")
    for _ in range(2):  # the first leaves no lock to the second
        with pytest.raises(CannotRun, match=rf"^{tmp_path}: .*{in_the_way}"):
            ExchangeLog(tmp_path)
    in_the_way.unlink()
    ExchangeLog(tmp_path).close()


def kept_of(folder: Path) -> list[Path]:
    """The files of the log that hold more than octets of small bodies."""
    return [path for path in (folder / "bodies").rglob("*") if path.is_file() and path.name != "octets"]


def test_of_an_exchange_that_cannot_be_recorded_no_file_stays(tmp_path: Path, large: FileContent) -> None:
    log = ExchangeLog(tmp_path / "log")
    log.record(replace(an_exchange(1, large), response=replace(a_message("HTTP/1.1 200"), body=Unreadable())))
    assert kept_of(tmp_path / "log") == []
    log.close()
    log.record(an_exchange(2, large))  # it is closed
    assert kept_of(tmp_path / "log") == []


def test_of_a_batch_that_cannot_be_written_no_file_stays(
    tmp_path: Path, large: FileContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ExchangeLog(tmp_path / "log")
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", lambda _file, _octets, _at: 0)
        log.record(an_exchange(1, SegmentsContent((b"head", large))))
        with pytest.raises(StoreFull, match="No space left"):
            log.exchanges()
    log.record(an_exchange(2, BytesContent(b"")))
    log.exchanges()  # so that the writer is done with the first
    assert kept_of(tmp_path / "log") == []
    log.record(replace(an_exchange(3, large), status=NO_TEXT))  # its bodies are written, its row is not
    with pytest.raises(UnicodeEncodeError):
        log.exchanges()
    log.close()
    assert kept_of(tmp_path / "log") == []


def test_processes_that_share_a_log_fill_and_empty_it_together(tmp_path: Path) -> None:
    retention = Retention(size=16_000)
    first = ExchangeLog(tmp_path, retention, share=Share.FIRST)
    other = ExchangeLog(tmp_path, retention, share=Share.JOINING, name=first.name)
    assert first.name == other.name
    quiet = an_exchange(99, BytesContent(bytes([99]) * 10))
    other.record(quiet)
    other.exchanges()
    for number in range(98, 40, -1):
        seldom = number % 5 == 0  # the segment of the other would last for long
        log, size = (other, 10) if seldom else (first, 1000)
        log.record(an_exchange(number, BytesContent(bytes([number]) * size)))
        log.exchanges()
    found = first.exchanges()
    assert [one.id for one in found] == [one.id for one in other.exchanges()]
    assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)
    assert {int(one.id[1:]) % 5 == 0 for one in found} == {True, False}
    assert all(set(read_all(one.request.body)) == {int(one.id[1:])} for one in found)
    assert "e99" not in {one.id for one in found}
    other.close()
    first.close()


def test_what_comes_behind_a_mark_is_heard_in_the_order_of_its_coming(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path / "log")
    log.record(an_exchange(1, BytesContent(b"")))
    begin = log.mark()
    assert log.heard(begin) == []
    log.record(an_exchange(2, BytesContent(b"")))
    log.record(an_exchange(3, BytesContent(b"")))
    (first, one), (second, other) = log.heard(begin)
    assert (one.id, other.id) == ("e2", "e3")
    assert begin < first < second == log.mark()
    assert [exchange.id for _, exchange in log.heard(first)] == ["e3"]
    log.close()


def test_a_part_is_of_one_session_and_knows_no_other(tmp_path: Path) -> None:
    log = ExchangeLog(tmp_path / "log")
    acme, none = log.part("acme"), log.part(None)
    acme.record(an_exchange(1, BytesContent(b"")))
    mark = none.mark()
    none.record(an_exchange(2, BytesContent(b"")))
    log.part("other").record(an_exchange(3, BytesContent(b"")))
    acme.record(an_exchange(4, BytesContent(b"")))
    assert [exchange.id for exchange in acme.exchanges()] == ["e4", "e1"]
    one = acme.exchanges()[0].conversation
    assert [exchange.id for exchange in acme.exchanges(one)] == ["e4", "e1"]
    assert [exchange.id for exchange in none.exchanges()] == ["e2"]
    assert [exchange.id for _, exchange in acme.heard(mark)] == ["e4"]
    assert [exchange.id for _, exchange in none.heard(mark)] == ["e2"]
    assert len({part.name for part in (acme, none, log)}) == 1  # who has recorded in one need not in another
    log.forget("acme")
    assert [exchange.id for exchange in log.exchanges()] == ["e3", "e2"]  # as they began
    log.close()
