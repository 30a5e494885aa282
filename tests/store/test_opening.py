from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xdsi_sim.errors import CannotRun
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.store.repository import SqliteDocumentStore

Opens = Callable[..., Any]


def fail(folder: Path, closed: list[str], cause: Exception) -> None:
    with opening(folder) as opened:
        opened.callback(closed.append, "first")
        raise cause


@pytest.mark.parametrize("cause", [OSError(28, "no room"), sqlite3.OperationalError("no room")])
def test_what_was_opened_is_closed_where_the_folder_cannot_be_used(tmp_path: Path, cause: Exception) -> None:
    closed: list[str] = []
    with pytest.raises(CannotRun, match=rf"^{tmp_path}: the data folder cannot be used: .*no room"):
        fail(tmp_path, closed, cause)
    assert closed == ["first"]


def test_a_defect_closes_it_as_well_and_stays_what_it_is(tmp_path: Path) -> None:
    closed: list[str] = []
    with pytest.raises(KeyError):
        fail(tmp_path, closed, KeyError())
    assert closed == ["first"]


def test_what_was_opened_stays_open_where_all_goes_well(tmp_path: Path) -> None:
    closed: list[str] = []
    with opening(tmp_path) as opened:
        opened.callback(closed.append, "first")
    assert closed == []


@pytest.mark.parametrize(
    ("store", "folder"),
    [
        (SqliteRegistryStore, "answers"),
        (SqliteDocumentStore, "documents"),
        (SqliteInstanceStore, "incoming"),
    ],
)
def test_what_another_process_is_at_is_left_to_it(tmp_path: Path, store: Opens, folder: str) -> None:
    first = store(tmp_path, Share.FIRST)
    begun = tmp_path / folder / "begun"
    begun.touch()
    store(tmp_path, Share.JOINING).close()
    assert begun.exists()
    first.close()
    store(tmp_path).close()  # nobody is at it any more
    assert not begun.exists()
