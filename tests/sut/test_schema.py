from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from a_system import QUICK, description
from ruamel.yaml import YAML

from xdsi_sim.sut.bench import play_tests
from xdsi_sim.sut.plan import plan_of
from xdsi_sim.sut.reports.as_json import render
from xdsi_sim.sut.schema import SCHEMAS, schema_of
from xdsi_sim.sut.telling import Untold
from xdsi_sim.topology.listen import Listen

MORE = f'options: [on-demand]\ndeviations: {{REG-07: "a bug"}}\npatients: [A1]\ntls: true\n{QUICK}'


def errors(kind: str, value: object) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema_of(kind)).iter_errors(value)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


def test_the_schema_of_a_system_takes_what_is_right_alone() -> None:
    text = description(registry="http://192.0.2.7/r", repository="http://192.0.2.7/v", more=MORE)
    assert errors("sut", YAML(typ="safe").load(text)) == []
    wrong = description(registry="http://192.0.2.7/r", more="option: []\n")
    assert errors("sut", YAML(typ="safe").load(wrong))


def test_the_report_of_tests_is_as_its_schema_says(tmp_path: Path) -> None:
    plan = plan_of(None, ids=["REG-01", "REP-01"])
    run = play_tests(plan, tmp_path, Untold(), listen=Listen("127.0.0.1", 0))
    assert errors("tests", json.loads(render(run))) == []
