from __future__ import annotations

import logging
from pathlib import Path

import pytest
from a_scenario import PUBLISHED, run

from xdsi_sim.scenario.language import StepBase
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.scenario.runner import Silent


class Listening(Silent):
    def __init__(self) -> None:
        self.heard: list[tuple[int, Verdict]] = []

    def ended(self, number: int, record: StepRecord) -> None:
        self.heard.append((number, record.verdict))


def test_steps_that_pass_are_recorded_with_their_exchanges(tmp_path: Path) -> None:
    listening = Listening()
    record = run(tmp_path, PUBLISHED, listening)
    assert record.verdict is Verdict.PASS
    assert listening.heard == [(1, Verdict.PASS), (2, Verdict.PASS), (3, Verdict.PASS)]
    assert [len(step.exchanges) for step in record.steps] == [0, 2, 1]
    assert [exchange.transaction for exchange in record.exchanges] == ["RAD-68", "ITI-42", "ITI-18"]
    assert [(exchange.sender, exchange.receiver) for exchange in record.exchanges] == [
        ("pacs-north", "repository"),
        ("repository", "registry"),
        ("workstation", "registry"),
    ]
    assert {actor.id for actor in record.actors} >= {"registry", "repository", "pacs-north", "workstation"}


def test_an_expectation_that_does_not_hold_ends_the_run(tmp_path: Path) -> None:
    steps = PUBLISHED.replace("save: found", "save: found\n    expect: {count: 7}")
    record = run(tmp_path, steps + "  - {name: after, load: {source: pacs-north, samples: [ct-head]}}\n")
    assert [step.verdict for step in record.steps][-2:] == [Verdict.FAIL, Verdict.NOT_RUN]
    (check,) = [check for check in record.steps[2].checks if not check.ok]
    assert (check.expected, check.observed) == ("7", "1")


def test_a_step_that_cannot_go_on_fails_and_says_why(tmp_path: Path) -> None:
    steps = (
        PUBLISHED
        + '  - {name: locate, locate: {consumer: workstation, manifests: "${found.entries[7]}", mode: location-uid}}\n'
    )
    record = run(tmp_path, steps)
    assert record.steps[-1].verdict is Verdict.FAIL
    assert "there is no [7]" in record.steps[-1].text


class Impatient(Silent):
    """Presses Ctrl-C when the second step begins."""

    def begins(self, number: int, step: StepBase) -> None:  # noqa: ARG002
        if number == 2:
            raise KeyboardInterrupt


def test_an_interrupt_ends_the_run_and_what_ran_is_recorded(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED, Impatient())
    assert [step.verdict for step in record.steps] == [Verdict.PASS, Verdict.ERROR, Verdict.NOT_RUN]
    assert record.steps[1].text == "interrupted"


def test_a_value_to_expect_that_was_never_saved_fails_before_anything_is_sent(tmp_path: Path) -> None:
    steps = PUBLISHED.replace("save: found", 'save: found\n    expect: {count: "${loaded.nothing}"}')
    record = run(tmp_path, steps)
    assert (record.steps[-1].verdict, record.steps[-1].exchanges) == (Verdict.FAIL, ())
    assert "has no 'nothing'" in record.steps[-1].text


def test_a_defect_of_ours_is_an_error_and_no_verdict_on_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("xdsi_sim.scenario.steps.load.write_sample", lambda *_args: 1 // 0)
    with caplog.at_level(logging.ERROR):
        record = run(tmp_path, PUBLISHED)
    assert record.verdict is Verdict.ERROR
    assert "ZeroDivisionError" in record.steps[0].text
    assert "Traceback" in caplog.text
