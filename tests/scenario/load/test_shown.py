from __future__ import annotations

import io
import json
from pathlib import Path

from jsonschema import Draft202012Validator
from rich.console import Console

from xdsi_sim.scenario.load.report import LoadReport, report_of
from xdsi_sim.scenario.load.settings import read_load
from xdsi_sim.scenario.load.shown import print_load, write_load
from xdsi_sim.scenario.schema import schema_of

HOSTILE = "<script>alert(1)</script>\x1b[31m"
FIGURES = {
    "seconds": 2.0,
    "failures": [{"kind": "step", "name": "1. ask", "text": HOSTILE, "times": 3}],
    "rows": [
        {
            "kind": kind,
            "name": name,
            "times": 1234,
            "failed": failed,
            "octets": 5,
            **dict.fromkeys(("perSecond", "min", "mean", "p50", "p75", "p90", "p95", "p99", "max"), 0.25),
        }
        for kind, name, failed in (
            ("round", "round", 1),
            ("step", "1. ask", 1),
            ("transaction", "ITI-18 to registry", 0),
        )
    ],
}


def a_report() -> LoadReport:
    settings = read_load("users=5,failures=1%,p95=100ms")
    return report_of(FIGURES, settings, scenario="s", title="A <load>", started="2026-01-01T12:00:00Z")


def shown(report: LoadReport) -> str:
    output = io.StringIO()
    print_load(Console(file=output, width=200), report, (Path("load.html"),))
    return output.getvalue()


def test_the_terminal_has_figures_failures_limits_and_the_verdict() -> None:
    text = shown(a_report())
    for words in (
        *("ITI-18 to registry", "1,234", "250 ms", "3 times 1. ask: <script>", "FAIL: 5 users for 2.00 s"),
        *("DOES NOT HOLD ITI-18 to registry: p95 <= 100 ms: found 250 ms", "Report: load.html"),
    ):
        assert words in text
    assert "\x1b[31m" not in text


def test_the_page_is_complete_in_itself_and_harmless(tmp_path: Path) -> None:
    page, _ = write_load(a_report(), tmp_path / "new")
    text = page.read_text(encoding="utf-8")
    assert "A &lt;load&gt;" in text
    assert "<script>" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "ITI-18 to registry" in text


def test_the_data_are_as_their_schema_says(tmp_path: Path) -> None:
    _, data = write_load(a_report(), tmp_path)
    value = json.loads(data.read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema_of("load"))
    assert list(validator.iter_errors(value)) == []
    assert list(validator.iter_errors({**value, "verdict": 3})) != []
