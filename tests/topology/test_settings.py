from __future__ import annotations

from pathlib import Path

import pytest
from a_coded_domain import TABLE, written
from a_domain import topology

from xdsi_sim.errors import UsageError
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology.model import Placed, Topology
from xdsi_sim.topology.settings import acceptance_of, codes_of, registry_of, timeouts_of, validating


def changed(**community: object) -> Topology:
    told = topology().model_dump(mode="python", exclude_unset=True)
    told["communities"] = [{**told["communities"][0], **community}]
    return Topology.model_validate(told)


def test_a_registry_is_what_its_model_says(tmp_path: Path) -> None:
    told = {"patients": "fed-only", "mostResults": 7, "queries": "lenient", "unknownPatients": "refuse"}
    (given, *_) = topology(**told).actors()
    store = SqliteRegistryStore(tmp_path)
    registry = registry_of(given, store, strict=True)
    store.close()
    assert (registry.any_patient, registry.most_results, registry.patientAuthority) == (False, 7, "2.999.1.1")
    assert (registry.strict, registry.strict_queries, registry.codes()) == (True, False, None)
    assert (registry.repositories, registry.sources, registry.unknown_patients) == (None, None, False)


def test_whom_a_registry_takes_from_includes_its_own_community(tmp_path: Path) -> None:
    (given, *_) = topology(takesFrom={"repositories": ["2.999.77"]}).actors()
    store = SqliteRegistryStore(tmp_path)
    assert registry_of(given, store).repositories == {"2.999.77", "2.999.1.3"}
    store.close()


def test_code_sets_are_read_from_their_files(tmp_path: Path) -> None:
    path = written(tmp_path, "codes.yaml", TABLE)
    (community,) = changed(codes={"files": [str(path)]}).communities
    assert codes_of(community) is not None
    assert codes_of(topology().communities[0]) is None
    path.write_text("classCode: 7", encoding="utf-8")
    with pytest.raises(UsageError):
        codes_of(community)


def test_a_recipient_accepts_what_its_model_says() -> None:
    told = changed(recipients=[{"id": "clinic", "limitedMetadata": "refuse", "queued": True}])
    placed: Placed = told.find("clinic")
    acceptance = acceptance_of(placed.actor)
    assert (acceptance.limited, acceptance.queued) == (False, True)


def test_messages_are_held_against_the_schemas_where_that_is_asked_for() -> None:
    assert validating(topology()) == frozenset()
    assert validating(topology(validation="report")) == {"registry"}


def test_peers_are_waited_for_as_the_topology_says() -> None:
    timeouts = timeouts_of(topology().timeouts)
    assert (timeouts.connect, timeouts.first_byte, timeouts.total, timeouts.reply) == (5, 30, 300, 300)
