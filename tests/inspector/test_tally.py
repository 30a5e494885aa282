from __future__ import annotations

from contextlib import closing
from pathlib import Path

from an_exchange import FINDING, an_exchange

from xdsi_sim.inspector.tally import Counts, Tally
from xdsi_sim.store.exchanges import ExchangeLog


def test_exchanges_are_counted_by_who_took_part(tmp_path: Path) -> None:
    with closing(ExchangeLog(tmp_path)) as log:
        tally = Tally(log.reader)
        log.record(an_exchange(1))
        log.record(an_exchange(2, status="Failure", findings=(FINDING,)))
        log.mark()
        assert tally.of("registry") == Counts(received=2, bad=1, found=1, last=1002.0)
        assert tally.of("viewer") == Counts(sent=2, last=1002.0)
        log.record(an_exchange(3, sender="127.0.0.1:999", transaction="RAD-69"))
        log.record(an_exchange(4, sender="127.0.0.1:998"))
        log.mark()
        assert (tally.of("registry").received, tally.of("127.0.0.1").sent, tally.total()) == (4, 2, 4)
        assert tally.transactions() == ("ITI-18", "RAD-69")


def test_names_without_end_are_counted_in_the_total_alone(tmp_path: Path) -> None:
    with closing(ExchangeLog(tmp_path)) as log:
        for number in range(250):
            log.record(an_exchange(number, sender=f"peer-{number}"))
        log.mark()
        tally = Tally(log.reader)
        told_apart = sum(tally.of(f"peer-{number}").sent for number in range(250))
        assert (tally.of("registry").received, tally.total()) == (250, 250)
        assert told_apart < 200


def test_without_a_log_there_is_nothing() -> None:
    assert (Tally(None).of("registry"), Tally(None).total()) == (Counts(), 0)


def test_what_is_in_a_session_is_counted_in_the_total_alone(tmp_path: Path) -> None:
    with closing(ExchangeLog(tmp_path)) as log:
        log.record(an_exchange(1, session="acme"))
        log.record(an_exchange(2))
        log.mark()
        tally = Tally(log.reader)
        assert (tally.of("registry").received, tally.total()) == (1, 2)
