from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from xdsi_sim.errors import CannotRun
from xdsi_sim.store.opening import opening


@pytest.mark.parametrize("cause", [FileExistsError(17, "File exists"), sqlite3.OperationalError("no file")])
def test_what_was_opened_is_closed_where_the_folder_cannot_be_used(tmp_path: Path, cause: Exception) -> None:
    closed: list[str] = []
    with pytest.raises(CannotRun, match=rf"^{tmp_path}: the data folder cannot be used: ") as caught:
        with opening(tmp_path) as opened:
            opened.callback(closed.append, "first")
            raise cause
    assert str(cause) in str(caught.value)
    assert closed == ["first"]


def test_a_defect_closes_it_as_well_and_stays_what_it_is(tmp_path: Path) -> None:
    closed: list[str] = []
    with pytest.raises(KeyError), opening(tmp_path) as opened:
        opened.callback(closed.append, "first")
        raise KeyError
    assert closed == ["first"]


def test_what_was_opened_stays_open_where_all_goes_well(tmp_path: Path) -> None:
    closed: list[str] = []
    with opening(tmp_path) as opened:
        opened.callback(closed.append, "first")
    assert closed == []
