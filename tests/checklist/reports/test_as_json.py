from __future__ import annotations

import json

from a_survey import ARCADIA, UTOPIA, report

from xdsi_sim.checklist.reports.as_json import render


def test_programs_get_rows_totals_and_evidence() -> None:
    told = json.loads(render(report()))
    assert told["architecture"] == "A"
    assert told["failed"] is True
    assert sum(told["totals"]["all"].values()) == len(told["rows"]) == 81
    row = next(each for each in told["rows"] if each["id"] == "K-08")
    assert (row["result"], row["measured"], row["automatic"]) == ("warn", "warn", True)
    assert row["evidence"][0]["at"] == "(0008,0080)"
    assert row["evidence"][0]["file"].startswith("trace/messages/")
    assert told["matrix"] is None


def test_several_jurisdictions_have_a_matrix() -> None:
    matrix = json.loads(render(report(UTOPIA, ARCADIA)))["matrix"]
    assert matrix["jurisdictions"] == ["Utopia", "Arcadia"]
    assert matrix["gaps"] == {"Utopia": 78, "Arcadia": 80}
    assert matrix["rows"]["T-04"] == {
        "measured": "not tested",
        "Utopia": {"result": "pass", "note": ""},
        "Arcadia": {"result": "fail", "note": "=cmd()"},
    }
