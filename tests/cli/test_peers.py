from __future__ import annotations

import pytest

from xdsi_sim.cli.peers import with_peers
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Topology


@pytest.fixture
def central() -> Topology:
    return load_topology(find_topology("central"))


def test_a_peer_plays_an_actor_of_a_topology_that_ships(central: Topology) -> None:
    found = with_peers(central, ["registry=http://vendor.test/xds", "pacs-north=http://v/rad69,http://v/rs"])
    told = {peer.plays: (peer.id, peer.url, peer.dicomweb) for peer in found.peers}
    assert told == {
        "registry": ("peer-registry", "http://vendor.test/xds", None),
        "pacs-north": ("peer-pacs-north", "http://v/rad69", "http://v/rs"),
    }
    assert found.communities == central.communities


def test_an_archive_has_two_addresses_on_the_web_and_an_imaging_gateway_has_one() -> None:
    federated = load_topology(find_topology("federated-2"))
    options = ["south-pacs=http://v/a,http://v/b,http://v/c", "south-rig=http://v/d,http://v/e"]
    told = {peer.plays: peer for peer in with_peers(federated, options).peers}
    assert (told["south-pacs"].dicomweb, told["south-pacs"].wado) == ("http://v/b", "http://v/c")
    assert (told["south-rig"].xcWado, told["south-rig"].dicomweb) == ("http://v/e", None)


def test_the_option_goes_before_what_the_file_says(central: Topology) -> None:
    first = with_peers(central, ["registry=http://one.test/"])
    assert [peer.url for peer in with_peers(first, ["registry=http://two.test/"]).peers] == [
        "http://two.test/"
    ]
    assert with_peers(first, None) is first


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("registry", "--peer: 'registry' is not ACTOR=URL"),
        ("registry=ftp://v/", "'ftp://v/' is not http://HOST:PORT/PATH"),
        ("registri=http://v/", "no actor 'registri' that answers"),
        ("workstation=http://v/", "no actor 'workstation' that answers"),
        ("registry=http://v/,http://v/rs", "only a peer that plays an imaging source has 'dicomweb'"),
    ],
)
def test_what_cannot_be_is_told(central: Topology, option: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        with_peers(central, [option])
