"""What a page is asked and what it answers, as values: no page knows a socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xdsi_sim.content import FileContent, Segment

__all__ = ["HTML", "OCTETS", "Answered", "Asked", "Refused", "kept_file"]

HTML: Final = "text/html; charset=UTF-8"
OCTETS: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a page."""

    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the address; of several of one name the last."""
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields of a form that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What goes back."""

    segments: Sequence[Segment]
    media_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    spooled: Path | None = None
    """A file that was made for this answer and goes with it."""

    @classmethod
    def page(cls, text: str, status: int = 200) -> Answered:
        """A page, or a part of one."""
        return cls(segments=[text.encode("utf-8", "replace")], status=status)

    @classmethod
    def download(cls, name: str, segments: Sequence[Segment], spooled: Path | None = None) -> Answered:
        """Octets that a browser keeps and never opens; `name` is of our own making."""
        disposition = ("Content-Disposition", f'attachment; filename="{name}"')
        return cls(segments=segments, media_type=OCTETS, headers=(disposition,), spooled=spooled)

    @classmethod
    def elsewhere(cls, path: str) -> Answered:
        """What was asked for is done, and seen at another address."""
        return cls(segments=[], status=303, headers=(("Location", path),))


class Refused(Exception):
    """A page that cannot be given, in words for people."""

    def __init__(self, status: int, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.hint = hint


def kept_file(folder: Path, name: str) -> FileContent:
    """A file of a report that is kept in `folder`; raises Refused where it is not there, or not yet."""
    try:
        return FileContent.of(folder / name)
    except OSError:
        hint = "A report is written when what it tells of is over."
        raise Refused(404, "There is no such file.", hint) from None
