from __future__ import annotations

import pytest

from xdsi_sim.deviations.deviation import (
    DEVIATIONS,
    MTOM,
    SOAP,
    Case,
    Deviation,
    Family,
    Level,
    Message,
    deviation,
    register,
)


def test_a_deviation_is_a_function_and_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: dict[str, Deviation] = {}
    monkeypatch.setattr("xdsi_sim.deviations.deviation.DEVIATIONS", rows)

    @deviation("trial", Family.SOAP, Level.MESSAGE, fits=("ITI-18",), finds="A03 A05")
    def trial(message: Message, _case: Case) -> Message:
        """It is
        wrong."""
        return message

    row = rows["trial"]
    assert (row.text, row.finds, row.change) == ("It is wrong.", ("A03", "A05"), trial)
    assert row.fits("ITI-18")
    assert not row.fits("ITI-43")
    with pytest.raises(ValueError, match="there twice"):
        register(row)


def test_what_fits_all_fits_whatever_comes() -> None:
    assert DEVIATIONS["delay"].fits("anything")


def test_packed_transactions_are_those_with_documents() -> None:
    assert set(MTOM) == {"ITI-41", "ITI-43", "ITI-39", "ITI-80", "RAD-69", "RAD-75"} & set(SOAP)
