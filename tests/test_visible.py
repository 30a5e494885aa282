from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.visible import VisibleFormatter, visible, visible_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller 山田 – Ω", "Müller 山田 – Ω"),
        ("two\n\tlines", "two\n\tlines"),
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("invoice\u202efdp.exe", "invoice⟨U+202E⟩fdp.exe"),
        ("a\u200bb\u2066c\ufeff", "a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩"),
        ("cut\x00off\r", "cut⟨U+0000⟩off⟨U+000D⟩"),
        ("\ud800", "⟨U+D800⟩"),
    ],
)
def test_characters_that_act_are_shown_in_words(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_visible_text_can_always_be_written(text: str) -> None:
    assert visible(visible(text).encode("utf-8").decode("utf-8")) == visible(text)


def test_a_line_has_no_end_of_its_own() -> None:
    assert visible_line("a\r\nb\tc") == "a⟨U+000D⟩⟨U+000A⟩b⟨U+0009⟩c"


def test_nothing_that_is_quoted_in_a_log_begins_an_entry_or_acts() -> None:
    try:
        raise ValueError("\x1b[31m\nERROR forged")
    except ValueError:
        told = sys.exc_info()
    record = logging.LogRecord("n", logging.ERROR, "", 0, "%s", ("a\r\nERROR forged \u202ex",), told)
    text = VisibleFormatter("%(levelname)s %(message)s").format(record)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert [line for line in text.splitlines() if not line.startswith("    ")] == ["ERROR a⟨U+000D⟩"]


QUOTING = """
import pydicom, warnings
from xdsi_sim.visible import log_to_terminal
log_to_terminal()
pydicom.charset.convert_encodings("\x1b[31mEVIL")
warnings.warn("quoted \x1b[31m")
"""


def test_warnings_of_libraries_quote_peers_as_the_log_does() -> None:
    """A broken Specific Character Set got to the terminal as it was, and could have acted there."""
    told = subprocess.run([sys.executable, "-c", QUOTING], capture_output=True, text=True, check=True).stderr
    assert "\x1b" not in told
    assert "WARNING pydicom: Unknown encoding '⟨U+001B⟩[31mEVIL'" in told
    assert told.count("Unknown encoding") == 1
    assert "UserWarning: quoted ⟨U+001B⟩[31m" in told
