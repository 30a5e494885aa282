from __future__ import annotations

from pathlib import Path

from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict


def test_a_study_that_is_published_again_has_a_new_manifest_in_place_of_the_former_one(
    tmp_path: Path,
) -> None:
    again = PUBLISHED.partition("\n")[2]
    steps = PUBLISHED + again.replace("name: publish", "name: again").replace(
        "name: find", "name: find again"
    )
    (tmp_path / "trial").mkdir()
    for folder in (tmp_path / "trial", tmp_path / "trial"):  # also in the next run on the same data
        record = run(folder, steps)
        assert record.verdict is Verdict.PASS
        assert [step.text for step in record.steps[1:]] == ["1 manifest", "1 object found"] * 2


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
