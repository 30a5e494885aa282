from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xdsi_sim.dicom.samples import write_sample

COMMAND = [sys.executable, "-m", "xdsi_sim", "load"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "there is no file or folder"),
        (["cr"], "--source: which one? Known: pacs-north, pacs-south."),
        (["cr", "--source", "pacs"], "--source: no source 'pacs'. Known: pacs-north, pacs-south."),
        (["cr", "--source", "pacs-north", "--listen", "here"], "--listen: 'here' is not HOST:PORT"),
    ],
)
def test_a_slip_is_told_before_anything_is_done(tmp_path: Path, arguments: list[str], told: str) -> None:
    write_sample("cr-chest", tmp_path / "cr")
    path, *options = arguments
    ended = run(tmp_path / path, *options, "--data", tmp_path / "data")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_data_folder_is_needed(tmp_path: Path) -> None:
    ended = run(tmp_path, "--source", "pacs-north")
    assert ended.returncode == 2
    assert "--data" in ended.stderr
