from __future__ import annotations

from pathlib import Path

from a_scenario import run

from xdsi_sim.scenario.record import Verdict

MADE = """\
  - {name: make, provide: {repository: repository, patient: P1, documents: [{text: one}]}, save: made}
  - {name: find, mhd-find: {consumer: workstation, mhd: fhir, patient: P1}, save: found}
"""


def test_documents_are_held_against_their_metadata(tmp_path: Path) -> None:
    steps = f"""\
{MADE}
  - name: get
    mhd-retrieve: {{consumer: workstation, entries: "${{found.entries}}"}}
    save: got
    expect: {{count: 1, values: {{"documents[0].mimeType": text/plain, "documents[0].size": 3}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert len(record.steps[-1].checks) >= 3  # hash, size and media type


def test_a_repository_that_is_down_is_told(tmp_path: Path) -> None:
    steps = f"""\
{MADE}
  - {{name: stop, stop: {{actors: [repository]}}}}
  - name: get
    mhd-retrieve: {{consumer: workstation, entries: "${{found.entries}}"}}
    expect: {{status: HTTP 502, errors: [XDSRepositoryError], count: 0}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps


def test_an_entry_that_was_found_by_soap_has_no_address(tmp_path: Path) -> None:
    steps = """\
  - {name: make, provide: {repository: repository, patient: P1}, save: made}
  - {name: get, mhd-retrieve: {consumer: workstation, entries: "${made.entries}"}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.FAIL
    assert "it was not found by MHD" in record.steps[-1].text
