from __future__ import annotations

from pathlib import Path

from a_scenario import run

from xdsi_sim.scenario.record import Verdict

MADE = """\
  - name: make
    provide:
      mhd: fhir
      patient: P1
      documents: [{text: one, entry: {title: One}}, {text: two, entry: {title: Two}}]
      folders: [{title: Shelf, codeList: ["S^Shelf^2.999.7"]}]
    save: made
    expect: {count: 2}
"""
FIND = "mhd-find: {consumer: workstation, mhd: fhir, patient: P1"


def test_what_was_provided_by_mhd_is_found_by_it(tmp_path: Path) -> None:
    steps = f"""\
{MADE}
  - name: in pages
    {FIND}, parameters: {{_count: 1, _sort: _id}}}}
    save: found
    expect: {{count: 2, values: {{total: 2, "entries[*].title": {{same-items: [One, Two]}}}}}}
  - {{name: get, mhd-retrieve: {{consumer: workstation, entries: "${{found.entries}}"}}, expect: {{count: 2}}}}
  - name: by post, in XML
    {FIND}, parameters: {{identifier: "urn:oid:${{made.entries[0].uniqueId}}"}}, post: true, form: xml}}
    expect: {{count: 1, values: {{"entries[0].title": One}}}}
  - name: folders
    {FIND}, resource: List, parameters: {{code: folder}}}}
    expect: {{count: 1, values: {{"folders[0].title": Shelf}}}}
  - name: sets
    {FIND}, resource: List}}
    expect: {{count: 1, values: {{"submissionSets[0].uniqueId": "${{made.submissionSet.uniqueId}}"}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps


def test_what_is_refused_is_told_as_errors(tmp_path: Path) -> None:
    steps = f"""\
  - name: wrong document
    provide: {{mhd: fhir, patient: P1, documents: [{{leftOut: true}}]}}
    expect: {{status: HTTP 422, errors: [XDSMissingDocument]}}
  - name: no date
    {FIND}, parameters: {{creation: soon}}}}
    expect: {{status: HTTP 400, errors: [value]}}
  - name: not known
    {FIND}, parameters: {{colour: [red, blue]}}}}
    expect: {{status: Success, errors: [not-supported, not-supported], count: 0}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps


def test_a_step_that_expects_too_much_fails(tmp_path: Path) -> None:
    record = run(tmp_path, f"  - {{name: find, {FIND}}}, expect: {{count: 7}}}}\n")
    assert record.verdict is Verdict.FAIL
