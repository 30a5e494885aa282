"""`--viewer`: a web viewer of the studies of a topology, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.topology.model import Topology

__all__ = ["with_viewer"]


def with_viewer(topology: Topology, folder: str | None) -> Topology:
    """The topology with the viewer in a folder; raises UsageError where there is none in it."""
    from xdsi_sim.topology.viewer import Viewer, check_viewer

    if folder is None:
        return topology
    try:
        check_viewer(Path(folder), (community.id for community in topology.communities))
    except UsageError as error:
        raise UsageError(f"--viewer: {error.message}", hint=error.hint) from None
    return topology.model_copy(update={"viewer": Viewer(folder=Path(folder))})
