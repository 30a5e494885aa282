"""A request and its answer, and the refusal that becomes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xdsi_sim.content import Content, FileContent, Segment

__all__ = ["PLAIN", "Answer", "Body", "Headers", "Part", "Refused", "WebRequest", "text_answer"]

Headers = tuple[tuple[str, str], ...]
PLAIN: Final = "text/plain; charset=UTF-8"


class Refused(Exception):
    """An HTTP answer that is no success, with a line that says why."""

    def __init__(self, status: int, reason: str, headers: Headers = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body; of one that is not multipart, the whole."""

    headers: Mapping[str, str]
    """Names in lower case."""
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The body of a request or an answer."""

    media_type: str
    """Content-Type as it came."""
    parts: tuple[Part, ...] = ()
    raw: tuple[Segment, ...] = ()
    """As it was on the wire."""

    def discard(self) -> None:
        """Remove the temporary files, once it is stored and recorded."""
        for content in (*self.raw, *(part.content for part in self.parts)):
            if isinstance(content, FileContent):
                content.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """What a client asks."""

    method: str
    path: tuple[str, ...]
    """Below the address of the service: decoded, without empty segments."""
    query: tuple[tuple[str, str], ...] = ()
    """Decoded, in its order."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    upload: Body = field(default_factory=lambda: Body(media_type=""))
    spool: Path = Path()
    """Folder for what is made on the way and too large to hold."""

    def header(self, name: str) -> str | None:
        """A header's value; `name` in lower case."""
        return self.headers.get(name)

    def parameters(self) -> Mapping[str, str]:
        """Query parameters by name; of one that comes twice the first."""
        return dict(reversed(self.query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client gets."""

    status: int = 200
    media_type: str = PLAIN
    headers: Headers = ()
    segments: Sequence[Segment] = ()
    etag: str | None = None
    """Of an answer that stays the same as long as what it is made of."""
    single: bool = False
    """Whether it is one thing, of which a range of octets may be asked for."""


def text_answer(status: int, reason: str, headers: Headers = ()) -> Answer:
    """A line for people."""
    return Answer(status=status, headers=headers, segments=[f"{reason}\n".encode()])
