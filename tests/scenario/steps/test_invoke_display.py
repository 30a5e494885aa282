from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_scenario import run, write
from a_viewer import a_viewer
from pydantic import ValidationError

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.scenario.steps.invoke_display import InvokeDisplay
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.viewer import Viewer

STEPS = """\
  - {name: a, load: {source: pacs-north, samples: [cr-chest]}, save: s}
  - name: shown
    invoke-display: {source: pacs-north, studyUID: "${s.studies[*].header.study_instance_uid}"}
    expect: {count: 1, values: {location: {contains: "${s.studies[0].header.study_instance_uid}"}}}
  - name: nobody
    invoke-display: {source: pacs-north, requestType: PATIENT, patientID: "X^^^&2.999.9&ISO"}
    expect: {status: HTTP 404, count: 0}
"""


def test_the_viewer_is_opened_on_a_study(tmp_path: Path) -> None:
    loaded = load_scenario(write(tmp_path, STEPS))
    a_viewer(tmp_path / "ohif")
    topology = loaded.topology.model_copy(update={"viewer": Viewer(folder=tmp_path / "ohif")})
    with start(topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        record = play(loaded, running)
    assert record.verdict is Verdict.PASS, record.steps
    assert [exchange.transaction for exchange in record.exchanges] == ["RAD-106", "RAD-106"]


def test_a_source_without_a_viewer_shows_nothing(tmp_path: Path) -> None:
    record = run(tmp_path, "  - {name: a, invoke-display: {source: pacs-north, studyUID: 1.2.3}}\n")
    assert record.steps[0].text == "pacs-north has no viewer; a topology with `viewer` gives it one"


@pytest.mark.parametrize("keys", [{}, {"source": "s", "url": "http://127.0.0.1/"}])
def test_one_display_is_asked(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a display is either that of a `source`, or at a `url`"):
        InvokeDisplay.model_validate(keys)
