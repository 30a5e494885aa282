from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from a_scenario import run
from pydantic import ValidationError

from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.steps.wado_rs import WadoRs

LOAD = "  - {name: a, load: {source: pacs-north, samples: [cr-chest]}, save: s}\n"
STUDY = 'consumer: workstation, source: pacs-north, study: "${s.studies[0].header.study_instance_uid}"'
SERIES = STUDY + ', series: "${s.studies[0].series[0].series_instance_uid}"'
INSTANCE = SERIES + ', instance: "${s.studies[0].instances[0].sop_instance_uid}"'


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (STUDY, '{count: 2, values: {"images[*].sha1": {same-items: "${s.images[*].sha1}"}}}'),
        (INSTANCE + ", accept: application/dicom", "{count: 1, values: {contentType: application/dicom}}"),
        (SERIES + ", resource: metadata", '{values: {"dataSets[*].Modality": {each: CR}}}'),
        (
            INSTANCE + ", frames: [1]",
            '{count: 1, values: {"parts[0].contentType": application/octet-stream}}',
        ),
        (INSTANCE + ", frames: [99]", "{count: 0, status: HTTP 404}"),
        (STUDY + ", accept: text/html", "{status: HTTP 406}"),
        (INSTANCE + ", resource: rendered, parameters: {quality: 50}", "{values: {contentType: image/jpeg}}"),
    ],
)
def test_a_resource_comes_in_the_form_that_is_asked_for(tmp_path: Path, asked: str, expected: str) -> None:
    record = run(tmp_path, LOAD + f"  - {{name: b, wado-rs: {{{asked}}}, expect: {expected}}}\n")
    assert record.verdict is Verdict.PASS, record.steps[-1]


def test_a_refusal_fails_unless_it_is_expected(tmp_path: Path) -> None:
    step = "  - {name: b, wado-rs: {consumer: workstation, source: pacs-north, study: 1.2.3}}\n"
    record = run(tmp_path, step)
    assert record.steps[0].verdict is Verdict.FAIL
    assert [check.observed for check in record.steps[0].checks] == ["HTTP 404"]


@pytest.mark.parametrize(
    ("keys", "told"),
    [({"instance": "1"}, "'instance' needs 'series'"), ({"frames": [1]}, "'frames' needs 'instance'")],
)
def test_a_level_needs_the_one_above(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        WadoRs.model_validate({"consumer": "c", "source": "s", "study": "1.2", **keys})
