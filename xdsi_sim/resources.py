"""Where the files that ship beside the code are: service descriptions and scenarios.

In a checkout they stand at the top level; a wheel carries them inside the package.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["scenarios", "wsdl"]


def wsdl() -> Path:
    """Folder of our WSDL files and schemas."""
    return _folder("wsdl")


def scenarios() -> Path:
    """Folder of the scenarios that ship; topologies are in `topologies/` below it."""
    return _folder("scenarios")


def _folder(name: str) -> Path:
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
