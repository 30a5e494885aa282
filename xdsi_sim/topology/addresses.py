"""Where the actors of a topology that runs answer, as others write it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from xdsi_sim.dicomweb.ohif import list_link, study_link
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import Placed, Server, Source, Topology

__all__ = ["DICOM_WEB", "IMAGE_DISPLAY", "WADO", "Addresses", "port_of"]

DICOM_WEB: Final = "dicom-web"
"""Path of a source's DICOMweb face, below its address."""
IMAGE_DISPLAY: Final = "IHEInvokeImageDisplay"
"""Path at which a source opens the viewer, below its address (RAD TF: 4.106)."""
WADO: Final = "wado"
"""Path of a source's WADO-URI, below its address."""


def port_of(placed: Placed) -> int | None:
    """The port that the actor has of its own."""
    return placed.actor.port if isinstance(placed.actor, Server) else None


class Addresses(ABC):
    """Addresses of actors by their ids; all methods raise KeyError for an id that is none."""

    topology: Topology

    @abstractmethod
    def listening(self, port: int | None) -> Listen:
        """Where those answer that have this port in the file; None is the port of the topology."""

    def base_of(self, port: int | None) -> str:
        """The root of their addresses, with a slash at its end."""
        return f"{'http' if self.topology.tls is None else 'https'}://{self.listening(port)}/"

    def url_of(self, actor_id: str) -> str:
        """Where the actor answers."""
        placed = self.topology.find(actor_id)
        return self.base_of(port_of(placed)) + placed.path.removeprefix("/")

    def dicomweb_of(self, source_id: str) -> str:
        """Base URI of a source's DICOMweb face, as others know it."""
        model = self.topology.find(source_id).actor
        public = model.dicomweb.publicUrl if isinstance(model, Source) else None
        return public or f"{self.url_of(source_id)}/{DICOM_WEB}"

    def wado_of(self, source_id: str) -> str:
        """Address of a source's WADO-URI."""
        return f"{self.url_of(source_id)}/{WADO}"

    def viewer_of(self, source_id: str, *studies: str) -> str | None:
        """Where the viewer lists the studies of a source, or shows some of them; None without a viewer."""
        viewer = self.viewer
        if viewer is None:
            return None
        return study_link(viewer, source_id, studies) if studies else list_link(viewer, source_id)

    def image_display_of(self, source_id: str) -> str | None:
        """Where a source opens the viewer on what an address asks for; None without a viewer."""
        return f"{self.url_of(source_id)}/{IMAGE_DISPLAY}" if self.viewer is not None else None

    @property
    def viewer(self) -> str | None:
        """Address of the viewer, with a slash at its end; None without one."""
        return None if self.topology.viewer is None else self.topology.viewer_at(self.listening(None))
