"""Submissions that were saved in files: whole documents, or a stream with one on each line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.vocab import NS

__all__ = ["Saved", "metadata_files", "read_saved", "saved_in"]

_SUBMIT: Final = f"{{{NS.LCM}}}SubmitObjectsRequest"
_STRETCH: Final = 1 << 20  # octets read at a time: a line is as long as a submission
_WHOLE_LINE: Final = re.compile(rb"</([\w.-]+:)?SubmitObjectsRequest\s*>\s*\Z")


@dataclass(frozen=True, slots=True)
class Saved:
    """A submission as it was saved."""

    file: Path
    line: int | None
    """Where the file has one on each line."""
    data: bytes

    def __str__(self) -> str:
        return str(self.file) if self.line is None else f"{self.file}:{self.line}"


def metadata_files(paths: Iterable[Path]) -> list[Path]:
    """The files, and those of the folders and of all below them, each by name."""
    found = []
    for path in paths:
        found += sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    return found


def saved_in(files: Iterable[Path]) -> Iterator[Saved]:
    """The submissions of files: each file is one, or each of its lines. Raises OSError."""
    for path in files:
        with path.open("rb", buffering=_STRETCH) as file:
            lines = enumerate(file, 1)
            begun = list(islice(lines, 2))
            if len(begun) < 2 or not _WHOLE_LINE.search(begun[0][1]):
                yield Saved(path, None, b"".join([line for _, line in begun]) + file.read())
                continue
            for number, line in chain(begun, lines):
                if line.strip():
                    yield Saved(path, number, line)


def read_saved(data: bytes) -> SubmitObjectsRequest:
    """The request, alone or inside of a SOAP message; raises ProtocolViolation where there is none."""
    root = parse(data)
    element = root if root.tag == _SUBMIT else next(root.iter(_SUBMIT), None)
    if element is None:
        raise ProtocolViolation("holds no lcm:SubmitObjectsRequest", rule="C01")
    return SubmitObjectsRequest(element=element)
