from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import HEAD, run

from xdsi_sim.scenario.record import Verdict

ROUNDS = """\
  - name: each
    for-each:
      in: {items}
      as: actor
      steps:
        - {{name: 'stop ${{actor}}', stop: {{actors: ['${{actor}}']}}, save: stopped}}
    save: rounds
  - {{name: after, only-if: {{rounds: {{count: 2}}}}, stop: {{actors: [registry]}}}}
"""


def test_the_steps_are_played_for_each_item_and_each_keeps_what_it_saves(tmp_path: Path) -> None:
    record = run(tmp_path, ROUNDS.format(items="[registry, repository]"))
    each, after = record.steps
    assert [(one.name, one.kind) for one in each.children] == [
        ("actor = registry", "round"),
        ("actor = repository", "round"),
    ]
    assert each.children[1].children[0].name == "stop repository"
    assert (each.text, after.verdict) == ("2 of 2 rounds passed", Verdict.PASS)


def test_a_round_is_called_by_the_name_of_its_item(tmp_path: Path) -> None:
    steps = ROUNDS.replace("'stop ${{actor}}'", "stop").replace("${{actor}}", "${{actor.id}}")
    items = "[{name: the first, id: registry}, {id: repository, other: null}]"
    record = run(tmp_path, steps.format(items=items))
    assert [round_.name for round_ in record.steps[0].children] == ["actor = the first", "actor = repository"]


@pytest.mark.parametrize(
    ("items", "verdict", "text"),
    [
        ("[]", Verdict.PASS, "0 of 0 rounds passed"),
        ("[nobody, registry]", Verdict.ERROR, "0 of 2 rounds passed"),  # and the second is not played
        ("'${actors.registry.id}'", Verdict.FAIL, "'in' is no list, but registry"),
    ],
)
def test_rounds_end_with_the_first_that_does_not_pass(
    tmp_path: Path, items: str, verdict: Verdict, text: str
) -> None:
    record = run(tmp_path, ROUNDS.format(items=items), head=HEAD)
    assert (record.steps[0].verdict, record.steps[0].text) == (verdict, text)
    assert len(record.steps[0].children) <= 1
