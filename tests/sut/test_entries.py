from __future__ import annotations

from pathlib import Path

from a_system import HOME, description, loaded

from xdsi_sim.sut.entries import entries_of, listens_of
from xdsi_sim.sut.laying import laid_over
from xdsi_sim.topology.listen import Listen

REGISTRY, VAULT = "http://192.0.2.7/registry", "http://192.0.2.7/vault"


def test_a_repository_is_told_where_our_registry_is(tmp_path: Path) -> None:
    topology = laid_over("repository", loaded(tmp_path, description(repository=VAULT, listen=9000)))
    (entry,) = entries_of(topology, "repository")
    assert entry.url == "http://127.0.0.1:9000/domain/registry"
    assert (entry.receiver, entry.home, entry.transactions) == ("registry", HOME, ("ITI-42",))
    assert listens_of(topology) == (Listen("127.0.0.1", 9000),)


def test_what_the_system_plays_itself_is_not_told(tmp_path: Path) -> None:
    topology = laid_over("repository", loaded(tmp_path, description(registry=REGISTRY, repository=VAULT)))
    assert entries_of(topology, "repository") == ()
    assert listens_of(topology) == ()


def test_a_registry_calls_nobody(tmp_path: Path) -> None:
    assert (
        entries_of(laid_over("registry", loaded(tmp_path, description(registry=REGISTRY))), "registry") == ()
    )
