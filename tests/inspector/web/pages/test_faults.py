from __future__ import annotations

from collections.abc import Iterator

import pytest
from an_inspector import Inspector, words_of
from wire import message, post, send


@pytest.fixture(autouse=True)
def nothing_is_on(inspector: Inspector) -> Iterator[None]:
    yield
    inspector.running.faults.off()


def switch(inspector: Inspector, **fields: str) -> tuple[int, str]:
    answer = inspector.submit("faults", token=inspector.token, **fields)
    return answer.status, words_of(answer.body.decode())


def test_a_fault_is_switched_on_seen_and_switched_off(inspector: Inspector) -> None:
    url = inspector.running.url_of("registry")
    given = {
        "actor": "registry",
        "deviation": "http-503",
        "call": "1",
        "transaction": "ITI-18",
        "parameters": "",
    }
    assert switch(inspector, **given)[0] == 303
    assert send(url, post(url, *message(url))).status == 503
    assert "http-503 ITI-18, the 1. one 1 of 1 inspector" in inspector.words("faults")
    assert "1 fault on" in inspector.words("actors")
    (one,) = inspector.running.faults.switches()
    off = inspector.submit("faults/off", token=inspector.token, number=str(one.number))
    assert (off.status, inspector.running.faults.switches()) == (303, ())


def test_all_are_switched_off_at_once(inspector: Inspector) -> None:
    for actor in ("registry", "repository"):
        switch(inspector, actor=actor, deviation="delay", parameters="seconds=0.1")
    assert inspector.running.faults.switches()[0].parameters == {"seconds": 0.1}
    inspector.submit("faults/off", token=inspector.token)
    assert inspector.running.faults.switches() == ()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"actor": "registri", "deviation": "delay"}, "Did you mean 'registry'"),
        ({"actor": "registry", "deviation": "dely"}, "Did you mean 'delay'"),
        ({"actor": "registry", "deviation": "delay", "parameters": "seconds"}, "'seconds' is not NAME=VALUE"),
        ({"actor": "registry", "deviation": "delay", "call": "x"}, "call"),
        ({"actor": "registry", "deviation": "<script>"}, "<script>"),
        ({}, "actor"),
    ],
)
def test_what_cannot_be_is_told_beside_the_form(
    inspector: Inspector, fields: dict[str, str], told: str
) -> None:
    status, words = switch(inspector, **fields)
    assert status == 400
    assert told in words
    assert inspector.running.faults.switches() == ()


@pytest.mark.parametrize("number", ["x", "-1", "1" * 30])
def test_a_fault_has_a_number(inspector: Inspector, number: str) -> None:
    assert inspector.submit("faults/off", token=inspector.token, number=number).status == 400


def test_every_deviation_is_on_the_page(inspector: Inspector) -> None:
    page = inspector.page("faults")
    assert page.count("<option value=") >= 200
