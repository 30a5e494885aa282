from __future__ import annotations

from pathlib import Path

from a_scenario import run

from xdsi_sim.scenario.record import Verdict

MADE = """\
  - {name: make, provide: {repository: repository, patient: P1}, save: made}
  - name: find
    query: {consumer: workstation, registry: registry, query: FindDocuments, parameters: {patientId: "${made.entries[0].patientId}", status: [Approved]}}
    save: found
"""


def test_documents_go_while_their_metadata_stay(tmp_path: Path) -> None:
    steps = f"""\
{MADE}
  - {{name: go, remove-documents: {{repository: repository, entries: "${{found.entries}}"}}}}
  - name: again
    remove-documents: {{repository: repository, entries: "${{found.entries[0]}}"}}
    expect: {{status: Failure, errors: [XDSDocumentUniqueIdError]}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert record.steps[2].text == "removal of 1 item: Success"


def test_metadata_go_by_object_or_id(tmp_path: Path) -> None:
    steps = f"""\
{MADE}
  - name: not alone
    remove: {{registry: registry, objects: "${{found.entries[0].entryUUID}}"}}
    save: refused
    expect: {{status: Failure, values: {{"errors[*].errorCode": {{contains: ReferencesExistException}}}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps


def test_what_is_no_entry_is_told(tmp_path: Path) -> None:
    record = run(tmp_path, "  - {name: a, remove-documents: {repository: repository, entries: [x]}}\n")
    assert record.steps[0].text == "'entries' holds a str, not a DocumentEntry"
