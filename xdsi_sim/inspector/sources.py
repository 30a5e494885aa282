"""The messages in a file: itself, or those of a ZIP that `xdsi-sim log export` has written.

An answer that an export has numbered comes with the request of the same number.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xdsi_sim.soap.saved import Unrecognised

__all__ = ["Source", "sources_in"]

_REQUEST, _ANSWER, _CAPTURE = "-request.http", "-response.http", ".http"
_ZIP: Final = b"PK\x03\x04"
_GET: Final = b"GET "
_SEARCH: Final = b"/_search HTTP/"
_LONGEST_LINE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Octets of one message, and where they are from."""

    name: str
    data: bytes
    request: bytes | None = None
    """Of an answer in an export, what was asked."""


def sources_in(name: str, data: bytes) -> Iterator[Source]:
    """The messages in the file `name`, which holds `data`.

    Raises OSError where a request beside it cannot be read, Unrecognised for a ZIP that is none, or holds no
    message.
    """
    if not data.startswith(_ZIP):
        request = _with_answer(name, lambda beside: _read(Path(beside)))
        yield Source(name=name, data=data, request=request)
        return
    try:
        yield from _members(name, data)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise Unrecognised(f"the ZIP cannot be read: {error}.") from None


def _members(name: str, data: bytes) -> Iterator[Source]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {member for member in archive.namelist() if member.endswith(_CAPTURE)}
        if not names:
            raise Unrecognised("a ZIP without any capture (.http).")
        for member in sorted(names):
            if any(_carries_nothing(archive, asked) for asked in names & {member, _asking(member)}):
                continue
            request = _with_answer(member, lambda beside: archive.read(beside) if beside in names else None)
            yield Source(name=f"{name}/{member}", data=archive.read(member), request=request)


def _carries_nothing(archive: zipfile.ZipFile, member: str) -> bool:
    """Whether it is a request that carries no message: WADO-RS and its kin, or a search of FHIR."""
    with archive.open(member) as file:
        line = file.readline(_LONGEST_LINE)
    return line.startswith(_GET) or _SEARCH in line


def _asking(answer: str) -> str:
    """The name of the request of an answer; anything else, where it is none."""
    return answer.removesuffix(_ANSWER) + _REQUEST


def _with_answer(name: str, read: Callable[[str], bytes | None]) -> bytes | None:
    return read(_asking(name)) if name.endswith(_ANSWER) else None


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
