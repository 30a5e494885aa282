from __future__ import annotations

import pytest

from xdsi_sim.scenario.reports.wording import (
    duration_text,
    iso_time,
    moment_text,
    one_line,
    plural,
    shorten,
    size_text,
)


def test_text_within_a_line_has_no_breaks() -> None:
    assert one_line("a\nb\tc\r\u202e") == "a⏎b c⟨U+000D⟩⟨U+202E⟩"


@pytest.mark.parametrize(
    ("octets", "text"), [(0, "0 B"), (999, "999 B"), (4233, "4.2 kB"), (31_000_000, "31 MB"), (5e9, "5.0 GB")]
)
def test_sizes_read_in_about_two_figures(octets: int, text: str) -> None:
    assert size_text(octets) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 ms"),
        (0.0004, "0.4 ms"),
        (0.038, "38 ms"),
        (0.9996, "1.00 s"),
        (12.34, "12.3 s"),
        (125, "2 min 5 s"),
    ],
)
def test_durations_choose_their_unit(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_times_are_utc() -> None:
    assert (iso_time(1764012345.25), moment_text(1764012345.25)) == (
        "2025-11-24T19:25:45.250Z",
        "2025-11-24 19:25:45 UTC",
    )


@pytest.mark.parametrize(("length", "text"), [(5, "abcde"), (4, "abc…")])
def test_text_is_cut_with_an_ellipsis(length: int, text: str) -> None:
    assert shorten("abcde", length) == text


def test_nouns_agree_with_their_number() -> None:
    assert [plural(1, "step"), plural(1200, "step"), plural(2, "reply", "replies")] == [
        "1 step",
        "1,200 steps",
        "2 replies",
    ]
