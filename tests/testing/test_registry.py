from __future__ import annotations

import pytest

from xdsi_sim.testing.received import Received
from xdsi_sim.testing.registry import Registry, registries_of
from xdsi_sim.testing.steps import Steps
from xdsi_sim.topology.build import RunningTopology


def test_the_registries_of_a_topology_are_found(xdsi_topology: RunningTopology) -> None:
    assert registries_of(xdsi_topology) == ["registry"]


def test_what_is_registered_for_a_patient_is_seen(xdsi_play: Steps, xdsi_registry: Registry) -> None:
    xdsi_play("load", source="pacs-north", samples=["ct-head"])
    (manifest,) = xdsi_play("publish", source="pacs-north")["manifests"]
    (entry,) = xdsi_registry.entries(manifest.patientId)
    assert entry.uniqueId == manifest.uniqueId
    found = xdsi_registry.query("GetDocuments", uniqueId=manifest.uniqueId)
    assert [one.entryUUID for one in found["entries"]] == [entry.entryUUID]


def test_a_bare_id_is_one_of_its_community(xdsi_registry: Registry) -> None:
    assert xdsi_registry.patient_id("P1") == "P1^^^&2.999.10.1&ISO"
    assert xdsi_registry.entries("P1") == ()


def test_patients_are_announced_by_a_real_feed(xdsi_registry: Registry, received: Received) -> None:
    xdsi_registry.announce("F1", "F2", name="Feed^Fay")
    assert [each.receiver for each in received()] == [xdsi_registry.id] * 2


def test_a_query_that_is_refused_is_a_failed_assertion(xdsi_registry: Registry) -> None:
    with pytest.raises(AssertionError, match="XDSStoredQueryMissingParam"):
        xdsi_registry.query("FindDocuments", status="Approved")
