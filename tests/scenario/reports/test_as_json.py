from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator

from xdsi_sim.scenario.record import RunRecord, StepRecord
from xdsi_sim.scenario.reports import as_json
from xdsi_sim.scenario.schema import schema_of
from xdsi_sim.scenario.tables import Table


def read(record: RunRecord) -> Any:
    return json.loads(as_json.render(record))


def test_a_report_fits_its_schema(a_run: RunRecord) -> None:
    schema = Draft202012Validator(schema_of("report"))
    run = read(a_run)
    assert list(schema.iter_errors(run)) == []
    assert not schema.is_valid({**run, "more": 1})
    assert not schema.is_valid({**run, "verdict": "good"})
    del run["steps"][0]["checks"]
    assert not schema.is_valid(run)


def test_steps_that_others_hold_are_inside_them_and_numbered_on(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    inner = a_step("branch", kind="branch", children=(a_step("leaf"),))
    first, last = read(a_record(a_step("all", children=(inner,)), a_step("after")))["steps"]
    assert (first["number"], first["label"], first["steps"][0]["label"]) == (1, "1", "1.1")
    assert first["steps"][0]["steps"][0]["number"] == 3
    assert (last["number"], last["label"]) == (4, "2")


def test_the_table_of_a_step_has_its_verdicts(
    a_step: Callable[..., StepRecord], a_record: Callable[..., RunRecord]
) -> None:
    table = Table(title="ways", columns=("What", "Id"), same=("Id",), rows=(("soap", "1"), ("fhir", "2")))
    one, other = read(a_record(a_step("compare", table=table), a_step()))["steps"]
    assert one["table"] == {
        "title": "ways",
        "columns": ["What", "Id", "Same"],
        "rows": [["soap", "1", "yes"], ["fhir", "2", "no: Id"]],
        "same": False,
    }
    assert other["table"] is None


def test_run_is_described_at_the_top(a_run: RunRecord) -> None:
    run = read(a_run)
    assert {key: run[key] for key in ("format", "scenario", "verdict", "started", "duration", "counts")} == {
        "format": 1,
        "scenario": "central",
        "verdict": "fail",
        "started": "1970-01-01T00:16:40.000Z",
        "duration": 2.5,
        "counts": {"pass": 3, "fail": 1, "error": 0, "not-run": 1, "skipped": 0},
    }


def test_steps_and_exchanges_point_at_each_other(a_run: RunRecord) -> None:
    run = read(a_run)
    forth = {(step["number"], exchange) for step in run["steps"] for exchange in step["exchanges"]}
    back = {(exchange["step"], exchange["number"]) for exchange in run["exchanges"]}
    assert forth == back


def test_missing_answer_is_null(a_run: RunRecord) -> None:
    assert read(a_run)["exchanges"][-1]["response"] is None


def test_message_names_its_file_and_size(a_run: RunRecord) -> None:
    request = read(a_run)["exchanges"][0]["request"]
    assert (request["file"], request["size"]) == (
        "messages/0001-request.bin",
        a_run.exchanges[0].request.body.size,
    )


def test_hostile_text_is_exact_and_cannot_act(a_record: Callable[..., RunRecord]) -> None:
    title = "\u202e</script>\x1b[2J\ud800"
    text = as_json.render(a_record(title=title))
    assert json.loads(text)["title"] == title
    assert text.isascii()
    assert "\x1b" not in text
