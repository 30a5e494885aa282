from __future__ import annotations

import re
import time

import pytest
from an_inspector import Inspector, words_of
from wire import Answer


def start(inspector: Inspector, name: str, brings: str | None = None) -> Answer:
    return inspector.submit(f"scenarios/{name}", token=inspector.token if brings is None else brings)


def ended(inspector: Inspector, path: str) -> str:
    """The steps of a run that is over."""
    until = time.monotonic() + 30
    while (answer := inspector.get(f"{path}/steps")).headers["inspector-over"] == "no":
        assert time.monotonic() < until, answer.body.decode()
        time.sleep(0.1)
    return answer.body.decode()


def test_what_fits_the_actors_is_offered(inspector: Inspector) -> None:
    words = inspector.words("scenarios")
    assert "central" in words
    assert "federated" not in words


def test_a_scenario_is_played_and_its_report_is_shown(inspector: Inspector) -> None:
    begun = start(inspector, "central")
    path = begun.headers["location"].removeprefix("/inspector/")
    assert (begun.status, path.partition("/")[0]) == (303, "runs")
    assert start(inspector, "central").status == 409  # one at a time
    page = ended(inspector, path)
    assert "The report" in words_of(page)
    assert page.count('class="badge pass"') > 5
    report = inspector.get(f"{path}/report.html")
    assert "script-src 'sha256-" in report.headers["content-security-policy"]
    file = re.findall(r'href="(messages/[^"]+)" download', report.body.decode())[0]
    body = inspector.get(f"{path}/{file}")
    assert (body.status, body.headers["content-type"]) == (200, "application/octet-stream")
    assert "report" in inspector.words("scenarios")


@pytest.mark.parametrize("name", ["federated", "nobody", "%3Cscript%3E", "..%2fcentral"])
def test_what_does_not_fit_is_not_played(inspector: Inspector, name: str) -> None:
    answer = start(inspector, name)
    assert answer.status == 409
    assert b"<script>" not in answer.body


def test_without_the_token_nothing_is_played(inspector: Inspector) -> None:
    assert start(inspector, "central", brings="guessed").status == 403


@pytest.mark.parametrize(
    "path",
    [
        "runs/99",
        "runs/99/steps",
        "runs/99/report.html",
        "runs/1/messages/..%2freport.html",
        "runs/x/messages/a",
    ],
)
def test_a_run_that_is_not_there_is_told(inspector: Inspector, path: str) -> None:
    assert inspector.get(path).status == 404
