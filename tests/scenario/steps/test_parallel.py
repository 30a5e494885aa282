from __future__ import annotations

from pathlib import Path

from a_scenario import run

from xdsi_sim.scenario.record import Verdict

BRANCHES = """\
  - name: at once
    parallel:
      branches:
        - name: bench
          steps:
            - {name: wait, wait: {to: registry, transaction: ITI-18, seconds: 20}, save: asked}
        - name: viewer
          steps:
            - name: ask
              query:
                consumer: workstation
                registry: registry
                query: FindDocuments
                parameters: {patientId: "P1^^^&2.999.10.1&ISO", status: [Approved]}
              save: found
        - name: wrong
          steps:
            - {name: stop, stop: {actors: [repository]}, expect: {count: 7}}
            - {name: not reached, stop: {actors: [registry]}}
"""


def test_branches_run_at_once_and_one_that_fails_ends_only_itself(tmp_path: Path) -> None:
    after = "  - {name: after, compare: {images: '${asked}', to: '${found}'}}\n"
    record = run(tmp_path, BRANCHES + after)
    together, behind = record.steps
    assert [(branch.name, branch.kind, branch.verdict) for branch in together.children] == [
        ("bench", "branch", Verdict.PASS),  # it waits for what only another branch sends
        ("viewer", "branch", Verdict.PASS),
        ("wrong", "branch", Verdict.FAIL),
    ]
    assert [step.verdict for step in together.children[2].children] == [Verdict.FAIL, Verdict.NOT_RUN]
    assert (together.verdict, together.text) == (Verdict.FAIL, "2 of 3 branches passed")
    assert behind.verdict is Verdict.NOT_RUN


def test_what_branches_save_is_known_behind_them(tmp_path: Path) -> None:
    good = BRANCHES[: BRANCHES.index("        - name: wrong")]
    after = "  - {name: '${asked.transaction}', only-if: {found.entries: {count: 0}}, stop: {actors: [registry]}}\n"
    record = run(tmp_path, good + after)
    assert (record.verdict, record.steps[1].name) == (Verdict.PASS, "ITI-18")
    assert len(record.exchanges) == 1
