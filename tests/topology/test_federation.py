from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.federation import Peer, diverted
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml

FEDERATED = """\
name: federation
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
    initiatingGateway:
      id: ig
      patientIds:
        - {here: P1, homeCommunityId: "urn:oid:2.999.2", there: S7}
        - {here: P1, homeCommunityId: "urn:oid:2.999.3", there: "V7^^^&2.999.3.1&ISO"}
  - id: south
    homeCommunityId: urn:oid:2.999.2
    patientAuthority: 2.999.2.1
    registry: {id: south-registry}
    repositories: [{id: south-repository, repositoryUniqueId: 2.999.2.3}]
    respondingGateway: {id: rg, providesTo: south-repository}
    respondingImagingGateway: {id: rig}
peers:
  - {id: vendor, url: "http://127.0.0.1:9000/", role: respondingGateway, homeCommunityId: "urn:oid:2.999.3"}
"""


def topology(text: str) -> Topology:
    return check(Topology, parse_yaml(text, "t.yaml"))


def test_gateways_are_actors_and_those_of_others_are_peers() -> None:
    found = topology(FEDERATED)
    assert [(found.find(id_).actor.role, found.find(id_).path) for id_ in ("ig", "rg", "rig")] == [
        ("Initiating Gateway", "/national/ig"),
        ("Responding Gateway", "/south/rg"),
        ("Responding Imaging Gateway", "/south/rig"),
    ]
    assert [(peer.role, peer.homeCommunityId) for peer in found.peers] == [
        ("respondingGateway", "urn:oid:2.999.3")
    ]


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        (
            'homeCommunityId: "urn:oid:2.999.2"',
            'homeCommunityId: "urn:oid:2.999.4"',
            "10:39: no community 'urn:oid:2.999.4'. Did you mean 'urn:oid:2.999",
        ),
        (
            'there: "V7^^^&2.999.3.1&ISO"',
            "there: V7",
            "11:65: 'V7' is no CX, and the authority of urn:oid:2.999.3",
        ),
        ("here: P1,", "here: P1^,", "10:18: 'P1^' is no patient id"),
        (
            "role: respondingGateway, homeCommunityId",
            "homeCommunityId",
            "a peer that is a gateway has role and homeCommunityId, any other neither",
        ),
        (
            'role: respondingGateway, homeCommunityId: "urn:oid:2.999.3"',
            "role: respondingGateway",
            "a peer that is a gateway has role and homeCommunityId, any other neither",
        ),
        (
            "role: respondingGateway,",
            'xcWado: "http://127.0.0.1:9000/x/", role: respondingGateway,',
            "xcWado is of a peer with the role respondingImagingGateway",
        ),
        (
            "role: respondingGateway,",
            'xcWado: "ftp://127.0.0.1/", role: respondingImagingGateway,',
            "'ftp://127.0.0.1/' is not the address of a peer",
        ),
        (
            '"http://127.0.0.1:9000/',
            '"https://127.0.0.1:9000/',
            "https is spoken where the topology has the setting tls",
        ),
        (
            'role: respondingGateway, homeCommunityId: "urn:oid:2.999.3"',
            'plays: south-registry, addresses: {ITI-18: "https://127.0.0.1:9000/"}',
            "https is spoken where the topology has the setting tls",
        ),
        ("id: vendor", "id: south-registry", "the id 'south-registry' is that of an actor"),
        (
            "role: respondingGateway",
            "role: gateway",
            "expected 'respondingGateway' or 'respondingImagingGateway'",
        ),
        (
            '/", role: respondingGateway, homeCommunityId: "urn:oid:2.999.3"',
            '/", role: respondingGateway, homeCommunityId: "urn:oid:2.999.2"',
            "the respondingGateway of 'urn:oid:2.999.2' is taken already",
        ),
        (
            "providesTo: south-repository",
            "providesTo: south-repositry",
            "no repository or recipient 'south-repositry' in community 'south'. Did you mean 'south-rep",
        ),
        (
            "    registry: {id: south-registry}\n",
            "",
            "a community with repositories, On-Demand sources or a Responding Gateway has a registry",
        ),
    ],
)
def test_wrong_gateways_are_reported_with_their_place(good: str, bad: str, expected: str) -> None:
    text = FEDERATED
    assert good in text
    with pytest.raises(UsageError) as caught:
        topology(text.replace(good, bad))
    assert expected in str(caught.value)


def test_a_peer_may_have_addresses_for_single_transactions() -> None:
    at = {"ITI-41": "http://192.0.2.7/provide", "ITI-43": "http://192.0.2.7/retrieve"}
    peer = Peer.model_validate({"id": "a", "url": "http://192.0.2.7/", "addresses": at})
    found = diverted([peer])
    assert found[peer.url, "ITI-41"] == at["ITI-41"]
    assert found[peer.url, "ITI-18"] == peer.url
    fed = peer.model_copy(update={"addresses": {"ITI-44": "http://192.0.2.7/feed"}})
    assert diverted([fed])[peer.url, "ITI-44 merge"] == "http://192.0.2.7/feed"
    with pytest.raises(ValidationError, match="no SOAP transaction 'ITI-4'"):
        Peer.model_validate(
            {"id": "a", "url": "http://192.0.2.7/", "addresses": {"ITI-4": "http://192.0.2.7/"}}
        )
