from __future__ import annotations

from pathlib import Path

from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict

LOOK = """\
  - name: all
    received: {actor: registry}
    save: all
    expect:
      count: 2
      findings: none
      values:
        "messages[*].transaction": [ITI-42, ITI-18]
        "messages[0].entries[0].uniqueId": ${published.manifests[0].uniqueId}
        "messages[1].parameters.patientId": ${published.manifests[0].patientId}
        "messages[1].entries[0].uniqueId": ${published.manifests[0].uniqueId}
  - name: some
    received: {actor: registry, transaction: ITI-18, sender: workstation, where: {storedQuery: FindDocuments}}
    expect: {count: 1, answer: {xpath: {"count(//rim:ExtrinsicObject)": 1}}}
  - name: documents
    received: {actor: repository, transaction: ITI-41}
    expect: {count: 1, values: {"messages[0].documents": {count: 1}, "messages[0].transaction": RAD-68}}
  - name: none
    received: {actor: registry, where: {"parameters.patientId": nobody, storedQuery: {absent: false}}}
    expect: {count: 0}
  - name: wrong
    received: {actor: registry}
    expect: {values: {"messages[*].transaction": [ITI-18, ITI-42]}}
"""


def test_what_an_actor_was_sent_is_counted_ordered_and_read(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED + LOOK)
    *_, wrong = record.steps
    assert [step.verdict for step in record.steps[3:]] == [Verdict.PASS] * 4 + [Verdict.FAIL], record.steps
    assert wrong.text == "2 messages of 2"
    assert dict(wrong.details) == {"Transactions": "ITI-42, ITI-18", "Senders": "repository, workstation"}
    assert len(record.exchanges) == 3
