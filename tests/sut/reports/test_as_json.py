from __future__ import annotations

import json

from a_test_run import a_test_run

from xdsi_sim.sut.reports.as_json import render


def test_every_test_is_there_with_its_outcome_and_the_way_to_its_report() -> None:
    read = json.loads(render(a_test_run()))
    assert (read["system"], read["title"], read["outcome"]) == ("acme", "Acme XDS 4.2", "error")
    assert read["counts"] == dict.fromkeys(("pass", "fail", "known", "error", "skipped", "not-run"), 1)
    assert [test["outcome"] for test in read["tests"]] == list(read["counts"])
    assert [test["report"] for test in read["tests"]][1:5] == [
        "REG-02/report.json",
        "REG-03/report.json",
        "REG-04/report.json",
        None,
    ]
