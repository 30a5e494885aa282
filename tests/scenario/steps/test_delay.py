from __future__ import annotations

from pathlib import Path

from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.record import Verdict

HEAD = """\
name: trial
title: A trial
topology:
  name: impatient
  timeouts: {firstByte: 0.1}
  communities:
    - id: national
      homeCommunityId: urn:oid:2.999.10
      patientAuthority: 2.999.10.1
      registry: {id: registry}
      repositories: [{id: repository, repositoryUniqueId: 2.999.10.3}]
      sources: [{id: pacs-north, oid: 2.999.10.10, aeTitle: PACS, publishesTo: repository}]
      consumers: [{id: workstation}]
steps:
"""
DELAY = "  - {name: late, delay: {actors: [registry, pacs-north], seconds: %s}}\n"
AGAIN = PUBLISHED[PUBLISHED.index("  - name: find") :].replace("save: found", "save: again")


def test_who_is_late_is_not_waited_for(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED + DELAY % 30 + AGAIN, head=HEAD)
    late, last = record.steps[-2:]
    assert (late.verdict, late.text) == (Verdict.PASS, "2 actors late by 30 s")
    assert last.verdict is Verdict.FAIL
    assert any("no answer within 0.2 s" in str(check.observed) for check in last.checks)


def test_who_is_late_answers_all_the_same(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED + DELAY % 0.05 + AGAIN, head=HEAD)
    assert record.verdict is Verdict.PASS
    assert 0.05 < record.steps[-1].duration < 30
