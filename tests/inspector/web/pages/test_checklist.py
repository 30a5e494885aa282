from __future__ import annotations

import json
import re
import time

import pytest
from an_inspector import Inspector, words_of


def ended(inspector: Inspector, path: str) -> str:
    """What has come of a survey that is over."""
    until = time.monotonic() + 30
    while (answer := inspector.get(f"{path}/phases")).headers["inspector-over"] == "no":
        assert time.monotonic() < until, answer.body.decode()
        time.sleep(0.1)
    return answer.body.decode()


def test_the_checklist_is_run_and_tells_where_the_topology_falls_short(inspector: Inspector) -> None:
    assert "the same actors are started once more" in inspector.words("checklist")
    mark = inspector.running.mark()
    begun = inspector.submit("checklist", token=inspector.token, manifest="mado", architecture="")
    path = begun.headers["location"].removeprefix("/inspector/")
    assert (begun.status, path.partition("/")[0]) == (303, "checklists")
    again = inspector.submit("checklist", token=inspector.token)
    assert (again.status, b"run already" in again.body) == (409, True)
    page = ended(inspector, path)
    words = words_of(page)
    assert "81 rows: " in words
    assert "S-02 Use case" in words  # there is no viewer in it
    assert "D-01" not in words
    assert "Viewers and sites" in words
    assert inspector.running.mark() == mark  # no message of it is among those of the others
    assert "81 rows: " in inspector.words("checklist")
    assert "run.js" not in inspector.page(path)

    report = inspector.get(f"{path}/gaps.html")
    assert "style-src 'sha256-" in report.headers["content-security-policy"]
    links = re.findall(r'href="(trace/[^"#]+)', report.body.decode())
    assert "trace/report.html" in links
    assert {inspector.get(f"{path}/{link}").status for link in set(links)} == {200}
    facts = json.loads(inspector.get(f"{path}/files/gaps.json").body)
    assert len(facts["rows"]) == 81
    csv = inspector.get(f"{path}/files/gaps.csv")
    assert "attachment" in csv.headers["content-disposition"]


@pytest.mark.parametrize("fields", [{"manifest": "<script>"}, {"architecture": "D"}])
def test_what_cannot_be_chosen_is_refused(inspector: Inspector, fields: dict[str, str]) -> None:
    answer = inspector.submit("checklist", token=inspector.token, **fields)
    assert (answer.status, b"<script>" in answer.body) == (400, False)


@pytest.mark.parametrize("brings", ["guessed", ""])
def test_without_the_token_nothing_is_run(inspector: Inspector, brings: str) -> None:
    assert inspector.submit("checklist", token=brings).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "checklists/99",
        "checklists/99/phases",
        "checklists/99/gaps.html",
        "checklists/99/files/gaps.json",
        "checklists/1/files/..%2f..%2fcodes",
        "checklists/1/trace/messages/..%2freport.html",
    ],
)
def test_a_survey_that_is_not_there_is_told(inspector: Inspector, path: str) -> None:
    assert inspector.get(path).status == 404
