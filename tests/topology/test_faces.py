from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from a_dicomweb import sample_store
from wire import get

from xdsi_sim.deviations.switches import Desk
from xdsi_sim.server.loop import running_loop
from xdsi_sim.server.site import ActorSite
from xdsi_sim.store.exchanges import NOT_RECORDED
from xdsi_sim.store.instances import SqliteInstanceStore
from xdsi_sim.topology.faces import dicomweb_face
from xdsi_sim.topology.model import Source


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ActorSite]:
    (tmp_path / "spool").mkdir()
    opened = ActorSite(running_loop(), "127.0.0.1", 0, tmp_path / "spool")
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteInstanceStore]:
    opened = sample_store(tmp_path)
    yield opened
    opened.close()


def source(**dicomweb: Any) -> Source:
    values = {"id": "pacs", "oid": "2.999.1", "aeTitle": "PACS", "publishesTo": "repository"}
    return Source.model_validate({**values, "dicomweb": dicomweb})


def test_a_face_has_the_settings_of_its_source(site: ActorSite, store: SqliteInstanceStore) -> None:
    model = source(origins=["https://viewer.example"], delete=True, mostResults=2)
    base = "https://pacs.example/dicom-web"
    quiet = (NOT_RECORDED, running_loop().reactor)
    site.put("/face", dicomweb_face(model, store, base, *quiet, viewer=None, desk=Desk()))
    url = f"http://127.0.0.1:{site.port}/face"
    answer = get(f"{url}/studies", "Origin: https://viewer.example")
    assert answer.headers["access-control-allow-origin"] == "https://viewer.example"
    assert "additional results" in answer.headers["warning"]
    assert json.loads(answer.body)[0]["00081190"]["Value"][0].startswith(base)
    assert get(f"{url}/studies/1.2", method="DELETE").status == 404
