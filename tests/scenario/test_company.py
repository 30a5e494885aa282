from __future__ import annotations

from pathlib import Path

from a_scenario import run

from xdsi_sim.scenario.record import Verdict

AT_ONCE = """\
  - name: at once
    parallel:
      branches:
        - name: bench
          steps:
            - {name: wait, wait: {to: registry, transaction: ITI-18, seconds: 20}, save: asked}
        - name: viewer
          steps:
            - name: ask
              query: {consumer: workstation, registry: registry, query: GetFolders, parameters: {uniqueId: [2.999.7]}}
"""
AGAIN = "  - {name: again, wait: {to: registry, seconds: 0.3}}\n"


def test_what_was_waited_for_beside_is_not_waited_for_again(tmp_path: Path) -> None:
    record = run(tmp_path, AT_ONCE + AGAIN)
    assert [step.verdict for step in record.steps] == [Verdict.PASS, Verdict.FAIL]
    assert "nothing came to" in record.steps[1].text


def test_branches_do_not_see_what_the_others_save(tmp_path: Path) -> None:
    steps = """\
  - name: at once
    parallel:
      branches:
        - {name: one, steps: [{name: stop, stop: {actors: [registry]}, save: done}]}
        - {name: two, steps: [{name: count, stop: {actors: [repository]}, expect: {count: 1}, save: done}]}
  - {name: after, only-if: {done: {absent: true}}, stop: {actors: [pacs-north]}}
"""
    record = run(tmp_path, steps)
    assert [branch.verdict for branch in record.steps[0].children] == [Verdict.PASS, Verdict.PASS]
    assert record.steps[1].verdict is Verdict.PASS  # a step that stops saves nothing to look into
