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
from urllib.parse import urlsplit

__all__ = ["Row", "Up", "command", "up"]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    floor: str
    ratio: float
    must: str
    good: bool


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
