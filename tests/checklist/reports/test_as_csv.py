from __future__ import annotations

import csv
from io import StringIO

from a_survey import ARCADIA, UTOPIA, report

from xdsi_sim.checklist.reports.as_csv import render


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_a_spreadsheet_has_a_line_for_each_row() -> None:
    found = {each["id"]: each for each in rows(render(report()))}
    assert len(found) == 81
    assert found["D-01"]["result"] == "fail"
    assert found["D-01"]["observed"] == "113030 Manifest"
    assert found["D-01"]["cites"] == "RAD MADO"
    assert "(0040,A043)" in found["D-01"]["evidence"]
    assert "[trace/messages/" in found["D-01"]["evidence"]
    assert found["S-15"]["automatic"] == "no"


def test_several_jurisdictions_have_a_column_each() -> None:
    found = {each["id"]: each for each in rows(render(report(UTOPIA, ARCADIA)))}
    assert (found["S-15"]["Utopia"], found["S-15"]["Arcadia"]) == ("pass", "warn")


def test_no_text_becomes_a_formula() -> None:
    bad = ARCADIA.model_copy(update={"jurisdiction": "=HYPERLINK()"})
    header = render(report(UTOPIA, bad)).splitlines()[0]
    assert header.endswith(",Utopia,'=HYPERLINK()")
