"""The load of `wrk`, which costs a fifth of one in Python and leaves the cores to what is measured."""

from __future__ import annotations

import re
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["rate", "wrk_program"]

_SECONDS: Final = 3
_UUID: Final = b"urn:uuid:"
_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_TROUBLE: Final = re.compile(r"Non-2xx[^\n]*|Socket errors: [^\n]*")
_SCRIPT: Final = """\
local file = io.open({pieces!r}, 'rb')
local parts, forms, owners = {{}}, {{}}, {{}}
for at = 1, {count} do
  local size, owner, digits = file:read('*n', '*n', '*n')
  file:read(1)
  parts[at], owners[at] = file:read(size), owner
  forms[at] = digits == 1 and '{digits}%010d' or 'urn:uuid:{run}-4000-8000-%012x'
end
local number = 0
function request()
  number = number + 1
  local made = {{}}
  for at, part in ipairs(parts) do
    made[#made + 1] = part
    if owners[at] > 0 then
      made[#made + 1] = string.format(forms[at], owners[at] * 2 ^ 30 + number)
    end
  end
  return table.concat(made)
end
"""
"""Each piece is followed by the mark that owns its number; 0 is none."""


def wrk_program() -> str | None:
    """The command, where it is installed."""
    return shutil.which("wrk")


def rate(
    program: str, url: str, message: bytes, marks: Sequence[bytes], connections: int, folder: Path
) -> float:
    """Requests a second that `url` answers with HTTP 200.

    Each is `message`, in which every one of `marks` is new each time: a UUID, or else 16 digits.
    """
    pieces = _pieces(message, marks)
    kept = folder / "pieces"
    kept.write_bytes(b"".join(b"%d %d %d\n%b" % (len(text), *mark, text) for text, *mark in pieces))
    run = uuid.uuid4().hex
    script = folder / "load.lua"
    script.write_text(
        _SCRIPT.format(
            pieces=str(kept),
            count=len(pieces),
            run=f"{run[:8]}-{run[8:12]}",
            digits=f"{int(run[:5], 16) % 10**6:06d}",
        ),
        encoding="ascii",
    )
    command = [program, "-t1", f"-c{connections}", f"-d{_SECONDS}s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if trouble := _TROUBLE.search(said):
        raise RuntimeError(f"wrk: {trouble[0]}")
    told = _RATE.search(said)
    if told is None:
        raise RuntimeError(f"wrk said no rate: {said[:500]}")
    return float(told[1])


def _pieces(message: bytes, marks: Sequence[bytes]) -> list[tuple[bytes, int, int]]:
    """Text, the mark that follows it, from 1, and whether that is digits; the last is followed by none."""
    split = re.split(b"(" + b"|".join(map(re.escape, marks)) + b")", message)
    following = [(marks.index(mark) + 1, int(not mark.startswith(_UUID))) for mark in split[1::2]]
    return [(text, *mark) for text, mark in zip(split[::2], [*following, (0, 0)], strict=True)]
