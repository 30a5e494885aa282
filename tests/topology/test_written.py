from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_viewer import a_viewer

from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.written import sessions_at, shown


def topology(**more: Any) -> Topology:
    source = {"id": "pacs", "oid": "2.999.1.20", "aeTitle": "PACS", "publishesTo": "repository"}
    one = {
        "id": "a",
        "homeCommunityId": "urn:oid:2.999.1",
        "patientAuthority": "2.999.1.2",
        "listen": "127.0.0.1:9002",
        "registry": {"id": "registry", "feed": {"mllp": 2575}},
        "repositories": [{"id": "repository", "repositoryUniqueId": "2.999.1.10"}],
        "sources": [{**source, "dimse": {"port": 11112}}],
        "initiatingImagingGateway": {"id": "iig"},
        "respondingImagingGateway": {"id": "rig", "port": 9003},
        "consumers": [{"id": "workstation"}],
    }
    return Topology.model_validate({"name": "t", "listen": "127.0.0.1:9000", "communities": [one], **more})


def beside(found: Topology) -> dict[str, dict[str, str]]:
    return {each.placed.actor.id: dict(each.beside) for each in shown(found) if each.beside}


def test_each_address_of_an_actor_is_told() -> None:
    assert {each.placed.actor.id: each.url for each in shown(topology())} == {
        "registry": "http://127.0.0.1:9002/a/registry",
        "repository": "http://127.0.0.1:9002/a/repository",
        "pacs": "http://127.0.0.1:9002/a/pacs",
        "iig": "http://127.0.0.1:9002/a/iig",
        "rig": "http://127.0.0.1:9003/a/rig",
        "workstation": None,
    }
    assert beside(topology()) == {
        "registry": {"MLLP (ITI-8)": "127.0.0.1:2575"},
        "pacs": {
            "DICOMweb": "http://127.0.0.1:9002/a/pacs/dicom-web",
            "WADO-URI": "http://127.0.0.1:9002/a/pacs/wado",
            "DIMSE": "PACS@127.0.0.1:11112",
        },
        "iig": {"XC-WADO": "http://127.0.0.1:9002/a/iig/wado"},
        "rig": {"XC-WADO": "http://127.0.0.1:9003/a/rig/wado-rs"},
    }


def test_of_a_peer_that_plays_an_actor_its_own_addresses_are_told() -> None:
    peers = [
        {"id": "p", "plays": "pacs", "url": "http://192.0.2.7/rad69", "dicomweb": "http://192.0.2.7/web"},
        {"id": "r", "plays": "registry", "url": "http://192.0.2.7/xds", "mllp": "192.0.2.7:3600"},
        {"id": "g", "plays": "rig", "url": "http://192.0.2.7/rig"},
    ]
    found = topology(peers=peers)
    assert {each.url for each in shown(found)} >= {peer["url"] for peer in peers}
    assert beside(found) == {
        "registry": {"MLLP (ITI-8)": "192.0.2.7:3600"},
        "pacs": {"DICOMweb": "http://192.0.2.7/web"},
        "iig": {"XC-WADO": "http://127.0.0.1:9002/a/iig/wado"},
    }


def test_they_are_those_at_which_the_actors_answer(tmp_path: Path) -> None:
    viewed = topology(viewer=str(a_viewer(tmp_path / "ohif")))
    (community,) = viewed.communities
    quiet = {"registry": community.registry.model_copy(update={"feed": None})}  # type: ignore[union-attr]
    quiet["sources"] = tuple(each.model_copy(update={"dimse": None}) for each in community.sources)
    free = {"listen": None, **quiet}
    model = viewed.model_copy(update={"communities": (community.model_copy(update=free),)})
    with start(model, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        port = f":{running.url_of('pacs').split(':')[2].partition('/')[0]}/"
        told = {
            each.placed.actor.id: [
                one.replace(":0/", port) for one in (each.url or "", *each.beside.values())
            ]
            for each in shown(model.model_copy(update={"listen": Listen("127.0.0.1", 0)}))
        }
        assert told["pacs"] == [
            running.url_of("pacs"),
            running.dicomweb_of("pacs"),
            running.wado_of("pacs"),
            running.image_display_of("pacs"),
        ]
        assert told["iig"] == [running.url_of("iig"), running.xc_wado_of("iig")]


@pytest.mark.parametrize(
    ("mode", "below"),
    [("off", ()), ("open", ("http://127.0.0.1:9002/s/NAME/", "http://127.0.0.1:9003/s/NAME/"))],
)
def test_sessions_are_below_each_address(mode: str, below: tuple[str, ...]) -> None:
    assert sessions_at(topology(sessions=mode)) == below
