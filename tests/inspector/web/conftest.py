"""One inspector for all tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from an_inspector import Inspector, an_inspector


@pytest.fixture(scope="session")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    with an_inspector(tmp_path_factory.mktemp("inspected")) as started:
        yield started
