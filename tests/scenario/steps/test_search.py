from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_scenario import run
from pydantic import ValidationError

from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.search import Search

LOAD = "  - {name: a, load: {source: pacs-north, samples: [ct-head]}, save: s}\n"
STUDY = '"${s.studies[0].header.study_instance_uid}"'


def test_every_level_is_searched(tmp_path: Path) -> None:
    record = run(
        tmp_path,
        f"""{LOAD}\
  - name: studies
    search:
      consumer: workstation
      source: pacs-north
      matching: {{PatientName: "bergstr*", ModalitiesInStudy: [CT, MR]}}
      includefield: [StudyDescription]
    expect:
      count: 1
      values: {{"results[0].StudyDescription": CT Head, "results[0].NumberOfStudyRelatedInstances": "11"}}
  - name: series
    search: {{consumer: workstation, source: pacs-north, level: series, study: {STUDY}, matching: {{Modality: CT}}}}
    expect: {{count: 2, values: {{"results[*].Modality": {{each: CT}}}}}}
  - name: instances
    search:
      consumer: workstation
      source: pacs-north
      level: instances
      study: {STUDY}
      series: "${{s.studies[0].series[0].series_instance_uid}}"
      limit: 4
    expect: {{count: 4, values: {{"answer.warning": {{contains: "2"}}}}}}
  - name: none
    search: {{consumer: workstation, source: pacs-north, matching: {{PatientID: nobody}}}}
    expect: {{count: 0, values: {{status: "200"}}}}
  - name: wrong
    search: {{consumer: workstation, source: pacs-north, parameters: {{limit: many}}}}
    expect: {{status: HTTP 400}}
""",
    )
    assert record.verdict is Verdict.PASS, record.steps
    assert {exchange.transaction for exchange in record.exchanges} == {"QIDO-RS"}


def test_what_is_no_dicom_json_fails(tmp_path: Path) -> None:
    steps = """\
  - {name: f, fault: {actor: pacs-north, deviation: page-200}}
  - {name: a, search: {consumer: workstation, source: pacs-north}, expect: {count: 1}}
"""
    assert run(tmp_path, steps).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"matching": {"PatientNme": "x"}}, "no attribute 'PatientNme'"),
        ({"study": "1.2"}, "studies are looked for among all"),
        ({"level": "series", "study": "1.2", "series": "1.3"}, "a series is looked into for instances"),
        ({"level": "instances", "series": "1.3"}, "a series is looked into for instances"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Search.model_validate({"consumer": "c", "source": "s", **keys})
