from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports import as_json


def read(record: RunRecord) -> Any:
    return json.loads(as_json.render(record))


def keys(value: dict[str, Any]) -> str:
    return ", ".join(value)


def test_keys_are_those_that_the_module_documents(a_run: RunRecord) -> None:
    run = read(a_run)
    documented = " ".join((as_json.__doc__ or "").split())
    step, exchange = run["steps"][3], run["exchanges"][2]
    for name, value in (("actor", run["actors"][0]), ("check", step["checks"][0])):
        assert f"{name}: {keys(value)}" in documented
    assert f"finding: {keys(exchange['findings'][0])}" in documented
    bare = documented.replace("[[label, value]]", "").replace("[[name, value]]", "").replace("[number]", "")
    plain = " ".join(
        bare.replace("[]", "").replace(" (number or null)", "").replace(" (or null)", "").split()
    )
    plain = plain.replace(" ,", ",")
    assert f"step: {keys(step)}" in plain
    assert f"exchange: {keys(exchange)}" in plain
    assert f"message: {keys(exchange['request'])}" in plain


def test_run_is_described_at_the_top(a_run: RunRecord) -> None:
    run = read(a_run)
    assert {key: run[key] for key in ("format", "scenario", "verdict", "started", "duration", "counts")} == {
        "format": 1,
        "scenario": "central",
        "verdict": "fail",
        "started": "1970-01-01T00:16:40.000Z",
        "duration": 2.5,
        "counts": {"pass": 3, "fail": 1, "error": 0, "not-run": 1},
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
