from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run, write

from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen, Topology

STORE = "  - {name: a, store: {source: pacs-north, samples: [cr-chest]}, save: s, expect: {count: 2}}\n"


def test_what_is_stored_comes_back_to_the_last_octet(tmp_path: Path) -> None:
    steps = """\
  - {name: b, fetch: {consumer: workstation, by: rad-69, series: "${s.series}"}, save: f, expect: {count: 2}}
  - {name: c, compare: {images: "${f.images}", to: "${s.images}"}, expect: {count: 2}}
  - name: d
    store: {source: pacs-north, samples: [cr-chest], study: "${s.studies[0].header.study_instance_uid}"}
    expect: {count: 2, values: {status: 200, failed: [], warnings: []}}
"""
    record = run(tmp_path, STORE + steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert record.steps[0].text == "2 instances stored, HTTP 200, application/dicom+json"
    assert record.exchanges[0].transaction == "STOW-RS"


def test_files_and_folders_are_stored(tmp_path: Path) -> None:
    write_sample("mr-knee", tmp_path / "mr")
    held = 'expect: {count: 10, values: {studies: {count: 1}, "series[*].location": {each: 2.999.40.30}}}'
    step = f"  - {{name: a, store: {{source: pacs-south, paths: [mr]}}, save: s, {held}}}\n"
    assert run(tmp_path, step).steps[0].text.startswith("10 instances stored")


def test_what_does_not_belong_to_the_study_of_the_address_is_refused(tmp_path: Path) -> None:
    step = "  - {name: a, store: {source: pacs-north, samples: [cr-chest], study: 1.2.3}%s}\n"
    held = """, expect: {status: HTTP 409, count: 0, values: {"failed[*].FailureReason": {each: "43264"}}}"""
    assert run(tmp_path, step % held).verdict is Verdict.PASS
    record = run(tmp_path, step % "")
    assert [check.observed for check in record.steps[0].checks if not check.ok] == ["HTTP 409"]


def test_an_answer_that_does_not_name_what_it_stored_fails(tmp_path: Path) -> None:
    empty = "  - {name: f, fault: {actor: pacs-north, deviation: empty-200}}\n"
    record = run(tmp_path, empty + STORE)
    assert record.steps[1].verdict is Verdict.FAIL
    assert "the answer says of each instance that it is stored" in [
        check.text for check in record.steps[1].checks if not check.ok
    ]


def test_a_broken_file_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "x.dcm").write_text("no DICOM")
    record = run(tmp_path, "  - {name: a, store: {source: pacs-north, paths: [x.dcm]}}\n")
    assert record.steps[0].text.startswith("what is to be stored is no DICOM file")
    assert record.exchanges == ()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"studies": "loaded"}, "2 instances that pacs-north has already"),
        ({"dicomweb": None}, "pacs-north tells no address of DICOMweb, to which studies could be sent"),
    ],
)
def test_a_foreign_source_has_the_studies_already_or_says_where_they_go(
    tmp_path: Path, keys: dict[str, str | None], text: str
) -> None:
    loaded = load_scenario(write(tmp_path, STORE))
    peer = {"id": "v", "plays": "pacs-north", "url": "http://127.0.0.1:9/", "dicomweb": "http://127.0.0.1:9/"}
    topology = Topology.model_validate({**dict(loaded.topology), "peers": [peer | keys]})
    with start(topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        record = play(loaded, running)
    assert (record.steps[0].text, record.exchanges) == (text, ())
