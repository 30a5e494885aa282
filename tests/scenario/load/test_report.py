from __future__ import annotations

from typing import Any

import pytest

from xdsi_sim.scenario.load.report import LoadReport, report_of
from xdsi_sim.scenario.load.settings import read_load


def row(kind: str, name: str, times: int = 10, failed: int = 0, p95: float = 0.2) -> dict[str, Any]:
    named = ("perSecond", "min", "mean", "p50", "p75", "p90", "p99", "max")
    return {
        "kind": kind,
        "name": name,
        "times": times,
        "failed": failed,
        "p95": p95,
        "octets": 5,
    } | dict.fromkeys(named, 0.1)


def report(load: str, *rows: dict[str, Any]) -> LoadReport:
    figures = {"rows": rows, "seconds": 1.5, "failures": []}
    return report_of(figures, read_load(load), scenario="s", title="S", started="now")


ROWS = (
    row("transaction", "RAD-69 to pacs", p95=0.9),
    row("step", "10. late"),
    row("step", "2. early"),
    row("transaction", "ITI-18 to registry"),
    row("round", "round", times=1000, failed=1),
)


def test_rows_are_in_the_order_of_the_scenario() -> None:
    assert [row.name for row in report("", *ROWS).rows] == [
        *("round", "2. early", "10. late", "ITI-18 to registry", "RAD-69 to pacs")
    ]
    assert [row.name for row in report("", *ROWS).of("step")] == ["2. early", "10. late"]


@pytest.mark.parametrize(
    ("load", "verdict", "broken"),
    [
        ("failures=0.1%", "pass", []),
        ("failures=0.09%", "fail", ["failed rounds <= 0.09%"]),
        ("", "fail", ["failed rounds <= 0%"]),
        ("failures=1%,p95=1s", "pass", []),
        ("failures=1%,p95=500ms", "fail", ["RAD-69 to pacs: p95 <= 500 ms"]),
        ("failures=1%,iti-18.p95=500ms", "pass", []),
        ("failures=1%,ITI-1.p95=500ms", "fail", ["ITI-1.p95 <= 500 ms"]),
    ],
)
def test_limits_decide_the_verdict(load: str, verdict: str, broken: list[str]) -> None:
    told = report(load, *ROWS)
    assert told.verdict == verdict
    assert [check.text for check in told.checks if not check.ok] == broken


def test_nothing_done_is_a_failure() -> None:
    assert report("failures=100%").verdict == "fail"
