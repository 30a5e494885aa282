"""Folders of reports, numbered from 1: those of former starts stay what they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["folder_of", "next_number"]


def next_number(folder: Path, taken: Iterable[int] = ()) -> int:
    """One more than any that is `taken`, or that has a folder in `folder`."""
    kept = (int(each.name) for each in folder.glob("*") if each.name.isdecimal())
    return 1 + max((*taken, *kept), default=0)


def folder_of(folder: Path, number: int) -> Path:
    """Where the report of that number is."""
    return folder / f"{number:04}"
