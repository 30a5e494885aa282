"""A drawing as SVG, complete in itself: a file that any browser shows, or a part of a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from xdsi_sim.topology.drawing.labels import LEADING
from xdsi_sim.topology.drawing.shapes import Drawing, Tone
from xdsi_sim.visible import visible

__all__ = ["as_svg"]

_FOLDER: Final = Path(__file__).parent
_WORDS: Final = {
    Tone.PUBLISH: "publish and register",
    Tone.DOCUMENTS: "find and fetch documents",
    Tone.IMAGES: "fetch images",
}


def as_svg(drawing: Drawing) -> str:
    """The whole picture; what comes from the file of the topology is escaped."""
    return _template().render(drawing=drawing, words=_WORDS, leading=LEADING)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("topology.svg.j2")
