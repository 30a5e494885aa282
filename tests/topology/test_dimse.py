from __future__ import annotations

from pathlib import Path
from typing import Any

import pydicom
import pytest
from a_port import free_port
from pydicom.data import get_testdata_file

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.cast import description_of
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Listen

TOPOLOGY = """\
name: with-dimse
communities:
  - id: north
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.1.1
    registry: {id: registry}
    repositories: [{id: repository, repositoryUniqueId: 2.999.1.3}]
    sources:
      - {id: pacs, oid: 2.999.1.21, aeTitle: PACS, publishesTo: repository, dimse: {port: %s%s}}
"""


def written(folder: Path, port: object, more: str = "") -> Path:
    (folder / "mine.yaml").write_text(TOPOLOGY % (port, more), encoding="utf-8")
    return folder / "mine.yaml"


def test_what_a_modality_sends_is_in_the_store_of_the_source(tmp_path: Path) -> None:
    pynetdicom: Any = pytest.importorskip("pynetdicom", reason="the extra xdsi-sim[dimse] is not installed")
    port = free_port()
    topology = load_topology(written(tmp_path, port, ', destinations: {VIEWER: "127.0.0.1:11113"}'))
    dataset = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
    with start(topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        (pacs,) = [actor for actor in description_of(running)["actors"] if actor["id"] == "pacs"]
        assert pacs["dimse"] == f"PACS@127.0.0.1:{port}"
        entity = pynetdicom.AE(ae_title="MODALITY")
        entity.add_requested_context(dataset.SOPClassUID, dataset.file_meta.TransferSyntaxUID)
        association = entity.associate("127.0.0.1", port, ae_title="PACS")
        assert association.send_c_store(dataset).Status == 0
        association.release()
        assert running.store_of("pacs").studies() == (dataset.StudyInstanceUID,)


@pytest.mark.parametrize(
    ("port", "more", "told"),
    [
        (0, "", "0 is less than 1"),
        (11112, ", destinations: {VIEWER: here}", "'here' is not HOST:PORT"),
        (11112, ", destinations: {A_TITLE_THAT_IS_TOO_LONG: '127.0.0.1:1'}", "is not an AE title"),
    ],
)
def test_a_setting_that_cannot_be_is_told(tmp_path: Path, port: int, more: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load_topology(written(tmp_path, port, more))
