"""What all tests share: where things are, and how hypothesis behaves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from xdsi_sim.store.exchanges import ExchangeLog

ROOT = Path(__file__).parents[1]

# No deadline: a busy machine is no defect. In CI the examples are the same in every run.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder with setup.cfg, README.md and the package."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Messages and schemas of other stacks, kept beside the project; not everybody has them."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no folder shared/data beside the project")
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ExchangeLog]:
    """An empty log, for what talks at sockets."""
    opened = ExchangeLog(tmp_path / "log")
    yield opened
    opened.close()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """An empty folder for what is received."""
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder
