from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xdsi_sim import resources

QUESTION = "from xdsi_sim import resources; print(resources.{}())"


@pytest.mark.parametrize("name", ["wsdl", "scenarios"])
def test_checkout_has_the_folder_at_its_top(name: str, project_root: Path) -> None:
    assert getattr(resources, name)() == project_root / name
    assert (project_root / name).is_dir()


@pytest.mark.parametrize("name", ["wsdl", "scenarios"])
def test_installed_package_has_the_folder_inside(name: str, tmp_path: Path, project_root: Path) -> None:
    package = tmp_path / "xdsi_sim"
    (package / name).mkdir(parents=True)
    (tmp_path / name).mkdir()  # what stands beside the package is then another's
    for file in ("__init__.py", "resources.py"):
        shutil.copy(project_root / "xdsi_sim" / file, package)
    command = [sys.executable, "-c", QUESTION.format(name)]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env={})
    assert Path(told.stdout.strip()) == package / name
