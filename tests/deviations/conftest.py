"""One community for all tests of deviations: starting it costs more than most of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from a_faulty_domain import FaultyDomain, faulty_domain


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyDomain]:
    with faulty_domain(tmp_path_factory.mktemp("faulty")) as domain:
        yield domain
