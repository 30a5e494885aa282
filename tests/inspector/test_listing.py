from __future__ import annotations

import io

import pytest
from an_exchange import FINDING, an_exchange
from rich.console import Console

from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.listing import colour_of, print_heading, print_lines


def lines(*exchanges: Exchange) -> list[str]:
    output = Console(file=io.StringIO(), width=300, highlight=False, soft_wrap=True)
    print_heading(output)
    print_lines(output, exchanges)
    return output.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_one_exchange_is_one_line_below_the_heading() -> None:
    heading, line = lines(an_exchange(1, id="abcdef0123456789", findings=(FINDING,)))
    assert heading.split()[:2] == ["time", "(UTC)"]
    assert line.split() == [
        *("1970-01-01T00:16:41.000Z", "abcdef01", "viewer", "→", "registry", "ITI-18"),
        *("Success", "1", "18", "ms", "194", "B"),
    ]
    assert line.index("ITI-18") == heading.index("transaction")


def test_what_a_peer_had_a_say_in_cannot_act_on_the_terminal() -> None:
    _, line = lines(an_exchange(status="no answer: \x1b[2J\u202e [red]x[/red]\nSuccess", sender="a[/b]\x07"))
    assert "⟨U+001B⟩[2J⟨U+202E⟩ [red]x" in line
    assert "a[/b]⟨U+0007⟩ → registry" in line


def test_an_endless_status_is_cut() -> None:
    _, line = lines(an_exchange(status="no answer: " + "x" * 1000))
    assert len(line) < 200


@pytest.mark.parametrize(
    ("status", "colour"),
    [
        ("Success", "green"),
        ("PartialSuccess", "yellow"),
        ("Failure", "red"),
        ("Fault Sender", "red"),
        ("HTTP 206", "green"),
        ("HTTP 404", "red"),
        ("no answer: gone", "red"),
    ],
)
def test_a_status_has_the_colour_of_its_meaning(status: str, colour: str) -> None:
    assert colour_of(status) == colour


def test_what_was_wrong_on_purpose_stands_beside_the_status() -> None:
    _, line = lines(an_exchange(deviations=("delay seconds=2",)))
    assert "Success; fault delay seconds=2" in line


def test_the_session_stands_before_who_asked_whom() -> None:
    _, line = lines(an_exchange(session="acme"))
    assert "  acme: viewer → registry  " in line
