"""A registry's store, empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xdsi_sim.store.registry import SqliteRegistryStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRegistryStore]:
    opened = SqliteRegistryStore(tmp_path)
    yield opened
    opened.close()
