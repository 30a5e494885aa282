"""A recording: what a real system was asked and answered, as files that stay as they are.

Each exchange is three files with a number: `000001-request.http` and `000001-response.http`, head and body
as they were on the wire, and `000001.json` with what is known of it. The answer comes last, whole and safely
on the disk: an exchange without one was cut short, and is passed over. An export of the log, unpacked, can be
read as well.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from xdsi_sim.content import CHUNK, Content, FileContent, SliceContent, chunks_of
from xdsi_sim.errors import CannotRun, Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage

__all__ = ["Recorded", "Recordings"]

_REQUEST: Final = "request"
_RESPONSE: Final = "response"
_NAMED: Final = re.compile(r"(\d{6,9})-response\.http")
_LONGEST_HEAD: Final = 1 << 20
_FACTS: Final = ("id", "conversation", "sender", "receiver", "transaction", "started", "duration", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One exchange of a recording."""

    number: int
    exchange: Exchange

    @property
    def answer(self) -> HttpMessage:
        """What the real system has answered."""
        if self.exchange.response is None:
            raise ValueError("a recorded exchange has an answer")
        return self.exchange.response


class Recordings:
    """The recording of one actor, in a folder of its own that several processes may fill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __iter__(self) -> Iterator[Recorded]:
        """All exchanges, in the order in which they were recorded; bodies are read when they are opened.

        Raises CannotRun for a file that is no message.
        """
        if not self.folder.is_dir():
            return
        numbers = (found[1] for path in self.folder.iterdir() if (found := _NAMED.fullmatch(path.name)))
        for number in sorted(numbers, key=int):
            yield self._read(number)

    def _read(self, number: str) -> Recorded:
        request = _message(self._path(number, _REQUEST))
        response = _message(self._path(number, _RESPONSE))
        return Recorded(number=int(number), exchange=_exchange(self._facts(number), request, response))

    def _facts(self, number: str) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            facts = json.loads((self.folder / f"{number}.json").read_bytes())
            if isinstance(facts, dict):
                return facts
        return {}  # the messages say all that is needed

    def _path(self, number: str, side: str) -> Path:
        return self.folder / f"{number}-{side}.http"

    def keep(self, exchange: Exchange) -> Recorded:
        """Write one exchange; raises OSError where it cannot be, and leaves nothing of it."""
        if exchange.response is None:
            raise ValueError("only what was answered is recorded")
        self.folder.mkdir(parents=True, exist_ok=True)
        number, file = self._taken()
        try:
            with file:
                _write(file, exchange.request)
            facts = {name: getattr(exchange, name) for name in _FACTS}
            facts["findings"] = [asdict(finding) for finding in exchange.findings]
            (self.folder / f"{number}.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
            unfinished = self.folder / f"{number}.part"
            with unfinished.open("wb") as answer:
                _write(answer, exchange.response)
            unfinished.rename(self._path(number, _RESPONSE))
            _settle(self.folder)
        except BaseException:
            for left in self.folder.glob(f"{number}[.-]*"):
                left.unlink(missing_ok=True)
            raise
        return self._read(number)

    def _taken(self) -> tuple[str, BinaryIO]:
        """The next number, and the file of its request: whoever makes that has the number."""
        number = max((int(path.name[:6]) for path in self.folder.glob("[0-9]*-*.http")), default=0) + 1
        while True:
            with suppress(FileExistsError):
                return f"{number:06}", self._path(f"{number:06}", _REQUEST).open("xb")
            number += 1


def _write(file: BinaryIO, message: HttpMessage) -> None:
    file.write(message.head)
    written = 0
    for piece in chunks_of(message.body):
        file.write(piece)
        written += len(piece)
    if written != message.body.size:
        raise OSError(errno.EIO, "a body is not of the size that it said")
    file.flush()
    os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Have the names on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _message(path: Path) -> HttpMessage:
    """Head and body of a file; the body stays where it is."""
    try:
        with path.open("rb") as file:
            beginning = b""
            while b"\r\n\r\n" not in beginning and len(beginning) < _LONGEST_HEAD:
                piece = file.read(CHUNK)
                if not piece:
                    break
                beginning += piece
        size = path.stat().st_size
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror or error}") from None
    head, end, _ = beginning.partition(b"\r\n\r\n")
    if not end:
        raise CannotRun(f"{path} is no message of a recording: its head has no end.")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    body: Content = SliceContent(FileContent(path, size), len(head) + 4, size - len(head) - 4)
    return HttpMessage(start_line=first, headers=tuple((name, value) for name, _, value in pairs), body=body)


def _exchange(facts: dict[str, Any], request: HttpMessage, response: HttpMessage) -> Exchange:
    words = response.start_line.split(" ")
    return Exchange(
        id=str(facts.get("id", "")),
        conversation=str(facts.get("conversation", "")),
        sender=str(facts.get("sender", "")),
        receiver=str(facts.get("receiver", "")),
        transaction=str(facts.get("transaction", "HTTP")),
        started=float(facts.get("started", 0)),
        duration=float(facts.get("duration", 0)),
        request=request,
        response=response,
        status=str(facts.get("status", f"HTTP {words[1] if len(words) > 1 else ''}")),
        findings=tuple(
            Finding(**{**each, "severity": Severity(each["severity"])}) for each in facts.get("findings", ())
        ),
    )
