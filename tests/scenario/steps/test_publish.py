from __future__ import annotations

from pathlib import Path

from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict


def test_each_study_has_a_manifest_and_may_be_published_again(tmp_path: Path) -> None:
    again = '  - {name: again, publish: {source: pacs-north, studies: ["${loaded.studies[0].header.study_instance_uid}"]}}\n'
    record = run(tmp_path, PUBLISHED + again)
    assert record.verdict is Verdict.PASS
    assert record.steps[1].text == record.steps[3].text == "1 manifest"


def test_studies_may_come_from_what_was_loaded(tmp_path: Path) -> None:
    steps = """\
  - {name: a, load: {source: pacs-north, samples: [cr-chest, ct-head]}, save: loaded}
  - {name: one, publish: {source: pacs-north, studies: "${loaded.studies[0].header.study_instance_uid}"}}
  - {name: both, publish: {source: pacs-north, studies: "${loaded.studies[*].header.study_instance_uid}"}}
"""
    record = run(tmp_path, steps)
    assert [step.text for step in record.steps[1:]] == ["1 manifest", "2 manifests"]


def test_a_study_that_is_not_there_cannot_be_published(tmp_path: Path) -> None:
    record = run(tmp_path, '  - {name: a, publish: {source: pacs-north, studies: ["1.2.3"]}}\n')
    assert (record.verdict, record.steps[0].text) == (Verdict.FAIL, "pacs-north has no study 1.2.3")
