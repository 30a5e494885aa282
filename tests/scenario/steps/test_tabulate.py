from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from xdsi_sim.scenario.stage import StepFailed
from xdsi_sim.scenario.steps.tabulate import TABULATE, Tabulate

ROWS = [{"found": {"ids": ["a", "b"]}, "way": "soap"}, {"found": {"ids": ["b", "a"]}, "way": "fhir"}]
GIVEN: dict[str, Any] = {
    "title": "ways",
    "first": {"Ids": ["a", "b"], "Way": "none"},
    "rows": ROWS,
    "names": ["one", "two"],
    "columns": {"Ids": "found.ids", "Way": "way"},
    "same": ["Ids"],
}


def played(**given: Any) -> Any:
    return TABULATE.play(Tabulate.model_validate(GIVEN | given), None)  # type: ignore[arg-type]  # no stage


def test_rows_that_are_the_same_pass() -> None:
    outcome = played()
    assert outcome.text == "2 of 2 rows the same as what was put in"
    assert [row[0] for row in outcome.table.rows] == ["what was put in", "one", "two"]
    assert [row[2] for row in outcome.table.rows] == ["none", "soap", "fhir"]
    assert [check.ok for check in outcome.checks] == [True]
    assert outcome.value["columns"] == ("What", "Ids", "Way", "Same")


def test_a_row_that_differs_fails_and_is_counted_out() -> None:
    outcome = played(rows=[ROWS[0], {"found": {"ids": ["a"]}, "way": "fhir"}])
    assert (outcome.count, [check.ok for check in outcome.checks]) == (1, [False])
    assert "two: 1, " in outcome.checks[0].observed


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"rows": "x"}, "'rows' is no list"),
        ({"names": ["one"]}, "there are 2 rows, and 1 name"),
    ],
)
def test_rows_have_a_name_each(given: dict[str, Any], text: str) -> None:
    with pytest.raises(StepFailed, match=text):
        played(**given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"same": ["Idz"]}, "there is no column 'Idz'"),
        ({"same-here": ["Idz"]}, "there is no column 'Idz'"),
        ({"first": {"Ids": []}}, "'first' does not say what 'Way' is"),
        ({"columns": {"Ids": "found..ids", "Way": "way"}}, "is not a reference"),
    ],
)
def test_columns_that_are_not_there_are_told(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Tabulate.model_validate(GIVEN | given)
