"""How the interpreter is set up for what a process here does."""

from __future__ import annotations

import gc
import sys
from typing import Final

__all__ = ["tune"]

_SWITCH: Final = 1e-3
"""Seconds a thread may keep the others waiting. A commit asks for the interpreter several times; at
Python's 5 ms it would wait for the busy reactor longer than for the disk."""

_YOUNG: Final = 200_000
"""Objects made before the collector looks at them. A message makes thousands that go with it, and a start a
million that stay; at Python's 700 both would be looked through again and again."""


def tune() -> None:
    """Set this process up for many short-lived objects and a thread that commits."""
    sys.setswitchinterval(_SWITCH)
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
