from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, model_validator

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.language import Scenario
from xdsi_sim.topology.checked import Checked, check, did_you_mean, wrong
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml


class Inner(Checked):
    name: str
    mode: Literal["lenient", "strict"] = "lenient"
    port: Annotated[int, Field(ge=0, le=9)] = 0
    on: bool = False
    ratio: float = 0.0
    from_: str | None = Field(default=None, alias="from")


class Outer(Checked):
    title: str | None = None
    inner: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = {}

    @model_validator(mode="after")
    def _no_twins(self) -> Outer:
        if len(self.inner) == 2 and self.inner[0] == self.inner[1]:
            raise wrong("twins", hint="Change one.", at=("inner", 1, "name"))
        return self


def message(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        check(Outer, parse_yaml(text, "a.yaml"))
    return str(caught.value)


def test_good_document_becomes_a_value_with_its_types() -> None:
    text = "title: t\ninner: [{name: '1', port: 3, on: true, ratio: 0.5, from: x}]"
    assert check(Outer, parse_yaml(text, "a.yaml")) == Outer(
        title="t", inner=(Inner(name="1", port=3, on=True, ratio=0.5, **{"from": "x"}),)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("titel: t", "a.yaml:1:1: unknown key 'titel'. Did you mean 'title'?"),
        ("inner:\n- name: a\n  xyz: b", "3:3: unknown key 'xyz'. Known: from, mode, name, on, port, ratio."),
        ("inner:\n- name: a\n  form: b", "3:3: unknown key 'form'. Did you mean 'from'?"),
        ("inner:\n- mode: strict", "a.yaml:2:3: the key 'name' is missing"),
        ("inner: a", "a.yaml:1:8: expected a list, found 'a'"),
        ("inner: {name: a}", "a.yaml:1:8: expected a list, found a mapping"),
        ("inner: [a]", "a.yaml:1:9: expected keys with values, found 'a'"),
        ("by_name: []", "a.yaml:1:10: expected keys with values, found a list"),
        ("by_name: {x: {name: [a]}}", "a.yaml:1:21: expected a text, found a list"),
        ("inner:\n- name:", "a.yaml:2:3: expected a text, found nothing"),
        ("inner: [{name: a, port: x}]", "a.yaml:1:25: expected a whole number, found 'x'"),
        ("inner: [{name: a, port: 10}]", "a.yaml:1:25: 10 is more than 9"),
        ("inner: [{name: a, port: -1}]", "a.yaml:1:25: -1 is less than 0"),
        ("inner: [{name: a, on: maybe}]", "a.yaml:1:23: expected true or false, found 'maybe'"),
        ("inner: [{name: a, ratio: x}]", "a.yaml:1:26: expected a number, found 'x'"),
        (
            "inner: [{name: a, mode: strickt}]",
            "a.yaml:1:25: expected 'lenient' or 'strict', found 'strickt'. Did you mean 'strict'?",
        ),
        ("inner: [{name: a, mode: q}]", "a.yaml:1:25: expected 'lenient' or 'strict', found 'q'"),
        ("inner: [{name: a}, {name: a}]", "a.yaml:1:27: twins. Change one."),
        ("just a text", "a.yaml:1:1: expected keys with values, found 'just a text'"),
    ],
)
def test_wrong_document_is_reported_with_place_and_hint(text: str, expected: str) -> None:
    assert message(text).replace("a.yaml:", "").endswith(expected.replace("a.yaml:", ""))


def test_first_of_several_mistakes_is_reported() -> None:
    assert message("inner:\n- name: a\n  port: x\ntitle: []\n").startswith("a.yaml:3:9:")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("repositry", "Did you mean 'repository'?"),
        ("Registry", "Did you mean 'registry'?"),
        ("zzz", "Known: registry, repository."),
    ],
)
def test_hint_is_the_nearest_word_or_all(word: str, hint: str) -> None:
    assert did_you_mean(word, ["repository", "registry"]) == hint


def test_no_hint_where_nothing_is_known() -> None:
    assert did_you_mean("x", []) is None


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [
        (Topology, "name: t\nsteps: []", "a.yaml:2:1: this is a scenario. `xdsi-sim run` plays it."),
        (Scenario, "listen: x\ncommunities: []", "a.yaml:2:1: this is a topology. `xdsi-sim up` starts it."),
        (
            Scenario,
            "roles: {}",
            "a.yaml:1:1: this is a system under test. `xdsi-sim test` plays the tests for it.",
        ),
        (Scenario, "steps: []\nroles: {}", "a.yaml:2:1: unknown key 'roles'."),
        (Outer, "steps: []", "a.yaml:1:1: unknown key 'steps'."),
    ],
)
def test_a_file_for_another_command_is_told_as_what_it_is(
    model: type[BaseModel], text: str, expected: str
) -> None:
    with pytest.raises(UsageError) as caught:
        check(model, parse_yaml(text, "a.yaml"))
    assert str(caught.value).startswith(expected)
