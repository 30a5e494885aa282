from __future__ import annotations

import re
from pathlib import Path

from a_scenario import HEAD, run

from xdsi_sim.clock import frozen
from xdsi_sim.ids import counted
from xdsi_sim.scenario.fresh import FRESH
from xdsi_sim.scenario.record import Verdict


def test_each_value_is_a_new_one_of_its_form() -> None:
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", FRESH.uuid)
    assert re.fullmatch(r"2\.25\.\d+", FRESH.uid)
    assert len({FRESH.uuid, FRESH.uuid, FRESH.uid, FRESH.uid}) == 4


def test_with_a_seed_they_are_the_same_every_time() -> None:
    def values() -> tuple[str, str, str]:
        with counted(7), frozen():
            return FRESH.uuid, FRESH.uid, FRESH.time

    assert values() == values()
    assert values()[2] == "20260101120000"


def test_a_variable_keeps_what_it_was_and_a_text_has_new_values_each_time(tmp_path: Path) -> None:
    head = HEAD.replace("steps:", 'variables: {mine: "${fresh.uuid}"}\nsteps:')
    (tmp_path / "part.yaml").write_text(
        'steps: [{name: inside, send: {text: "GET /${fresh.uid} HTTP/1.1\\n\\n", to: registry}, save: c, '
        "expect: {status: HTTP 404}}]\n",
        encoding="utf-8",
    )
    steps = """\
  - {name: one, send: {text: "GET /${mine}/${fresh.uid} HTTP/1.1\\n\\n", to: registry}, save: a, expect: {status: HTTP 404}}
  - {name: two, send: {text: "GET /${mine}/${fresh.uid} HTTP/1.1\\n\\n", to: registry}, save: b, expect: {status: HTTP 404, values: {path: {not: "${a.path}", matches: "/${mine}/2.*"}}}}
  - {name: three, include: {file: part.yaml}}
"""
    record = run(tmp_path, steps, head=head)
    assert record.verdict is Verdict.PASS, [step.text for step in record.steps]
