"""Where the actors of a topology that runs answer, as others write it: here, elsewhere, or as a peer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

from xdsi_sim.dicomweb.ohif import list_link, study_link
from xdsi_sim.topology import whereabouts
from xdsi_sim.topology.gateways import XC_WADO
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import Mhd, Source, Topology

__all__ = ["DICOM_WEB", "IMAGE_DISPLAY", "WADO", "Addresses"]

DICOM_WEB: Final = "dicom-web"
"""Path of a source's DICOMweb face, below its address."""
IMAGE_DISPLAY: Final = "IHEInvokeImageDisplay"
"""Path at which a source opens the viewer, below its address (RAD TF: 4.106)."""
WADO: Final = "wado"
"""Path of a source's WADO-URI, below its address."""


class Addresses(ABC):
    """Addresses of actors by their ids; all methods raise KeyError for an id that is none."""

    def __init__(self, topology: Topology, elsewhere: Mapping[str, str]) -> None:
        """`elsewhere` has the addresses of those who do not answer here."""
        self.topology = topology
        self._elsewhere = elsewhere
        self.faces: dict[str, str] = {}
        """Paths of DICOMweb faces that have moved, by the id of the source."""

    @abstractmethod
    def listening(self, listen: Listen) -> Listen:
        """Where those answer who have this host and port in the file; port 0 has become another one."""

    def base_of(self, listen: Listen) -> str:
        """The root of their addresses, with a slash at its end."""
        return whereabouts.base_of(self.topology, self.listening(listen))

    def url_of(self, actor_id: str) -> str:
        """Where the actor answers, here or elsewhere."""
        if actor_id in self._elsewhere:
            return self._elsewhere[actor_id]
        placed = self.topology.find(actor_id)
        return self.base_of(whereabouts.listen_of(self.topology, placed)) + placed.path.removeprefix("/")

    def dicomweb_of(self, source_id: str) -> str:
        """Base URI of a source's DICOMweb face, as others know it; empty where a peer tells none."""
        model = self.topology.find(source_id).actor
        public = model.dicomweb.publicUrl if isinstance(model, Source) else None
        simulated = self.topology.played_by(source_id) is None
        return public if public and simulated else self.face_of(source_id)

    def face_of(self, source_id: str) -> str:
        """The same, as the gateways of its community call it."""
        if (peer := self.topology.played_by(source_id)) is not None and (
            peer.proxy is None or not peer.dicomweb
        ):
            return peer.dicomweb or ""
        return f"{self.url_of(source_id)}/{self.face_path(source_id)}"

    def face_path(self, source_id: str) -> str:
        """Path of a source's DICOMweb face, below its address."""
        return self.faces.get(source_id, DICOM_WEB)

    def xc_wado_of(self, gateway_id: str) -> str:
        """Base of an imaging gateway's addresses of XC-WADO; empty where a peer tells none."""
        if (peer := self.topology.played_by(gateway_id)) is not None and (
            peer.proxy is None or not peer.xcWado
        ):
            return peer.xcWado or ""
        return f"{self.url_of(gateway_id)}/{XC_WADO[type(self.topology.find(gateway_id).actor)]}"

    def wado_of(self, source_id: str) -> str:
        """Address of a source's WADO-URI; empty where a peer tells none."""
        if (peer := self.topology.played_by(source_id)) is not None and (peer.proxy is None or not peer.wado):
            return peer.wado or ""
        return f"{self.url_of(source_id)}/{WADO}"

    def fhir_of(self, mhd_id: str) -> str:
        """Base of a community's FHIR face, as clients know it."""
        model = self.topology.find(mhd_id).actor
        public = model.publicUrl if isinstance(model, Mhd) else None
        simulated = self.topology.played_by(mhd_id) is None
        return public if public and simulated else self.url_of(mhd_id)

    def viewer_of(self, source_id: str, *studies: str) -> str | None:
        """Where the viewer lists the studies of a source, or shows some of them; None without a viewer."""
        viewer = self.viewer
        if viewer is None:
            return None
        return study_link(viewer, source_id, studies) if studies else list_link(viewer, source_id)

    def image_display_of(self, source_id: str) -> str | None:
        """Where a source opens the viewer on what an address asks for; None without a viewer."""
        simulated = self.topology.played_by(source_id) is None
        return f"{self.url_of(source_id)}/{IMAGE_DISPLAY}" if simulated and self.viewer is not None else None

    @property
    def viewer(self) -> str | None:
        """Address of the viewer, with a slash at its end; None without one."""
        if self.topology.viewer is None:
            return None
        return self.topology.viewer_at(self.listening(self.topology.listen))
