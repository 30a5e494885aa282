from __future__ import annotations

import pytest

from xdsi_sim.topology.drawing.shapes import Tone, tone_of


@pytest.mark.parametrize(
    ("transactions", "tone"),
    [
        (("ITI-41", "RAD-68"), Tone.PUBLISH),
        (("ITI-38", "ITI-39", "ITI-80"), Tone.DOCUMENTS),
        (("ITI-18", "ITI-43"), Tone.DOCUMENTS),
        (("RAD-75", "XC-WADO"), Tone.IMAGES),
        (("ITI-55",), Tone.DOCUMENTS),
    ],
)
def test_a_line_has_the_colour_of_what_it_brings(transactions: tuple[str, ...], tone: Tone) -> None:
    assert tone_of(transactions) is tone
