from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from a_domain import FILE

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


def test_a_proxy_records_unless_told_else(central: Topology) -> None:
    told = ["registry=http://v/,replay", "pacs-north=http://v/a,http://v/rs,spy", "repository=http://v/r"]
    found = {peer.plays: peer for peer in with_peers(central, None, told).peers}
    assert {actor: peer.proxy for actor, peer in found.items()} == {
        "registry": "replay",
        "pacs-north": "spy",
        "repository": "record",
    }
    assert (found["pacs-north"].url, found["pacs-north"].dicomweb) == ("http://v/a", "http://v/rs")


@pytest.mark.parametrize(
    ("peers", "proxies", "words"),
    [
        ([], ["registry=http://v/,rekord"], "there is no mode 'rekord'. Did you mean 'record'?"),
        ([], ["registry=http://v/,v/x"], "'v/x' is not http://HOST:PORT/PATH"),
        ([], ["registri=http://v/"], "no actor 'registri' that answers. Did you mean 'registry'?"),
        ([], ["registry"], "--proxy: 'registry' is not ACTOR=URL.*replay-else-record"),
        ([], ["nobody=http://v/"], "--proxy: no actor 'nobody'"),
        (["registry=http://v/"], ["registry=http://v/"], "one system stands for each actor"),
    ],
)
def test_what_is_no_proxy_is_told(
    central: Topology, peers: list[str], proxies: list[str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        with_peers(central, peers, proxies)


def test_a_topology_of_proxies_alone_is_started(tmp_path: Path) -> None:
    (tmp_path / "domain.yaml").write_text(FILE, encoding="utf-8")
    told = ["--proxy", "registry=http://127.0.0.1:9/", "--proxy", "repository=http://127.0.0.1:9/,spy"]
    command = [sys.executable, "-m", "xdsi_sim", "up", str(tmp_path / "domain.yaml"), *told, "--json"]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            actors = json.loads(process.stdout.readline())["actors"]
        finally:
            process.send_signal(signal.SIGTERM)
    assert [actor["url"].rpartition("/")[2] for actor in actors] == ["registry", "repository"]
    assert not any(actor["here"] for actor in actors)
