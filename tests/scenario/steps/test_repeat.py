from __future__ import annotations

from pathlib import Path

from a_scenario import run

from xdsi_sim.scenario.record import Verdict

ROUNDS = """\
  - name: rounds
    repeat:
      times: 4
      until: {"all": {count: 2}}
      steps:
        - name: count
          for-each: {in: ITEMS, steps: [{name: stop, stop: {actors: [registry]}}]}
          save: all
  - {name: after, only-if: {"all": {count: 2}}, stop: {actors: [registry]}}
"""


def test_rounds_end_when_it_holds_and_what_the_last_has_saved_is_known(tmp_path: Path) -> None:
    record = run(tmp_path, ROUNDS.replace("ITEMS", "[1, 2]"))
    rounds, after = record.steps
    assert ([one.name for one in rounds.children], after.verdict) == (["round 1"], Verdict.PASS)
    assert [(check.text, check.ok) for check in rounds.checks] == [("in the end all is count 2", True)]


def test_it_fails_where_it_never_holds_though_all_rounds_pass(tmp_path: Path) -> None:
    record = run(tmp_path, ROUNDS.replace("ITEMS", "[1]"))
    (rounds, after) = record.steps
    assert [one.verdict for one in rounds.children] == [Verdict.PASS] * 4
    assert (rounds.verdict, rounds.to_blame, after.verdict) == (Verdict.FAIL, True, Verdict.NOT_RUN)


def test_a_round_that_does_not_pass_is_the_last(tmp_path: Path) -> None:
    steps = """\
  - name: rounds
    repeat:
      times: 3
      pause: 0.01
      steps:
        - {name: stop, only-if: {round: 2}, stop: {actors: [registry]}, expect: {count: 7}}
"""
    (rounds,) = run(tmp_path, steps).steps
    assert [one.verdict for one in rounds.children] == [Verdict.PASS, Verdict.FAIL]
    assert (rounds.text, rounds.checks) == ("2 rounds", ())
