from __future__ import annotations

from pathlib import Path

import pytest
from a_port import free_port

from xdsi_sim.client.archive import DicomWebArchive
from xdsi_sim.errors import CannotRun
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen

TOPOLOGY = """\
name: front
communities:
  - id: c
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.2
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.10}]
    sources:
      - {id: pacs, oid: 2.999.1.20, aeTitle: PACS, publishesTo: repository}
      - {id: front, oid: 2.999.1.21, aeTitle: FRONT, publishesTo: repository, backend: {dicomweb: "%s"}}
"""


def a_topology(folder: Path, archive: str) -> Path:
    path = folder / "front.yaml"
    path.write_text(TOPOLOGY % archive)
    return path


def test_a_source_has_its_instances_with_it_or_in_the_archive(tmp_path: Path) -> None:
    topology = load_topology(a_topology(tmp_path, "http://127.0.0.1:1/dicom-web"))
    with start(topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        assert isinstance(running.store_of("pacs"), SqliteInstanceStore)
        assert isinstance(running.store_of("front"), DicomWebArchive)


def test_a_source_is_not_its_own_archive(tmp_path: Path) -> None:
    port = free_port()
    topology = load_topology(a_topology(tmp_path, f"http://127.0.0.1:{port}/c/front/dicom-web"))
    with pytest.raises(CannotRun, match="the backend of front is front itself"):
        start(topology, tmp_path / "data", Listen("127.0.0.1", port))
