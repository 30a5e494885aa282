from __future__ import annotations

import re

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.model import Listen, Log, OnDemandSource, Recipient, Topology
from xdsi_sim.topology.yaml import parse_yaml

GOOD = """\
name: small
listen: 127.0.0.1:0
communities:
  - id: national
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry, patients: fed-only}
    repositories:
      - {id: repository, repositoryUniqueId: 2.999.1.2, strictness: strict, port: 9001}
    sources:
      - {id: pacs, oid: 2.999.1.3, aeTitle: PACS ONE, publishesTo: repository, institution: House}
    consumers:
      - {id: viewer, title: Workstation}
"""


def topology(text: str = GOOD) -> Topology:
    return check(Topology, parse_yaml(text, "t.yaml"))


def test_good_topology_is_read() -> None:
    community = topology().communities[0]
    assert community.registry.patients == "fed-only"
    assert community.repositories[0].strictness == "strict"
    assert community.sources[0].aeTitle == "PACS ONE"
    assert topology().listen == Listen("127.0.0.1", 0)


def test_the_log_is_limited_by_count_and_size() -> None:
    assert topology().log == Log(exchanges=100_000, size=2 * 2**30)
    assert topology(GOOD + "log: {exchanges: 500, size: 1.5 MB}\n").log == Log(exchanges=500, size=1_500_000)


def test_listens_on_the_loopback_unless_told_otherwise() -> None:
    assert str(topology(GOOD.replace("listen: 127.0.0.1:0\n", "")).listen) == "127.0.0.1:8080"


def test_actors_come_with_role_oid_and_path() -> None:
    assert [(p.actor.id, p.actor.role, p.actor.metadata_oid, p.path) for p in topology().actors()] == [
        ("registry", "Document Registry", None, "/national/registry"),
        ("repository", "Document Repository", "2.999.1.2", "/national/repository"),
        ("pacs", "Imaging Document Source", "2.999.1.3", "/national/pacs"),
        ("viewer", "Imaging Document Consumer", None, "/national/viewer"),
    ]


ELSEWHERE = """\
  - id: outside
    homeCommunityId: urn:oid:2.999.2
    patientAuthority: 2.999.2.1
    recipients:
      - {id: clinic, limitedMetadata: refuse, intendedRecipients: [Clinic], notProcessed: [folders, append]}
"""


def test_a_recipient_needs_no_registry_and_may_be_sent_to_from_elsewhere() -> None:
    found = topology(GOOD.replace("publishesTo: repository", "publishesTo: clinic") + ELSEWHERE)
    placed = found.find("clinic")
    assert isinstance(placed.actor, Recipient)
    assert (placed.actor.role, placed.path) == ("Document Recipient", "/outside/clinic")
    assert (placed.actor.limitedMetadata, placed.actor.undeliverable) == ("refuse", "error")
    assert placed.actor.notProcessed == ("folders", "append")
    assert placed.community.registry is None


ON_DEMAND = (
    GOOD
    + """\
    onDemandSources:
      - {id: summaries, repositoryUniqueId: 2.999.1.4, persists: true, offers: [P1, "P2^^^&2.999.1.1&ISO"]}
"""
)


def test_an_on_demand_source_is_an_actor_with_an_oid() -> None:
    placed = topology(ON_DEMAND).find("summaries")
    assert isinstance(placed.actor, OnDemandSource)
    assert placed.actor.metadata_oid == "2.999.1.4"
    assert (placed.actor.persists, placed.actor.offers) == (True, ("P1", "P2^^^&2.999.1.1&ISO"))
    assert (placed.actor.role, placed.path) == ("On-Demand Document Source", "/national/summaries")


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("[folders,", "[folder,", "18:92: 'folder' is no content of submissions. Did you mean 'folders'?"),
        ("[Clinic]", "['|^']", "18:68: '|^' is not a recipient, such as 'South Clinic' or '|^Roth^Miriam'"),
        ("refuse", "refused", "expected 'accept' or 'refuse', found 'refused'. Did you mean 'refuse'?"),
        (
            "    registry: {id: registry, patients: fed-only}\n",
            "",
            "a community with repositories, On-Demand sources or a Responding Gateway has a registry",
        ),
    ],
)
def test_a_wrong_recipient_is_reported_with_its_place(good: str, bad: str, expected: str) -> None:
    text = GOOD + ELSEWHERE
    assert good in text
    with pytest.raises(UsageError) as caught:
        topology(text.replace(good, bad))
    assert expected in str(caught.value)


def test_somebody_must_answer() -> None:
    text = GOOD[: GOOD.index("    registry:")] + "    consumers: [{id: viewer}]\n"
    with pytest.raises(UsageError, match=r"no actor of the topology has an address\. Name a registry"):
        topology(text)


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("2.999.1.4", "2.999.1.2", "15:45: the OID '2.999.1.2' is taken already"),
        ("P1,", "P1^,", "15:81: 'P1^' is no patient id: "),
    ],
)
def test_wrong_on_demand_sources_are_reported(good: str, bad: str, expected: str) -> None:
    with pytest.raises(UsageError, match=re.escape(expected)):
        topology(ON_DEMAND.replace(good, bad))


def test_an_on_demand_source_needs_a_registry() -> None:
    text = GOOD[: GOOD.index("    registry:")] + ON_DEMAND[len(GOOD) :]
    with pytest.raises(UsageError, match="On-Demand sources or a Responding Gateway has a registry"):
        topology(text)


def test_actor_is_found_by_id_with_its_community() -> None:
    assert topology().find("pacs").community.id == "national"
    with pytest.raises(KeyError):
        topology().find("pax")


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("repositories:", "repositry:", "8:5: unknown key 'repositry'. Did you mean 'repositories'?"),
        (
            "publishesTo: repository",
            "publishesTo: repositry",
            "11:68: no repository 'repositry' in community",
        ),
        ("publishesTo: repository", "publishesTo: repositry", "Did you mean 'repository'?"),
        ("id: viewer", "id: pacs", "13:14: the id of an actor 'pacs' is taken already"),
        ("oid: 2.999.1.3", "oid: 2.999.1.2", "11:25: the OID '2.999.1.2' is taken already"),
        ("oid: 2.999.1.3", "oid: 2.999.01.3", "11:25: '2.999.01.3' is not an OID, such as 2.999.1.10"),
        ("urn:oid:2.999.1", "2.999.1", "5:22: '2.999.1' is not a homeCommunityId, such as urn:oid:2.999.1"),
        ("patientAuthority: 2.999.1.1", "patientAuthority: NAT", "6:23: 'NAT' is not an OID"),
        ("PACS ONE", "PACS NUMBER FORTY-ONE", "11:45: 'PACS NUMBER FORTY-ONE' is not an AE title"),
        ("id: pacs", "id: pacs/1", "11:14: 'pacs/1' is not an id"),
        ("port: 9001", "port: 90010", "9:83: 90010 is more than 65535"),
        ("strict,", "strickt,", "9:69: expected 'lenient' or 'strict', found 'strickt'"),
        ("fed-only", "fedonly", "expected 'accept' or 'fed-only', found 'fedonly'. Did you mean 'fed-only'?"),
        ("127.0.0.1:0", "localhost", "2:9: 'localhost' is not HOST:PORT, such as 127.0.0.1:8080"),
        ("127.0.0.1:0", "[a]", "2:9: '' is not HOST:PORT"),
        ("name: small", "name: small\nlog: {size: 2 GiBs}", "2:13: '2 GiBs' is not a size, such as 2 GiB"),
        ("name: small", "name: small\nlog: {size: 10 kB}", "2:13: 10 kB is less than 1000000"),
        ("name: small", "name: small\nlog: {exchanges: 0}", "2:18: 0 is less than 1"),
        ("name: small", "name: small\nlog: {sice: 1 GB}", "2:7: unknown key 'sice'. Did you mean 'size'?"),
        ("name: small\n", "", "1:1: the key 'name' is missing"),
    ],
)
def test_wrong_topology_is_reported_with_its_place(good: str, bad: str, expected: str) -> None:
    assert good in GOOD
    with pytest.raises(UsageError) as caught:
        topology(GOOD.replace(good, bad))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("given", "mllp"),
    [("2575", Listen("", 2575)), ("127.0.0.1:0", Listen("127.0.0.1", 0)), ("0", Listen("", 0))],
)
def test_a_feed_is_a_port_or_host_and_port(given: str, mllp: object) -> None:
    changed = GOOD.replace("patients: fed-only", f"feed: {{mllp: {given}}}")
    feed = topology(changed).communities[0].registry.feed
    assert feed is not None
    assert feed.mllp == mllp


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{mllp: 70000}", "7:43: 70000 is no port: the highest is 65535"),
        ("{mllp: x}", "is not HOST:PORT"),
        ("{mlp: 1}", "Did you mean 'mllp'?"),
    ],
)
def test_anything_else_is_no_feed(given: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        topology(GOOD.replace("patients: fed-only", f"feed: {given}"))


@pytest.mark.parametrize("key", ["id", "homeCommunityId"])
def test_communities_are_told_apart(key: str) -> None:
    other = {"id": "b", "homeCommunityId": "urn:oid:2.999.2"}
    value = {"id": "national", "homeCommunityId": "urn:oid:2.999.1"}[key]
    second = {**other, key: value}
    more = f"  - {{id: {second['id']}, homeCommunityId: '{second['homeCommunityId']}', "
    more += "patientAuthority: 2.999.2.1, registry: {id: r2}}\n"
    with pytest.raises(UsageError, match="is taken already"):
        topology(GOOD + more)


def test_topology_without_communities_is_refused() -> None:
    with pytest.raises(UsageError, match="2:14: a topology has at least one community"):
        topology("name: none\ncommunities: []\n")


ASYNCHRONOUS = (
    GOOD.replace("patients: fed-only", "asynchronous: true")
    + """\
peers:
  - {id: vendor, url: "http://127.0.0.1:9000/"}
timeouts: {reply: 0.5}
"""
)


def test_asynchronous_exchange_is_off_and_has_no_peers_unless_it_is_said() -> None:
    assert (topology().peers, topology().communities[0].registry.asynchronous) == ((), False)
    given = topology(ASYNCHRONOUS)
    assert given.communities[0].registry.asynchronous
    assert [(peer.id, peer.url) for peer in given.peers] == [("vendor", "http://127.0.0.1:9000/")]
    assert (given.timeouts.connect, given.timeouts.reply) == (5, 0.5)


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("http://127.0.0.1:9000/", "127.0.0.1:9000", "'127.0.0.1:9000' is not the address of a peer"),
        ("http://127.0.0.1:9000/", "http://a/../b", "'http://a/../b' is not the address of a peer"),
        (
            '9000/"}',
            '9000/"}\n  - {id: vendor, url: "http://b"}',
            "16:10: the id of a peer 'vendor' is taken",
        ),
        ("id: vendor", "id: a b", "'a b' is not an id"),
        ("9000/", "99999/", "15:23: 'http://127.0.0.1:99999/' is not the address of a peer"),
        ("url:", "ulr:", "unknown key 'ulr'. Did you mean 'url'?"),
        ("reply: 0.5", "reply: 0", "is not more than 0"),
        ("reply: 0.5", "replies: 1", "unknown key 'replies'. Did you mean 'reply'?"),
        ("asynchronous: true", "asynchronous: sometimes", "expected true or false, found 'sometimes'"),
    ],
)
def test_wrong_peers_and_timeouts_are_reported(good: str, bad: str, expected: str) -> None:
    assert good in ASYNCHRONOUS
    with pytest.raises(UsageError) as caught:
        topology(ASYNCHRONOUS.replace(good, bad))
    assert expected in str(caught.value)
