from __future__ import annotations

import pytest
from pydantic import ValidationError

from xdsi_sim.scenario.language import Expect, Scenario, Step
from xdsi_sim.scenario.steps import KINDS


def test_a_step_has_one_key_for_each_kind() -> None:
    aliases = {field.alias or name for name, field in Step.model_fields.items()}
    assert KINDS.keys() <= aliases


def test_a_step_knows_its_kind_and_parameters() -> None:
    step = Step.model_validate(
        {"name": "a", "publish-report": {"source": "s", "study": "1", "title": "t", "text": "x"}}
    )
    assert step.kind is KINDS["publish-report"]
    assert step.parameters.model_dump()["title"] == "t"


@pytest.mark.parametrize("values", [{"a..b": 1}, {"a": {"nope": 1}}])
def test_expectations_are_checked_before_anything_runs(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Expect.model_validate({"values": values})


def test_the_language_has_a_json_schema() -> None:
    assert "publish-report" in str(Scenario.model_json_schema())
