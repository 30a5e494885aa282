from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import write

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.sut.needs import addresses, changes_actors, looked_into, new_patients, steps_of

STEPS = """\
  - {name: a, patient: {registry: registry, new: 2}}
  - name: b
    for-each:
      in: [1, 2]
      as: one
      steps:
        - {name: c, patient: {registry: registry, new: 1}}
        - {name: d, received: {actor: repository}}
  - name: e
    parallel:
      branches:
        - {name: f, steps: [{name: g, wait: {to: pacs-north, seconds: 1}}]}
"""


def test_what_a_test_needs_is_seen_at_any_depth(tmp_path: Path) -> None:
    loaded = load_scenario(write(tmp_path, STEPS))
    assert [step.name for step in steps_of(loaded)] == list("abcdeg")
    assert looked_into(loaded) == {"repository", "pacs-north"}
    assert new_patients(loaded) == {"registry": 3}
    assert not changes_actors(loaded)


@pytest.mark.parametrize("step", ["stop: {actors: [registry]}", "delay: {actors: [registry], seconds: 1}"])
def test_steps_that_leave_an_actor_changed_are_known(tmp_path: Path, step: str) -> None:
    loaded = load_scenario(write(tmp_path, f"  - {{name: a, {step}}}\n"))
    assert changes_actors(loaded)
    assert looked_into(loaded) == {"registry"}


@pytest.mark.parametrize(
    ("step", "needed"),
    [
        ("store: {source: pacs-north, samples: [cr-chest]}", ("pacs-north", "dicomweb", True)),
        ("store: {source: pacs-north, samples: [cr-chest], root: new}", ("pacs-north", "dicomweb", False)),
        ("search: {consumer: workstation, source: pacs-north}", ("pacs-north", "dicomweb", False)),
        ("wado-uri: {consumer: workstation, source: pacs-north}", ("pacs-north", "wado", False)),
    ],
)
def test_addresses_beside_that_of_soap_are_known(
    tmp_path: Path, step: str, needed: tuple[str, str, bool]
) -> None:
    assert list(addresses(load_scenario(write(tmp_path, f"  - {{name: a, {step}}}\n")))) == [needed]
