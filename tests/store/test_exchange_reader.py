from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from an_exchange import FINDING, an_exchange

from xdsi_sim.content import BytesContent, read_all
from xdsi_sim.errors import UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.store.exchange_reader import ExchangeReader, Selection
from xdsi_sim.store.exchanges import ExchangeLog

ALL = Selection()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ExchangeLog]:
    with closing(ExchangeLog(tmp_path)) as opened:
        yield opened


@pytest.fixture
def reader(log: ExchangeLog, tmp_path: Path) -> Iterator[ExchangeReader]:
    """Beside the one who writes."""
    log.exchanges()
    with closing(ExchangeReader.open(tmp_path)) as opened:
        yield opened


def record(log: ExchangeLog, *exchanges: Exchange) -> None:
    for exchange in exchanges:
        log.record(exchange)
    log.exchanges()  # when this is done, all of them are written


def numbers(exchanges: tuple[Exchange, ...]) -> list[int]:
    return [int(exchange.id, 16) for exchange in exchanges]


def test_a_log_can_be_read_while_it_is_written(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, an_exchange(1, BytesContent(b"one")))
    assert [read_all(exchange.request.body) for exchange in reader.exchanges()] == [b"one"]
    record(log, an_exchange(2, BytesContent(b"two")))
    assert [read_all(exchange.request.body) for exchange in reader.exchanges()] == [b"one", b"two"]


def test_a_log_can_be_read_after_it_is_closed(tmp_path: Path) -> None:
    with closing(ExchangeLog(tmp_path)) as log:
        log.record(an_exchange())
    with closing(ExchangeReader.open(tmp_path)) as reader:
        assert len(reader.exchanges()) == 1


def test_a_folder_without_a_log_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no exchange log here"):
        ExchangeReader.open(tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_the_newest_are_given_as_they_began(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, *(an_exchange(number) for number in (1, 2, 4, 3)))
    found, _ = reader.newest(ALL, 3)
    assert numbers(found) == [2, 3, 4]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (ALL, [1, 2, 3]),
        (Selection(actor="registry"), [1, 3]),
        (Selection(actor="regis"), []),
        (Selection(transaction="iti-42"), [3]),
        (Selection(status="fault"), [2]),
        (Selection(status="f"), [2, 3]),
        (Selection(status="%"), []),
        (Selection(actor="registry", status="Failure"), [3]),
        (Selection(session="acme"), [2]),
        (Selection(session="acme", actor="registry"), []),
        (Selection(session=""), [1, 3]),
        (Selection(session="", actor="registry"), [1, 3]),
        (Selection(session="acm"), []),
    ],
)
def test_exchanges_are_selected_by_actor_transaction_status_and_session(
    log: ExchangeLog, reader: ExchangeReader, selection: Selection, expected: list[int]
) -> None:
    record(
        log,
        an_exchange(1),
        an_exchange(2, receiver="repository", transaction="ITI-43", status="Fault Sender", session="acme"),
        an_exchange(3, sender="registry", receiver="x", transaction="ITI-42", status="Failure"),
    )
    assert numbers(reader.newest(selection, 10)[0]) == expected
    assert numbers(tuple(reader.all(selection))) == expected


def test_what_comes_after_a_mark_comes_once(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, an_exchange(1))
    _, mark = reader.newest(ALL, 0)
    assert reader.since(mark, ALL) == ((), mark)
    record(log, an_exchange(2), an_exchange(3))
    found, mark = reader.since(mark, ALL)
    assert numbers(found) == [2, 3]
    assert reader.since(mark, ALL) == ((), mark)


def test_all_of_them_come_in_pages(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, *(an_exchange(number) for number in range(1201)))
    assert numbers(tuple(reader.all(ALL))) == [*range(1201)]


def test_an_exchange_is_named_by_the_beginning_of_its_id(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, *(an_exchange(number, id=id_) for number, id_ in enumerate(["ab", "abc", "abe", "b"])))
    assert [exchange.id for exchange in reader.named("abc")] == ["abc"]
    assert [exchange.id for exchange in reader.named("b")] == ["b"]
    assert [exchange.id for exchange in reader.named("ab")] == ["ab"]  # whole
    assert [exchange.id for exchange in reader.named("a")] == ["ab", "abc", "abe"]
    assert [exchange.id for exchange in reader.named("a", 2)] == ["ab", "abc"]
    assert reader.named("%") == ()


CX = "P1^^^&1.2.3&ISO"


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(finding="any"), [2]),
        (Selection(finding="a12"), [2]),
        (Selection(finding="A1"), []),
        (Selection(patient="p1^^^"), [1]),
        (Selection(patient="P2"), []),
        (Selection(text="APPLICATION/SOAP"), [3, 2, 1]),
        (Selection(text="missing"), [2]),
        (Selection(text=f"{3:032x}"), [3]),
        (Selection(text="%"), []),
        (Selection(actor="registry", finding="any", text="nothing"), []),
    ],
)
def test_findings_patients_and_texts_are_looked_for(
    log: ExchangeLog, reader: ExchangeReader, selection: Selection, expected: list[int]
) -> None:
    named = BytesContent(f"<Value>'{CX}'</Value>".replace("&", "&amp;").encode())
    record(log, an_exchange(1, named), an_exchange(2, findings=(FINDING,)), an_exchange(3))
    assert numbers(tuple(exchange for _, exchange in reader.page(selection, 9))) == expected


def test_pages_follow_one_another_from_the_newest_on(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, *map(an_exchange, range(1, 6)))
    first = reader.page(ALL, 2)
    second = reader.page(ALL, 2, before=first[-1][0])
    assert [numbers((exchange,)) for _, exchange in (*first, *second)] == [[5], [4], [3], [2]]
    assert reader.page(ALL, 9, after=reader.mark()) == []


def test_an_outline_tells_what_there_is_to_count(log: ExchangeLog, reader: ExchangeReader) -> None:
    record(log, an_exchange(1), an_exchange(2, findings=(FINDING,), status="Failure"))
    record(log, an_exchange(3))
    other, one = sorted(reader.outlines(0, reader.mark()), key=lambda outline: outline.status)
    assert (one.sender, one.receiver, one.transaction, one.status) == (
        "viewer",
        "registry",
        "ITI-18",
        "Success",
    )
    assert (one.number, one.found, one.last) == (2, 0, 1003.0)
    assert (other.number, other.found, other.status) == (1, 1, "Failure")
    assert reader.outlines(reader.mark(), reader.mark() + 9) == []


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(actor="viewer", transaction="iti-18", status="succ"), True),
        (Selection(actor="registry"), True),
        (Selection(actor="other"), False),
        (Selection(transaction="ITI-1"), False),
        (Selection(status="fail"), False),
        (Selection(session=""), True),
        (Selection(session="acme"), False),
    ],
)
def test_an_exchange_that_is_in_no_table_is_selected_in_the_same_way(
    selection: Selection, taken: bool
) -> None:
    assert selection.takes(an_exchange()) is taken


def test_ids_and_conversations_are_found_without_reading_all(reader: ExchangeReader) -> None:
    asked: list[str] = []
    connection = reader._connection()
    connection.set_trace_callback(asked.append)
    reader.named("1")
    reader.exchanges("c1")
    connection.set_trace_callback(None)
    assert len(asked) == 3
    for sql in asked:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert any("INDEX idx_exchange_segment_" in step and "(segment=? AND " in step for step in plan)
        assert not any("SCAN exchange" in step for step in plan)


def test_what_is_asked_for_is_found_in_every_segment(tmp_path: Path) -> None:
    for number in range(1, 4):
        with closing(ExchangeLog(tmp_path)) as log:  # each opening begins a segment
            for id in (number, number + 16):
                log.record(an_exchange(id, conversation=f"c{id % 2}"))
    with closing(ExchangeReader.open(tmp_path)) as reader:
        assert numbers(reader.exchanges("c1")) == [1, 3, 17, 19]
        assert numbers(reader.named("0" * 30 + "1")) == [17, 18, 19]
        assert numbers(reader.named(f"{2:032x}")) == [2]
        assert numbers(reader.named("0", limit=4)) == [1, 2, 3, 17]


def test_of_an_id_that_was_given_twice_the_last_one_is_meant(tmp_path: Path) -> None:
    for status in ("Failure", "Success"):
        with closing(ExchangeLog(tmp_path)) as log:
            log.record(an_exchange(status=status))
    with closing(ExchangeReader.open(tmp_path)) as reader:
        (found,) = reader.named(an_exchange().id)
        assert found.status == "Success"
        assert len(reader.exchanges()) == 2
