from __future__ import annotations

from pathlib import Path

import pytest
from a_system import AUTHORITY, HOME, REPOSITORY, description, loaded

from xdsi_sim.errors import UsageError
from xdsi_sim.sut.laying import laid_over
from xdsi_sim.topology.listen import Listen

REGISTRY, VAULT = "http://192.0.2.7/registry", "http://192.0.2.7/vault"


def test_without_a_system_a_suite_is_as_it_ships() -> None:
    assert laid_over("registry", None).peers == ()


def test_a_system_takes_the_part_of_our_actor_with_its_ids(tmp_path: Path) -> None:
    text = description(registry=REGISTRY, more="patients: [A1]\n", listen=9000)
    topology = laid_over("registry", loaded(tmp_path, text))
    (peer,) = topology.peers
    assert (peer.id, peer.plays, peer.url) == ("acme-registry", "registry", REGISTRY)
    assert peer.patients == ("A1",)
    (community,) = topology.communities
    assert (community.homeCommunityId, community.patientAuthority) == (HOME, AUTHORITY)
    assert topology.listen == Listen("127.0.0.1", 9000)
    assert topology.timeouts.total == 60


def test_other_roles_of_the_system_are_where_the_suite_has_them(tmp_path: Path) -> None:
    text = description(registry=REGISTRY, repository=VAULT)
    topology = laid_over("repository", loaded(tmp_path, text))
    assert {peer.plays: peer.url for peer in topology.peers} == {"registry": REGISTRY, "repository": VAULT}
    assert topology.find("repository").actor.metadata_oid == REPOSITORY


def test_an_id_that_another_actor_has_is_told_in_the_file_of_the_vendor(tmp_path: Path) -> None:
    text = description(registry=REGISTRY, repository=VAULT).replace(REPOSITORY, "2.999.7.11")
    with pytest.raises(UsageError, match=r"sut.yaml:7:\d+: with it the suite .* does not work: the OID"):
        laid_over("registry", loaded(tmp_path, text))
