"""What all tests share: where things are, and how hypothesis behaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
