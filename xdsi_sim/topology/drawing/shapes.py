"""What a drawing is made of, in pixels: values only, for a page, a file or a test to take as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["Box", "Bus", "Drawing", "Label", "Line", "Panel", "Row", "Tone", "tone_of"]


class Tone(StrEnum):
    """What travels on a line, and so its colour."""

    PUBLISH = "publish"
    DOCUMENTS = "documents"
    IMAGES = "images"


_PUBLISHED: Final = {"ITI-41", "ITI-42", "ITI-57", "ITI-61", "ITI-65", "ITI-80", "RAD-68"}
_IMAGES: Final = {"RAD-69", "RAD-75", "WADO-RS", "XC-WADO"}


def tone_of(transactions: tuple[str, ...]) -> Tone:
    """By what is sent first: documents to be kept, images, or what is asked about documents."""
    if _PUBLISHED & {*transactions[:1]}:
        return Tone.PUBLISH
    return Tone.IMAGES if _IMAGES & {*transactions[:1]} else Tone.DOCUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One actor in its box."""

    y: int
    id: str
    note: str
    """Its OID, and who plays it; empty where there is nothing to tell."""
    title: str
    """All that is known of it, for the pointer and for who cannot see the picture."""
    foreign: bool
    """Whether a peer plays it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """All actors of one role in a community."""

    x: int
    y: int
    width: int
    height: int
    role: str
    rows: tuple[Row, ...]

    @property
    def centre(self) -> int:
        """Of its width."""
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        """Where it ends."""
        return self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A community, or the world outside."""

    x: int
    y: int
    width: int
    height: int
    title: str
    subtitle: str
    foreign: bool
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Transactions beside a line."""

    x: int
    y: int
    """Of the first line of text."""
    texts: tuple[str, ...]
    """One line each."""
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who calls whom, between two boxes, or between a box and a bus."""

    path: str
    """Of SVG."""
    tone: Tone
    title: str
    arrow: bool
    """Whether it ends in a point; else it leads on to a bus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """All lines of one kind between communities: everybody at it reaches everybody else."""

    x: int
    top: int
    bottom: int
    label: str
    above: bool
    """Whether there is room for the label above it; else there is below."""
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The whole picture."""

    width: int
    height: int
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    lines: tuple[Line, ...]
    buses: tuple[Bus, ...]
    labels: tuple[Label, ...]
