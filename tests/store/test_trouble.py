from __future__ import annotations

import sqlite3
from errno import EIO, ENOSPC
from pathlib import Path

import pytest

from xdsi_sim.errors import StoreBusy, StoreFull, StoreTrouble
from xdsi_sim.store.trouble import troubles, understood


def by_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (by_sqlite(sqlite3.SQLITE_FULL), StoreFull),
        (by_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), StoreBusy),
        (by_sqlite(sqlite3.SQLITE_IOERR_FSYNC), StoreTrouble),
        (OSError(ENOSPC, "words"), StoreFull),
        (OSError(EIO, "words", "/a/path/of/ours"), StoreTrouble),
        (OSError("words"), StoreTrouble),
    ],
)
def test_a_trouble_of_the_store_is_told_by_its_kind_without_our_paths(
    error: Exception, kind: type[StoreTrouble]
) -> None:
    trouble = understood(error)
    assert type(trouble) is kind
    assert (str(trouble), trouble.__cause__) == ("words", error)


@pytest.mark.parametrize("error", [KeyError("k"), by_sqlite(sqlite3.SQLITE_ERROR), sqlite3.IntegrityError()])
def test_a_defect_stays_what_it_is(error: Exception) -> None:
    assert understood(error) is error
    with pytest.raises(type(error)), troubles():
        raise error


def test_what_goes_wrong_inside_is_raised_as_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble, match="No such file"), troubles():
        (tmp_path / "none").read_bytes()
