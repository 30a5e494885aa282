"""What all benchmarks share: a line of the table, and the real command in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

__all__ = ["MB", "Peak", "Row", "Up", "at_least", "at_most", "command", "up"]

MB: Final = 1_000_000


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    floor: str
    ratio: float
    must: str
    good: bool


def at_least(what: str, figure: float, floor: float, unit: str, least: float) -> Row:
    """A line about what should be large beside its floor."""
    ratio = figure / floor
    return Row(what, f"{figure:.0f}{unit}", f"{floor:.0f}{unit}", ratio, f"≥ {least:g}", ratio >= least)


def at_most(what: str, figure: str, floor: str, ratio: float, most: float) -> Row:
    """A line about what should be small."""
    return Row(what, figure, floor, ratio, f"≤ {most:g}", ratio <= most)


class Peak:
    """The most memory that a process has taken since it was looked at first."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._before = self._read("VmRSS")
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")

    def _read(self, name: str) -> float:
        """Megabytes."""
        line = self._status.read_text(encoding="ascii").partition(f"{name}:")[2]
        return int(line.split()[0]) * 1024 / MB

    def row(self, what: str, most: float = 64) -> Row:
        """The line about it; what it was before is shown as the floor."""
        grown = self._read("VmHWM") - self._before
        return at_most(what, f"{grown:.0f} MB", f"{self._before:.0f} MB", grown, most)


@dataclass(frozen=True, eq=False)
class Up:
    """A running topology."""

    urls: dict[str, str]
    pid: int

    def address(self, actor: str) -> tuple[str, int]:
        """Host and port of an actor."""
        split = urlsplit(self.urls[actor])
        return split.hostname or "", split.port or 80


@contextmanager
def up(
    data: Path, *options: str, topology: str = "central", program: Sequence[str] = ("-m", "xdsi_sim")
) -> Iterator[Up]:
    """The central topology, or another one, by the real command, on a free port."""
    where = ("--listen", "127.0.0.1:0", "--data", str(data))
    arguments = [sys.executable, *program, "up", topology, "--json", *where, *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Up(_urls(process), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)


def _urls(process: subprocess.Popen[str]) -> dict[str, str]:
    """What the command says once every actor answers: one JSON document, over one or several lines."""
    text = ""
    for line in process.stdout or ():
        text += line
        try:
            document = json.loads(text)
        except ValueError:
            continue
        return {actor["id"]: actor["url"] for actor in document["actors"] if actor.get("url")}
    raise RuntimeError(f"the server did not start: {text[:500]}")


def command(*arguments: str) -> None:
    """Another command, to its end."""
    subprocess.run([sys.executable, "-m", "xdsi_sim", *arguments], check=True, stdout=subprocess.DEVNULL)
