from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xdsi_sim.deviations.switches import Desk, Setting, Switch, Switchboard
from xdsi_sim.errors import UsageError

ACTORS = {"registry": ("ITI-18", "ITI-42"), "repository": ("ITI-41", "RAD-68", "ITI-43")}


def board(chance: Callable[[], float] = lambda: 0.5) -> Switchboard:
    return Switchboard(ACTORS, chance)


def on(switches: Switchboard, by: str = "test", **changes: Any) -> Switch:
    return switches.on(Setting(**{"actor": "registry", "deviation": "delay", **changes}), by)


def fired(desk: Desk, calls: int, *names: str) -> list[int]:
    """The numbers of the calls that meet something."""
    return [number for number in range(1, calls + 1) if desk.meet(*names or ("ITI-18",))]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"call": 2}, [2]),
        ({"first": 3}, [3, 4, 5]),
        ({"first": 2, "last": 3}, [2, 3]),
        ({"last": 1}, [1]),
        ({"probability": 0.6}, [1, 2, 3, 4, 5]),
        ({"probability": 0.5}, []),
        ({"probability": 0}, []),
    ],
)
def test_answers_are_chosen_by_number_and_chance(when: dict[str, Any], expected: list[int]) -> None:
    switches = board()
    switch = on(switches, **when)
    assert fired(switches.desk("registry"), 5) == expected
    assert switch.met == 5


def test_only_answers_of_the_transaction_are_counted() -> None:
    switches = board()
    switch = on(switches, transaction="ITI-42", call=1)
    desk = switches.desk("registry")
    assert fired(desk, 3, "ITI-18") == []
    assert (switch.met, fired(desk, 2, "ITI-42")) == (0, [1])


def test_a_deviation_meets_only_what_it_fits() -> None:
    switches = board()
    on(switches, deviation="objects-none")
    assert fired(switches.desk("registry"), 1, "ITI-42") == []
    assert fired(switches.desk("registry"), 1, "ITI-18") == [1]


def test_a_transaction_may_go_by_either_of_its_names() -> None:
    switches = board()
    on(switches, actor="repository", transaction="RAD-68")
    desk = switches.desk("repository")
    assert fired(desk, 1, "ITI-41", "RAD-68") == [1]
    assert fired(desk, 1, "ITI-41", "ITI-41") == []


def test_another_actor_meets_nothing() -> None:
    switches = board()
    on(switches)
    assert switches.desk("repository").switches == ()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"actor": "registri"}, "no actor 'registri' answers here. Did you mean 'registry'"),
        ({"actor": "zzz"}, "Those with an address are registry, repository"),
        ({"deviation": "dely"}, "unknown deviation 'dely'. Did you mean 'delay'"),
        ({"transaction": "ITI-43"}, "registry does not answer ITI-43. It answers ITI-18, ITI-42"),
        ({"transaction": "ITI-42", "deviation": "objects-none"}, "'objects-none' does not fit ITI-42"),
        ({"deviation": "boundary-wrong"}, "does not fit anything that registry answers"),
        ({"probability": 1.5}, "from 0 to 1, found 1.5"),
        ({"call": 0}, "counted from 1"),
        ({"parameters": {"second": 1}}, "has no parameter 'second'"),
    ],
)
def test_what_cannot_be_is_told(changes: dict[str, Any], text: str) -> None:
    switches = board()
    with pytest.raises(UsageError, match=text):
        on(switches, **changes)
    assert switches.switches() == ()


def test_what_is_on_is_switched_off_by_number_maker_and_actor() -> None:
    switches = board()
    first, second = on(switches), on(switches, by="scenario")
    third = on(switches, actor="repository")
    assert [one.number for one in switches.switches()] == [1, 2, 3]
    assert switches.off(by="scenario") == 1
    assert switches.off(second.number) == 0
    assert switches.off(actor="repository") == 1
    assert switches.switches() == (first,)
    assert switches.off() == 1
    assert on(switches).number == third.number + 1


def test_a_switch_says_what_it_is() -> None:
    switch = on(board(), call=2, parameters={"seconds": "3"})
    assert switch.words == "delay seconds=3.0"
    assert switch.facts() == {
        "number": 1,
        "actor": "registry",
        "deviation": "delay",
        "transaction": None,
        "call": 2,
        "from": 1,
        "to": None,
        "probability": 1.0,
        "parameters": {"seconds": 3.0},
        "by": "test",
        "met": 0,
        "fired": 0,
    }
