from __future__ import annotations

from an_exchange import an_exchange

from xdsi_sim.scenario.load.memory import RoundsLog


def test_a_conversation_is_there_until_it_is_taken() -> None:
    log = RoundsLog()
    for number in (2, 1, 3):
        log.record(an_exchange(number, conversation="a" if number < 3 else "b"))
    assert [each.started for each in log.exchanges("a")] == [1001, 1002]
    assert len(log.exchanges()) == 3
    assert len(log.take(["a", "gone"])) == 2
    assert log.exchanges("a") == []
    assert len(log.exchanges("b")) == 1


def test_who_listens_hears_what_came_behind_a_mark() -> None:
    log = RoundsLog()
    log.record(an_exchange(1))
    mark = log.mark()
    log.record(an_exchange(2))
    ((behind, exchange),) = log.heard(mark)
    assert (exchange.id, log.heard(behind)) == (an_exchange(2).id, [])


def test_what_nobody_takes_is_forgotten_in_the_end() -> None:
    log = RoundsLog()
    for number in range(10_050):
        log.record(an_exchange(number, conversation=str(number)))
    assert log.exchanges("0") == []
    assert len(log.exchanges("10049")) == 1
    assert len(log.exchanges()) == 2_000
