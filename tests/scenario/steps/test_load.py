from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.record import Verdict


def test_samples_files_and_folders_are_loaded_and_broken_ones_named(tmp_path: Path) -> None:
    write_sample("cr-chest", tmp_path / "cr")
    (tmp_path / "note.txt").write_text("no DICOM")
    sound = (
        "  - {name: a, load: {source: pacs-north, samples: [mr-knee], paths: [cr]}, expect: {count: 12}}\n"
    )
    broken = "  - {name: b, load: {source: pacs-south, paths: [cr, note.txt]}}\n"
    record = run(tmp_path, sound + broken)
    assert [step.verdict for step in record.steps] == [Verdict.PASS, Verdict.FAIL]
    assert record.steps[0].text == "12 instances of 2 studies"
    assert [check.text for check in record.steps[1].checks if not check.ok] == ["note.txt is a DICOM file"]


def test_samples_may_be_shortened_and_numbered_anew(tmp_path: Path) -> None:
    step = (
        "  - {name: a, load: {source: pacs-north, samples: [mr-knee], first: 3, accession: X-7}, save: l%s}\n"
    )
    held = """, expect: {count: 3, values: {
      "studies[0].header.accession.value": X-7, "studies[0].header.requests[0].accession.value": X-7,
      "images[*].sopInstanceUID": {same-items: "${m.studies[0].instances[*].sop_instance_uid}"}}}"""
    assert run(tmp_path, step.replace("save: l", "save: m") % "" + step % held).verdict is Verdict.PASS


def test_samples_may_have_uids_of_their_own(tmp_path: Path) -> None:
    steps = """\
  - {name: a, load: {source: pacs-north, samples: [cr-chest]}, save: a}
  - {name: b, load: {source: pacs-north, samples: [cr-chest], first: 1, root: new}, save: b}
  - name: c
    load: {source: pacs-north, samples: [cr-chest], root: "${b.root}"}
    expect:
      count: 2
      values:
        "studies[0].header.study_instance_uid": "${b.studies[0].header.study_instance_uid}"
        "studies[0].instances": {count: 2}
        root: {not: "${a.root}"}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert record.steps[1].text == "1 instance of 1 study"


@pytest.mark.parametrize("key", ["first: 2", "accession: X-7", "root: new"])
def test_only_samples_are_shortened_or_numbered(tmp_path: Path, key: str) -> None:
    (tmp_path / "cr").mkdir()
    with pytest.raises(UsageError, match=r":5:\d+: only samples are shortened or changed"):
        run(tmp_path, f"  - {{name: a, load: {{source: pacs-north, paths: [cr], {key}}}}}\n")


@pytest.mark.parametrize("nothing", ["", ", samples: []", ", paths: [], samples: []"])
def test_a_step_that_loads_nothing_is_refused(tmp_path: Path, nothing: str) -> None:
    with pytest.raises(UsageError, match=r":5:21: there is nothing to load\. Name samples, paths, or both"):
        run(tmp_path, f"  - {{name: a, load: {{source: pacs-north{nothing}}}}}\n")
