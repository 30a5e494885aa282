from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xdsi_sim.topology.addresses import Addresses
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.whereabouts import others


class Here(Addresses):
    """Port 0 has become port 7."""

    def listening(self, listen: Listen) -> Listen:
        return Listen(listen.host, listen.port or 7)


def addresses(name: str, *peers: dict[str, Any]) -> Here:
    topology = Topology.model_validate({**dict(load_topology(find_topology(name))), "peers": peers})
    return Here(topology, others(topology, None))


def test_all_faces_of_an_actor_are_below_its_address() -> None:
    here = addresses("federated-2")
    assert here.url_of("north-pacs") == "http://127.0.0.1:8081/north/north-pacs"
    assert here.dicomweb_of("north-pacs") == "http://127.0.0.1:8081/north/north-pacs/dicom-web"
    assert here.wado_of("south-pacs") == "http://127.0.0.1:8082/south/south-pacs/wado"
    assert here.xc_wado_of("north-iig").endswith("/north/north-iig/wado")
    assert here.xc_wado_of("south-rig").endswith("/south/south-rig/wado-rs")
    with pytest.raises(KeyError):
        here.url_of("nobody")


def test_a_face_that_has_moved_is_where_it_is_now() -> None:
    here = addresses("central")
    here.faces["pacs-north"] = "elsewhere"
    assert here.dicomweb_of("pacs-north").endswith("/national/pacs-north/elsewhere")


def test_a_peer_is_where_it_says_and_has_no_face_that_it_does_not_tell() -> None:
    pacs = {"id": "v", "plays": "north-pacs", "url": "http://v/rad69", "dicomweb": "http://v/rs/"}
    rig = {"id": "w", "plays": "south-rig", "url": "http://w/rig"}
    here = addresses("federated-2", pacs, rig)
    assert (here.url_of("north-pacs"), here.dicomweb_of("north-pacs")) == ("http://v/rad69", "http://v/rs")
    assert (here.url_of("south-rig"), here.xc_wado_of("south-rig")) == ("http://w/rig", "")


def test_the_viewer_has_pages_of_each_source(tmp_path: Path) -> None:
    file = dict(load_topology(find_topology("central")))
    topology = Topology.model_validate({**file, "viewer": str(tmp_path)})
    there = Here(topology, others(topology, None))
    assert there.viewer_of("pacs-north") == "http://127.0.0.1:8080/?datasources=pacs-north"
    study = "http://127.0.0.1:8080/viewer/pacs-north?StudyInstanceUIDs=1.2"
    assert there.viewer_of("pacs-north", "1.2") == study
    display = "http://127.0.0.1:8080/national/pacs-north/IHEInvokeImageDisplay"
    assert there.image_display_of("pacs-north") == display
    without = addresses("central")
    assert (without.viewer_of("pacs-north"), without.image_display_of("pacs-north")) == (None, None)
