from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import LOADED, run

from xdsi_sim.dicom.samples import SAMPLES
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.record import Verdict

STUDY = SAMPLES["cr-chest"].header.study_instance_uid
REJECT = "  - {name: reject, reject: {source: pacs-north, study: %s%s}}\n"
PUBLISH = "  - {name: publish, publish: {source: pacs-north}}\n"


@pytest.mark.parametrize(
    ("given", "text", "left"),
    [
        ("", "2 instances rejected", "0 manifests"),
        (f", instances: {STUDY}.1.1, title: '113001'", "1 instance rejected", "1 manifest"),
        (f", instances: [{STUDY}.1.1, {STUDY}.1.2]", "2 instances rejected", "0 manifests"),
    ],
)
def test_what_is_rejected_is_published_no_more(tmp_path: Path, given: str, text: str, left: str) -> None:
    record = run(tmp_path, LOADED + REJECT % (STUDY, given) + PUBLISH)
    assert record.verdict is Verdict.PASS
    assert [step.text for step in record.steps[1:]] == [text, left]


@pytest.mark.parametrize(
    ("study", "given", "text"),
    [
        (STUDY, ", instances: [1.2.3]", f"study {STUDY} of pacs-north has no instance 1.2.3"),
        ("1.2.3", "", "pacs-north has no study 1.2.3"),
    ],
)
def test_what_is_not_there_cannot_be_rejected(tmp_path: Path, study: str, given: str, text: str) -> None:
    record = run(tmp_path, LOADED + REJECT % (study, given))
    assert (record.verdict, record.steps[1].text) == (Verdict.FAIL, text)


def test_a_title_that_rejects_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'113030' is no title of a rejection note"):
        run(tmp_path, LOADED + REJECT % (STUDY, ", title: '113030'"))
