from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from xdsi_sim.store.parameters import FEW, bound, places


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, 40_000])
def test_any_number_of_values_is_found_as_it_is(count: int) -> None:
    values = [f"'\"\\ é \U0001f600 {n}" for n in range(count)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (name TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [("other",), *((value,) for value in values)])
        sql = f"SELECT name FROM t WHERE name IN ({places(count)}) ORDER BY rowid"  # noqa: S608  ours
        assert [name for (name,) in connection.execute(sql, tuple(bound(values)))] == values


def test_few_values_have_a_parameter_each() -> None:
    assert places(3) == "?,?,?"
    assert places(FEW + 1).count("?") == 1
