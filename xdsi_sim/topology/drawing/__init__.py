"""A topology as a picture: communities, their actors, who calls whom, OIDs and peers."""

from __future__ import annotations

from xdsi_sim.topology.drawing.layout import drawing_of
from xdsi_sim.topology.drawing.shapes import Drawing
from xdsi_sim.topology.drawing.svg import as_svg

__all__ = ["Drawing", "as_svg", "drawing_of"]
