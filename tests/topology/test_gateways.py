from __future__ import annotations

from typing import Any

import pytest

from xdsi_sim.actors.gateways import InitiatingGateway, RespondingGateway
from xdsi_sim.actors.imaging_gateways import InitiatingImagingGateway, RespondingImagingGateway
from xdsi_sim.dicomweb.xc_wado import CrossGateway, Location
from xdsi_sim.topology.gateways import cross_gateway_of, gateway_of
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Topology

HOMES = {"north": "urn:oid:2.999.1", "south": "urn:oid:2.999.2"}
VENDOR = "urn:oid:2.999.9"


def community(name: str, **more: Any) -> dict[str, Any]:
    oid = HOMES[name].removeprefix("urn:oid:")
    return {
        "id": name,
        "homeCommunityId": HOMES[name],
        "patientAuthority": f"{oid}.1",
        "registry": {"id": f"{name}-registry"},
        "repositories": [{"id": f"{name}-repository", "repositoryUniqueId": f"{oid}.3"}],
        "onDemandSources": [{"id": f"{name}-summaries", "repositoryUniqueId": f"{oid}.4"}],
        "sources": [
            {"id": f"{name}-pacs", "oid": f"{oid}.5", "aeTitle": "PACS", "publishesTo": f"{name}-repository"}
        ],
        "respondingGateway": {"id": f"{name}-rg"},
        "respondingImagingGateway": {"id": f"{name}-rig"},
        **more,
    }


PATIENT_IDS = [
    {"here": "P1", "homeCommunityId": HOMES["south"], "there": "S7"},
    {"here": "P2^^^&2.999.1.1&ISO", "homeCommunityId": HOMES["south"], "there": "S8^^^&2.999.5&ISO"},
    {"here": "P1", "homeCommunityId": VENDOR, "there": "V7^^^&2.999.9.1&ISO"},
]
TOPOLOGY = Topology.model_validate(
    {
        "name": "federation",
        "communities": [
            community(
                "north",
                initiatingGateway={"id": "north-ig", "patientIds": PATIENT_IDS},
                initiatingImagingGateway={"id": "north-iig"},
            ),
            community("south"),
        ],
        "peers": [
            {"id": "v1", "url": "http://v/rg", "role": "respondingGateway", "homeCommunityId": VENDOR},
            {
                "id": "v2",
                "url": "http://v/rig",
                "role": "respondingImagingGateway",
                "homeCommunityId": VENDOR,
                "xcWado": "http://v/wado-rs/",
            },
            {"id": "v3", "url": "http://v/else"},
        ],
    }
)
NORTH_DOCUMENTS = {"2.999.1.3": "at:north-repository", "2.999.1.4": "at:north-summaries"}


@pytest.mark.parametrize(
    ("actor", "made"),
    [
        (
            "north-ig",
            InitiatingGateway(
                homeCommunityId=HOMES["north"],
                registry="at:north-registry",
                sources=NORTH_DOCUMENTS,
                taker="at:north-repository",
                gateways={HOMES["south"]: "at:south-rg", VENDOR: "http://v/rg"},
                patientIds={
                    HOMES["south"]: {
                        "P1^^^&2.999.1.1&ISO": "S7^^^&2.999.2.1&ISO",
                        "P2^^^&2.999.1.1&ISO": "S8^^^&2.999.5&ISO",
                    },
                    VENDOR: {"P1^^^&2.999.1.1&ISO": "V7^^^&2.999.9.1&ISO"},
                },
            ),
        ),
        (
            "north-rg",
            RespondingGateway(
                homeCommunityId=HOMES["north"],
                registry="at:north-registry",
                sources=NORTH_DOCUMENTS,
                taker="at:north-repository",
            ),
        ),
        (
            "north-iig",
            InitiatingImagingGateway(
                homeCommunityId=HOMES["north"],
                sources={"2.999.1.5": "at:north-pacs"},
                gateways={HOMES["south"]: "at:south-rig", VENDOR: "http://v/rig"},
            ),
        ),
        (
            "south-rig",
            RespondingImagingGateway(homeCommunityId=HOMES["south"], sources={"2.999.2.5": "at:south-pacs"}),
        ),
    ],
)
def test_a_gateway_knows_its_community_and_the_gateways_of_all_others(actor: str, made: Any) -> None:
    assert gateway_of(TOPOLOGY, TOPOLOGY.find(actor), lambda id_: f"at:{id_}") == made


@pytest.mark.parametrize(
    ("actor", "name", "gateways"),
    [
        ("north-iig", "north", {HOMES["south"]: "xc:south-rig", VENDOR: "http://v/wado-rs"}),
        ("south-rig", "south", {}),
    ],
)
def test_an_imaging_gateway_passes_requests_on(
    actor: str, name: str, gateways: dict[str, str | None]
) -> None:
    made = cross_gateway_of(
        TOPOLOGY,
        TOPOLOGY.find(actor),
        base_of=lambda id_: f"xc:{id_}",
        dicomweb_of=lambda id_: f"at:{id_}",
        public_of=lambda id_: f"public:{id_}",
    )
    source = Location(
        uid=f"{HOMES[name].removeprefix('urn:oid:')}.5", base=f"at:{name}-pacs", public=f"public:{name}-pacs"
    )
    assert made == CrossGateway(
        homeCommunityId=HOMES[name], base=f"xc:{actor}", locations=(source,), gateways=gateways
    )


def test_in_the_largest_topology_that_ships_everybody_knows_everybody() -> None:
    ten = load_topology(find_topology("federated-10"))
    assert len(ten.communities) == 10
    for name, role in (("ig", "respondingGateway"), ("iig", "respondingImagingGateway")):
        for own in ten.communities:
            gateway = gateway_of(ten, ten.find(f"{own.id}-{name}"), lambda id_: id_)
            others = [other for other in ten.communities if other is not own]
            assert gateway.gateways == {each.homeCommunityId: getattr(each, role).id for each in others}


def test_the_own_community_is_asked_without_a_gateway_whoever_else_has_one_for_it() -> None:
    own = {**community("north", initiatingGateway={"id": "ig"}), "respondingGateway": None}
    peer = {"id": "v", "url": "http://v", "role": "respondingGateway", "homeCommunityId": HOMES["north"]}
    topology = Topology.model_validate({"name": "one", "communities": [own], "peers": [peer]})
    assert gateway_of(topology, topology.find("ig"), lambda id_: id_).gateways == {}
