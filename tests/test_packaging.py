"""The wheel holds all that the command needs, and installs and runs where nothing else is."""

from __future__ import annotations

import ast
import configparser
import functools
import re
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "xdsi_sim"

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".*_cache", "build", "dist", "*.egg-info", "__pycache__")
IMPORTED_BY_OTHERS = {"legacy-cgi": "Spyne imports cgi"}
PART_OF = {
    "gevent": "locust",
    "markupsafe": "jinja2",
    "pydantic-core": "pydantic",
    "zope-interface": "twisted",
}


def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser(delimiters=("=",))
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def normalised(requirement: str) -> str:
    """Name of a distribution as the index compares it, without version and marker."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def named(section: str, option: str) -> set[str]:
    """Names of the distributions in a list of setup.cfg."""
    return {normalised(line) for line in setup_cfg()[section][option].split("\n") if line}


def requirements() -> set[str]:
    """What an installation brings along."""
    return named("options", "install_requires")


def optional() -> set[str]:
    """What extras bring along, each for modules that no other imports; tests/test_layers.py fences them."""
    return set().union(
        *(named("options.extras_require", extra) for extra in ("zeep", "rendered", "dimse", "pytest", "load"))
    )


@functools.cache
def imported() -> set[str]:
    """Top-level names that the package imports."""
    nodes = [node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | named} - {"xdsi_sim", *sys.stdlib_module_names}


@functools.cache
def providers(name: str) -> set[str]:
    """Distributions that bring the top-level name, a part counted as its whole."""
    found = map(normalised, metadata.packages_distributions().get(name, [name]))
    return {PART_OF.get(distribution, distribution) for distribution in found}


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no remains of an earlier build get in; the folder has a blank."""
    folder = tmp_path_factory.mktemp("a wheel")
    shutil.copytree(ROOT, folder / "source", ignore=NOT_COPIED)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, "./source", folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def content(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_under(folder: Path) -> set[str]:
    kept = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in kept}


@pytest.mark.parametrize(
    ("folder", "place"),
    [("xdsi_sim", "xdsi_sim"), ("wsdl", "xdsi_sim/wsdl"), ("scenarios", "xdsi_sim/scenarios")],
)
def test_wheel_holds_each_file_of(folder: str, place: str, content: set[str]) -> None:
    files = files_under(ROOT / folder)
    assert files
    missing = sorted(file for file in files if f"{place}/{file}" not in content)
    assert missing == [], "see packages and package_data in setup.cfg"


def test_wheel_holds_nothing_else(content: set[str]) -> None:
    assert {name.partition("/")[0].partition("-")[0] for name in content} == {"xdsi_sim"}


def test_every_package_is_listed() -> None:
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")}
    listed = set(setup_cfg()["options"]["packages"].split())
    assert listed == found | {"xdsi_sim.wsdl", "xdsi_sim.scenarios"}


@pytest.mark.parametrize("name", sorted(imported()))
def test_imported_library_is_a_dependency(name: str) -> None:
    assert providers(name) & (requirements() | optional()), f"{name} is in no line of install_requires"


@pytest.mark.parametrize("name", sorted(requirements() - IMPORTED_BY_OTHERS.keys()))
def test_dependency_is_imported(name: str) -> None:
    assert any(name in providers(library) for library in imported()), f"{name} is not needed"


@pytest.mark.network
def test_shipped_scenario_runs_from_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "empty environment"
    venv.create(home, with_pip=True)
    run(home / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, folder=tmp_path)
    run(home / "bin" / "xdsi-sim", "run", "central", "--reports", "reports", folder=tmp_path)
    assert {"report.html", "report.json", "junit.xml"} <= files_under(tmp_path / "reports")
