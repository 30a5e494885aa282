from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from a_scenario import HEAD, PUBLISHED
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.schema import SCHEMAS, docs_of, schema_of
from xdsi_sim.scenario.steps import KINDS
from xdsi_sim.topology.model import Source

SHIPPED = {
    "scenario": sorted(scenarios().glob("*.yaml")),
    "topology": sorted((scenarios() / "topologies").glob("*.yaml")),
    "fragment": sorted((scenarios() / "parts").glob("*.yaml")),
}
VALIDATORS = {name: Draft202012Validator(schema_of(name)) for name in SCHEMAS}


def as_an_editor_reads(text: str) -> Any:
    """With numbers and truth values, where our own reader has texts."""
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_says_what_keys_mean(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert "description" in json.dumps(schema["properties"])


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, paths in SHIPPED.items() for path in paths],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_all_that_ships_fits(name: str, path: Path) -> None:
    errors = VALIDATORS[name].iter_errors(as_an_editor_reads(path.read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize(
    "steps",
    [
        PUBLISHED,
        "  - {name: 7, load: {source: 12, samples: [x]}, expect: {count: 2}}\n",
        "  - {name: a, wait: {to: r, where: {a.b: {not: {contains: x}}}}, expect: {findings: none}}\n",
        "  - {name: a, wait: {to: r}, expect: {findings: {at-most: 2}, answer: {xpath: {//a: [1, 2]}}}}\n",
        "  - name: a\n    for-each: {in: [1], steps: [{name: b, repeat: {times: 2, steps: [{name: c, stop: {actors: [r]}}]}}]}\n",
    ],
)
def test_a_good_scenario_fits(steps: str) -> None:
    assert VALIDATORS["scenario"].is_valid(as_an_editor_reads(HEAD + steps))


@pytest.mark.parametrize(
    "steps",
    [
        "  - {name: a}\n",
        "  - {name: a, lod: {source: s}}\n",
        "  - {name: a, load: {source: s, samples: [x]}, stop: {actors: [r]}}\n",
        "  - {name: a, load: null}\n",
        "  - {name: a, stop: {actors: [r]}, expect: {count: {at-last: 1}}}\n",
        "  - {name: a, stop: {actors: [r]}, expect: {findings: some}}\n",
        "  - {name: a, query: {consumer: c, registry: r, query: GetAll, returnType: Leaf}}\n",
        "  - {name: a, parallel: {branches: [{name: b, steps: [{name: c, lod: {}}]}]}}\n",
        "  - {name: a, repeat: {times: often, steps: [{name: c, stop: {actors: [r]}}]}}\n",
        "  - {name: a, timeout: 0, stop: {actors: [r]}}\n",
        "more: 1\n",
    ],
)
def test_a_broken_scenario_does_not_fit(steps: str) -> None:
    assert not VALIDATORS["scenario"].is_valid(as_an_editor_reads(HEAD + steps))


def test_every_kind_of_step_can_be_completed() -> None:
    step = schema_of("scenario")["$defs"]["Step"]
    assert {one["required"][0] for one in step["oneOf"]} == set(KINDS)
    assert set(KINDS) <= set(step["properties"])


def test_a_broken_topology_does_not_fit() -> None:
    text = (scenarios() / "topologies" / "central.yaml").read_text(encoding="utf-8")
    assert not VALIDATORS["topology"].is_valid(as_an_editor_reads(text.replace("communities:", "towns:")))


def test_descriptions_are_the_docstrings_also_of_bases() -> None:
    docs = docs_of(Source)
    assert docs["oid"] == "Retrieve Location UID in manifests, sourceId of submissions."
    assert docs["title"].startswith("For people")
