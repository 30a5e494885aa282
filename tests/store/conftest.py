"""A store of instances, empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xdsi_sim.store.instances import SqliteInstanceStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    opened = SqliteInstanceStore(tmp_path / "store")
    yield opened
    opened.close()
