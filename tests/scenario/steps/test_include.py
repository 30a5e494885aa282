from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run, write

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

FRAGMENT = """\
title: Stopping
variables:
  who:
  again: ${who}
steps:
  - {name: 'stop ${who}, ${again}', stop: {actors: ['${who}']}, save: stopped}
  - {name: send, send: {file: message.xml, fill: true, url: '${actors.registry.url}'}, expect: {status: Fault Sender}}
"""
STEPS = """\
  - {name: first, include: {file: parts/stop.yaml, variables: {who: repository}}, save: done}
  - {name: second, include: {file: parts/stop.yaml, variables: {who: pacs-north, again: x}}}
  - {name: '${done.stopped}', stop: {actors: [registry]}}
"""


def parts(folder: Path, fragment: str = FRAGMENT) -> Path:
    (folder / "parts").mkdir()
    (folder / "parts" / "stop.yaml").write_text(fragment, encoding="utf-8")
    (folder / "parts" / "message.xml").write_text("<none>${who}</none>", encoding="utf-8")
    return folder


def test_the_steps_of_another_file_are_played_with_its_variables(tmp_path: Path) -> None:
    record = run(parts(tmp_path), STEPS)
    assert record.verdict is Verdict.PASS, record.all_steps
    assert record.steps[0].text == "Stopping"
    names = [[step.name for step in each.children] for each in record.steps]
    assert names == [["stop repository, repository", "send"], ["stop pacs-north, x", "send"], []]


@pytest.mark.parametrize(
    ("fragment", "steps", "words"),
    [
        (
            FRAGMENT,
            STEPS.replace("who: repository", "wo: repository"),
            r"trial\.yaml:5:64: .*no variable 'wo'.*'who'",
        ),
        (
            FRAGMENT,
            STEPS.replace("who: repository", "again: x"),
            r"trial\.yaml:5:35: .*needs a value .* 'who'",
        ),
        (
            FRAGMENT.replace("actors: [", "actors: [registri, "),
            STEPS,
            r"stop\.yaml:6:53: unknown actor 'registri'",
        ),
        (
            FRAGMENT.replace("stop ${who}", "stop ${found}"),
            STEPS,
            r"stop\.yaml:6:12: nothing is saved as 'found'",
        ),
        (FRAGMENT.replace("message.xml", "none.xml"), STEPS, r"stop\.yaml:7:31: no such file"),
        ("steps: []\n", STEPS, r"stop\.yaml:1:8: a scenario has at least one step"),
        (
            "steps:\n  - {name: a, include: {file: stop.yaml}}\n",
            "  - {name: a, include: {file: parts/stop.yaml}}\n",
            r"stop\.yaml:2:31: stop\.yaml includes itself",
        ),
    ],
)
def test_what_is_wrong_is_told_in_the_file_where_it_is(
    tmp_path: Path, fragment: str, steps: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        load_scenario(write(parts(tmp_path, fragment), steps))


def test_a_message_that_is_filled_refers_to_what_is_known(tmp_path: Path) -> None:
    folder = parts(tmp_path)
    (folder / "parts" / "message.xml").write_text("<a>\n <b>${whom}</b></a>", encoding="utf-8")
    with pytest.raises(UsageError, match=r"message\.xml:2:5: nothing is saved as 'whom'.*'who'"):
        load_scenario(write(folder, STEPS))
