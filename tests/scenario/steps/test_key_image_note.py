from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import FOUND, HEAD, LOADED, run, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

NOTED = """\
  - name: note
    key-image-note:
      source: pacs-north
      study: ${loaded.studies[0].header.study_instance_uid}
      instances: ${loaded.studies[0].series[0].instances[0].sop_instance_uid}
      description: Look here
    save: noted
"""
LISTED = f"""\
{FOUND}  - {{name: fetch, retrieve: {{consumer: workstation, entries: "${{found.entries}}"}}, save: fetched}}
  - {{name: locate, locate: {{consumer: workstation, manifests: "${{fetched.manifests}}", mode: location-uid}}, save: located}}
  - name: images
    fetch: {{consumer: workstation, series: "${{located.series}}", by: wado-rs}}
    expect: {{count: 3}}
"""


def test_a_note_is_listed_by_the_next_manifest_and_can_be_fetched(tmp_path: Path) -> None:
    record = run(tmp_path, LOADED + NOTED + LISTED)
    assert record.verdict is Verdict.PASS, [step.text for step in record.steps]
    assert record.steps[1].text == "'Of Interest' on 1 instance"


def test_a_note_on_images_that_are_not_there_fails(tmp_path: Path) -> None:
    absent = NOTED.replace("${loaded.studies[0].series[0].instances[0].sop_instance_uid}", "[2.999.5]")
    record = run(tmp_path, LOADED + absent)
    assert record.verdict is Verdict.FAIL
    assert "has no instances 2.999.5" in record.steps[1].text


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("title: '113030'", "no title of a key image note"),
        ("title: '113001'", "title 113001 has no modifier"),
        ("modifier: '111210'", "It takes none"),
    ],
)
def test_a_title_without_its_modifier_is_told_before_anything_is_played(
    keys: str, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path, LOADED + NOTED.replace("description: Look here", keys), HEAD)
    with pytest.raises(UsageError, match=words):
        load_scenario(path)
