"""Sample studies on disk and their headers, made once for all tests of `dicom`."""

from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import header_of, summarise


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """Files of every sample, by its name."""
    folder = tmp_path_factory.mktemp("samples")
    return {name: write_sample(name, folder) for name in SAMPLES}


@pytest.fixture(scope="session")
def studies(sample_files: dict[str, tuple[Path, ...]]) -> dict[str, Study]:
    """The summary of every sample, by its name."""
    return {
        name: summarise(header_of(to_json(part10.read(FileContent.of(path)))) for path in paths)
        for name, paths in sample_files.items()
    }
