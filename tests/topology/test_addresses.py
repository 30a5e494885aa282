from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.topology.addresses import Addresses, port_of
from xdsi_sim.topology.model import Listen, Topology

TOPOLOGY = Topology.model_validate(
    {
        "name": "t",
        "communities": [
            {
                "id": "c",
                "homeCommunityId": "urn:oid:2.999.1",
                "patientAuthority": "2.999.1.1",
                "registry": {"id": "registry", "port": 9001},
                "repositories": [{"id": "repository", "repositoryUniqueId": "2.999.1.3"}],
                "sources": [
                    {"id": "north", "oid": "2.999.1.21", "aeTitle": "N", "publishesTo": "repository"},
                    {
                        "id": "south",
                        "oid": "2.999.1.22",
                        "aeTitle": "S",
                        "publishesTo": "repository",
                        "dicomweb": {"publicUrl": "https://pacs.example/web"},
                    },
                ],
                "consumers": [{"id": "workstation"}],
            }
        ],
    }
)


class Listening(Addresses):
    """Answers at the ports of the file, port 8080 where it names none."""

    def __init__(self, **changes: object) -> None:
        self.topology = Topology.model_validate({**TOPOLOGY.model_dump(exclude_unset=True), **changes})

    def listening(self, port: int | None) -> Listen:
        return Listen("127.0.0.1", 8080 if port is None else port)


def test_an_actor_answers_at_its_path_on_its_port() -> None:
    there = Listening()
    assert there.url_of("registry") == "http://127.0.0.1:9001/c/registry"
    assert there.url_of("repository") == "http://127.0.0.1:8080/c/repository"
    assert Listening(tls=True).url_of("repository") == "https://127.0.0.1:8080/c/repository"
    assert [port_of(TOPOLOGY.find(id)) for id in ("registry", "north", "workstation")] == [9001, None, None]
    with pytest.raises(KeyError):
        there.url_of("nobody")


def test_a_source_has_faces_below_its_address_or_where_clients_see_them() -> None:
    there = Listening()
    assert there.dicomweb_of("north") == "http://127.0.0.1:8080/c/north/dicom-web"
    assert there.dicomweb_of("south") == "https://pacs.example/web"
    assert there.wado_of("south") == "http://127.0.0.1:8080/c/south/wado"


def test_the_viewer_has_pages_of_each_source(tmp_path: Path) -> None:
    there = Listening(viewer=str(tmp_path))
    assert there.viewer_of("north") == "http://127.0.0.1:8080/?datasources=north"
    assert there.viewer_of("north", "1.2") == "http://127.0.0.1:8080/viewer/north?StudyInstanceUIDs=1.2"
    assert there.image_display_of("north") == "http://127.0.0.1:8080/c/north/IHEInvokeImageDisplay"
    assert (Listening().viewer_of("north"), Listening().image_display_of("north")) == (None, None)
