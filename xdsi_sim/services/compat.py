"""Makes Spyne 2.14 importable on Python 3.12 and later. Imported before anything of Spyne.

Its vendored copy of six brings an importer for `spyne.util.six.moves` that knows only the protocol
which Python 3.12 dropped (`find_module`) and of which 3.11 warns. The copy has functions that PyPI's
six lacks, so it is kept, and its importer is taught the present protocol.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["install"]

_SIX = "spyne.util.six"


def install() -> None:
    """Load the vendored six with an importer that works; harmless when called again."""
    if _SIX in sys.modules:
        return
    path = _package_folder() + "/util/six.py"
    spec = importlib.util.spec_from_file_location(_SIX, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{_SIX} is not at {path}")
    six = importlib.util.module_from_spec(spec)
    sys.modules[_SIX] = six
    spec.loader.exec_module(six)
    _teach(type(six._importer))  # noqa: SLF001  there is no other way to it


def _package_folder() -> str:
    spec = importlib.util.find_spec("spyne")  # of a top-level package: found without importing it
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("spyne is not installed")
    return str(spec.submodule_search_locations[0])


def _teach(importer: Any) -> None:
    """Give the importer's class the methods of the import protocol of Python 3.4 and later."""

    def find_spec(self: Any, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Instead of `find_module`, which Python 3.12 asks no more."""
        return ModuleSpec(name, self) if name in self.known_modules else None

    def create_module(self: Any, spec: ModuleSpec) -> ModuleType:
        """Instead of `load_module`."""
        module: ModuleType = self.load_module(spec.name)
        return module

    def exec_module(_self: Any, _module: ModuleType) -> None:
        """Loading has done it already."""

    importer.find_spec = find_spec
    importer.create_module = create_module
    importer.exec_module = exec_module


install()
