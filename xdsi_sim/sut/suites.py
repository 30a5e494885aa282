"""The suites that ship: for each role a folder with a topology and one scenario for each test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from xdsi_sim.resources import scenarios

__all__ = ["files_of", "known_ids", "shipped", "topology_of"]

_FILE: Final = re.compile(r"(?P<id>[A-Z]+-\d+)(-[a-z0-9-]+)?\.yaml")


@cache
def shipped() -> Mapping[str, Path]:
    """Folder of each suite, by the role that it tests."""
    folder = scenarios() / "suites"
    return {path.name: path for path in sorted(folder.iterdir()) if (path / "topology.yaml").is_file()}


def topology_of(role: str) -> Path:
    """The file of who takes part in the tests of a role; the actor under test has the role as its id."""
    return shipped()[role] / "topology.yaml"


def files_of(role: str) -> Mapping[str, Path]:
    """The tests of a role by their ids, in order."""
    return dict(sorted(_files(shipped()[role]), key=lambda item: _order(item[0])))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.glob("*.yaml"):
        if (found := _FILE.fullmatch(path.name)) is not None:
            yield found["id"], path


def _order(id_: str) -> tuple[str, int]:
    prefix, _, number = id_.rpartition("-")
    return prefix, int(number)


def known_ids() -> frozenset[str]:
    """Of all tests that ship."""
    return frozenset(id_ for role in shipped() for id_ in files_of(role))
