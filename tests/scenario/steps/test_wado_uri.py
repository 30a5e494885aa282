from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run

from xdsi_sim.scenario.record import Verdict

LOAD = "  - {name: a, load: {source: pacs-north, samples: [cr-chest]}, save: s}\n"
OBJECT = (
    'consumer: workstation, source: pacs-north, studyUID: "${s.studies[0].header.study_instance_uid}", '
    'seriesUID: "${s.studies[0].series[0].series_instance_uid}"'
)
WHOLE = OBJECT + ', objectUID: "${s.studies[0].instances[0].sop_instance_uid}"'


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            WHOLE + ", contentType: application/dicom, parameters: {transferSyntax: 1.2.840.10008.1.2.1}",
            '{count: 1, values: {"images[0].transferSyntaxUID": 1.2.840.10008.1.2.1, "parts[0].size": {at-least: 999}}}',
        ),
        (WHOLE, "{values: {contentType: image/jpeg}}"),
        (WHOLE + ", parameters: {rows: x}", "{status: HTTP 400}"),
        (OBJECT + ", objectUID: 1.2.3", "{status: HTTP 404, count: 0}"),
        (OBJECT, "{status: HTTP 400}"),
        (WHOLE + ", requestType: null", "{status: HTTP 400}"),
    ],
)
def test_one_object_comes_or_is_refused(tmp_path: Path, asked: str, expected: str) -> None:
    record = run(tmp_path, LOAD + f"  - {{name: b, wado-uri: {{{asked}}}, expect: {expected}}}\n")
    assert record.verdict is Verdict.PASS, record.steps[-1]
    assert record.exchanges[-1].transaction == "RAD-55"
