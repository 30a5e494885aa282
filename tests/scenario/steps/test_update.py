from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

MADE = """\
  - {name: make, provide: {repository: repository, patient: P1, folders: [{title: Shelf, codeList: ["S^Shelf^2.999.7"]}]}, save: made}
  - name: find
    query: {consumer: workstation, registry: registry, query: GetDocuments, parameters: {entryUUID: ["${made.entries[0].entryUUID}"]}}
    save: found
"""
AFTER = """\
  - name: after
    query: {consumer: workstation, registry: registry, query: FindDocuments, parameters: {patientId: "${made.entries[0].patientId}", status: [Approved, Deprecated]}}
    save: after
"""


@pytest.mark.parametrize("by", ["iti-57", "iti-92"])
def test_a_next_version_has_the_attributes_that_are_set(tmp_path: Path, by: str) -> None:
    steps = f"""\
{MADE}
  - name: update
    update: {{registry: registry, object: "${{found.entries[0]}}", set: {{title: Corrected}}, propagation: "yes", by: {by}}}
    save: updated
  - name: too late
    update: {{registry: registry, object: "${{found.entries[0]}}", set: {{title: Late}}, by: {by}}}
    expect: {{status: Failure, errors: [XDSMetadataVersionError]}}
{AFTER}
    expect: {{count: 1, values: {{"entries[0].title": Corrected, "entries[0].version": "2"}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert record.steps[2].text == "next version: Success"
    assert by.upper() in {exchange.transaction for exchange in record.exchanges}


def test_a_status_is_changed(tmp_path: Path) -> None:
    steps = f"""\
{MADE}
  - {{name: update, update: {{registry: registry, object: "${{found.entries[0]}}", status: Deprecated}}}}
  - name: not twice
    update: {{registry: registry, object: "${{found.entries[0]}}", status: Deprecated, originalStatus: Approved}}
    expect: {{status: Failure}}
{AFTER}
    expect: {{count: 1, values: {{"entries[0].availabilityStatus": {{contains: Deprecated}}}}}}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS, record.steps
    assert record.steps[2].text == "status Deprecated: Success"


def test_what_is_no_object_or_attribute_is_told(tmp_path: Path) -> None:
    record = run(
        tmp_path, f'{MADE}  - {{name: a, update: {{registry: registry, object: "x", status: Approved}}}}\n'
    )
    assert record.steps[-1].text == "'object' is a str, not a DocumentEntry or Folder"
    update = '{registry: registry, object: "${found.entries[0]}", set: {titel: x}}'
    (tmp_path / "2").mkdir()
    record = run(tmp_path / "2", f"{MADE}  - {{name: a, update: {update}}}\n")
    assert "DocumentEntry has no attribute 'titel'" in record.steps[-1].text
    with pytest.raises(UsageError, match="an update sets attributes or a status"):
        load_scenario(write(tmp_path, "  - {name: a, update: {registry: registry, object: x}}\n"))
