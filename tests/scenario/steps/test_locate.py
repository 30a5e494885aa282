from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict

FETCH = '  - {name: get, retrieve: {consumer: workstation, entries: "${found.entries}"}, save: got}\n'
LOCATE = '  - {name: %s, locate: {consumer: workstation, manifests: "${%s}", mode: %s}, save: %s}\n'


def test_both_ways_lead_to_the_same_place(tmp_path: Path) -> None:
    steps = (
        PUBLISHED
        + FETCH
        + LOCATE % ("a", "got.manifests", "retrieve-url", "a")
        + LOCATE % ("b", "got.manifests", "location-uid", "b")
    )
    steps = steps.replace(
        "save: b}", 'save: b, expect: {count: 1, values: {"series[*].base": "${a.series[*].base}"}}}'
    )
    assert run(tmp_path, steps).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("mode", "more", "verdict"),
    [
        ("location-uid", "", Verdict.FAIL),
        ("location-uid", ", complete: false", Verdict.PASS),
        ("retrieve-url", "", Verdict.PASS),
    ],
)
def test_an_archive_that_stands_in_no_directory_is_found_by_its_address_alone(
    tmp_path: Path, mode: str, more: str, verdict: Verdict
) -> None:
    steps = PUBLISHED.replace(
        "{source: pacs-north}, save: pub", "{source: pacs-north, retrieveLocationUID: 2.999.7}, save: pub"
    )
    record = run(tmp_path, steps + FETCH + LOCATE % ("where", "got.manifests", mode + more, "at"))
    assert record.verdict is verdict
    told = "cannot be resolved: '2.999.7'"
    last = record.steps[-1]
    assert (told in f"{last.text} {last.details}") == (mode == "location-uid")


def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path) -> None:
    study = "${loaded.studies[0].header.study_instance_uid}"
    report = f'  - {{name: r, publish-report: {{source: pacs-north, study: "{study}", title: T, text: no DICOM}}}}\n'
    loaded, published, find = PUBLISHED.partition("  - name: find")
    steps = loaded + report + published + find + FETCH + LOCATE % ("x", "got.reports", "retrieve-url", "x")
    record = run(tmp_path, steps)
    assert record.steps[-1].verdict is Verdict.FAIL
    assert "is no manifest" in record.steps[-1].text
