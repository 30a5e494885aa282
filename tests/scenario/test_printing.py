from __future__ import annotations

import io

import pytest
from rich.console import Console

from xdsi_sim.scenario.printing import console, plain, plain_line, print_table


def test_nothing_is_wrapped_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert console().width == 200


def shown(*printed: object) -> str:
    output = io.StringIO()
    Console(file=output, width=80).print(*printed)
    return output.getvalue()


def test_text_of_others_neither_colours_nor_acts_nor_ends_its_line() -> None:
    assert shown(plain("[red]a[/red]\u202e")) == "[red]a[/red]⟨U+202E⟩\n"
    assert shown(plain_line("[b]c\nd")) == "[b]c⏎d\n"


def test_what_does_not_fit_into_a_cell_is_folded() -> None:
    output = io.StringIO()
    print_table(Console(file=output, width=12), "T", ("A",), [("x" * 20,)])
    assert output.getvalue().count("x") == 20
    assert "…" not in output.getvalue()
