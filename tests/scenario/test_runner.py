from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from a_scenario import HEAD, PUBLISHED, run

from xdsi_sim.scenario.making import Stop
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.scenario.runner import Silent


class Listening(Silent):
    def __init__(self) -> None:
        self.heard: list[tuple[str, Verdict]] = []

    def ended(self, number: str, record: StepRecord) -> None:
        self.heard.append((number, record.verdict))


def test_steps_that_pass_are_recorded_with_their_exchanges(tmp_path: Path) -> None:
    listening = Listening()
    record = run(tmp_path, PUBLISHED, listening)
    assert record.verdict is Verdict.PASS
    assert listening.heard == [("1", Verdict.PASS), ("2", Verdict.PASS), ("3", Verdict.PASS)]
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
    """Presses Ctrl-C when a step begins."""

    def __init__(self, when: str) -> None:
        self.when = when

    def begins(self, number: str, name: str, *, holds: bool) -> None:  # noqa: ARG002
        if number == self.when:
            raise KeyboardInterrupt


def test_an_interrupt_ends_the_run_and_what_ran_is_recorded(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED, Impatient("2"))
    assert [step.verdict for step in record.steps] == [Verdict.PASS, Verdict.ERROR, Verdict.NOT_RUN]
    assert record.steps[1].text == "interrupted"


class ImpatientWithin(Silent):
    """Presses Ctrl-C as soon as the first step has ended, and before the next begins."""

    def ended(self, number: str, record: StepRecord) -> None:  # noqa: ARG002
        if record.verdict is Verdict.PASS:
            raise KeyboardInterrupt


def test_an_interrupt_between_two_steps_is_told_of_the_next(tmp_path: Path) -> None:
    record = run(tmp_path, PUBLISHED, ImpatientWithin())
    assert [step.verdict for step in record.steps] == [Verdict.PASS, Verdict.ERROR, Verdict.NOT_RUN]


AFTER = "  - {name: after, load: {source: pacs-north, samples: [cr-chest]}}\n"


class Stopping(Silent):
    """Sets a stop when a step begins."""

    def __init__(self, when: str) -> None:
        self.when, self.stop = when, Stop()

    def begins(self, number: str, name: str, *, holds: bool) -> None:  # noqa: ARG002
        if number == self.when:
            self.stop.set()


@pytest.mark.parametrize("timeout", ["", ", timeout: 60"])
def test_a_stop_ends_the_run_but_not_the_teardown(tmp_path: Path, timeout: str) -> None:
    steps = f"  - {{name: wait, wait: {{to: registry, seconds: 60}}{timeout}}}\n{PUBLISHED}"
    audience = Stopping("1")
    record = run(tmp_path, f"{steps}teardown:\n{AFTER}", audience, stop=audience.stop)
    assert record.interrupted
    assert [step.verdict for step in record.steps] == [
        *(Verdict.ERROR, Verdict.NOT_RUN, Verdict.NOT_RUN, Verdict.NOT_RUN),
        Verdict.PASS,
    ]
    assert record.steps[0].text == "interrupted"


HELD = """\
  - name: rounds
    repeat:
      times: 2
      steps:
        - {name: one, stop: {actors: [registry]}}
        - {name: two, stop: {actors: [registry]}}
        - {name: three, stop: {actors: [registry]}}
  - {name: after, stop: {actors: [registry]}}
"""
TEARDOWN = "teardown:\n  - {name: down, stop: {actors: [repository]}}\n"
PASS, FAIL, ERROR, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.NOT_RUN


def test_an_interrupt_keeps_what_ran_in_a_step_of_steps_and_tears_down(tmp_path: Path) -> None:
    record = run(tmp_path, HELD + TEARDOWN, Impatient("1.2.2"))
    assert [(each.label, each.step.verdict) for each in record.all_steps] == [
        ("1", ERROR),
        ("1.1", PASS),
        ("1.1.1", PASS),
        ("1.1.2", PASS),
        ("1.1.3", PASS),
        ("1.2", ERROR),
        ("1.2.1", PASS),
        ("1.2.2", ERROR),
        ("1.2.3", NOT_RUN),
        ("2", NOT_RUN),
        ("3", PASS),
    ]
    assert record.steps[-1].block == "teardown"


def test_an_interrupt_keeps_what_ran_at_once(tmp_path: Path) -> None:
    class Interrupting(Silent):
        def __init__(self) -> None:
            self.quick = threading.Event()

        def ended(self, number: str, record: StepRecord) -> None:  # noqa: ARG002
            if number == "1.1":
                self.quick.set()

        def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:  # noqa: ARG002
            assert self.quick.wait(20)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)  # until the main thread has it

    steps = """\
  - name: at once
    parallel:
      branches:
        - {name: quick, steps: [{name: stop, stop: {actors: [repository]}}]}
        - {name: slow, steps: [{name: wait, wait: {to: registry}}, {name: never, stop: {actors: [registry]}}]}
"""
    record = run(tmp_path, steps, Interrupting())
    quick, slow = record.steps[0].children
    assert quick.children[0].verdict is PASS
    assert [step.verdict for step in slow.children] == [ERROR, NOT_RUN]
    assert record.verdict is ERROR


def test_the_steps_are_left_out_where_the_setup_does_not_pass_and_the_teardown_is_not(tmp_path: Path) -> None:
    setup = "setup:\n  - {name: up, stop: {actors: [registry]}, expect: {count: 7}}\n"
    record = run(tmp_path, HELD + TEARDOWN + setup)
    assert [(step.name, step.block, step.verdict) for step in record.steps] == [
        ("up", "setup", FAIL),
        ("rounds", "", NOT_RUN),
        ("after", "", NOT_RUN),
        ("down", "teardown", PASS),
    ]


def test_a_step_that_hangs_ends_by_its_time_out(tmp_path: Path) -> None:
    step = "  - {name: hang, timeout: 0.3, wait: {to: registry, seconds: 60}}\n"
    began = time.monotonic()
    record = run(tmp_path, step + HELD)
    assert (record.steps[0].verdict, record.steps[0].text) == (FAIL, "not done within 0.3 s")
    assert record.steps[1].verdict is NOT_RUN
    assert time.monotonic() - began < 30


def test_a_time_out_ends_what_a_step_holds(tmp_path: Path) -> None:
    steps = HELD.replace("    repeat:\n", "    timeout: 0.4\n    repeat:\n      pause: 60\n")
    record = run(tmp_path, steps)
    rounds, after = record.steps
    assert (rounds.verdict, rounds.text, len(rounds.children)) == (FAIL, "not done within 0.4 s", 1)
    assert after.verdict is NOT_RUN


def test_a_step_is_skipped_where_its_condition_does_not_hold(tmp_path: Path) -> None:
    head = HEAD.replace("steps:", "variables: {mode: quick}\nsteps:")
    steps = """\
  - {name: first, only-if: {mode: quick}, stop: {actors: [registry]}, save: done}
  - {name: second, only-if: {mode: {one-of: [slow]}, done: {absent: true}}, stop: {actors: [registry]}}
  - {name: third, stop: {actors: [registry]}}
"""
    record = run(tmp_path, steps, head=head)
    assert [step.verdict for step in record.steps] == [PASS, Verdict.SKIPPED, PASS]
    assert record.steps[1].text == "mode is quick"
    assert record.verdict is PASS


@pytest.mark.parametrize(
    ("scenario", "asked", "verdicts"),
    [
        ("", [], [PASS, PASS]),
        ("", ["slow"], [PASS, PASS]),
        ("", ["quick"], [Verdict.SKIPPED, PASS]),
        ("tags: [quick]\n", ["quick"], [PASS, PASS]),
    ],
)
def test_steps_with_other_tags_are_left_out(
    tmp_path: Path, scenario: str, asked: list[str], verdicts: list[Verdict]
) -> None:
    steps = """\
  - {name: tagged, tags: [slow, more], stop: {actors: [registry]}}
  - {name: common, stop: {actors: [registry]}}
"""
    record = run(tmp_path, steps, head=scenario + HEAD, tags=asked)
    assert [step.verdict for step in record.steps] == verdicts


def test_the_name_of_a_step_may_refer_to_values(tmp_path: Path) -> None:
    record = run(tmp_path, HELD.replace("name: one", "name: 'one of ${round}'"))
    assert record.steps[0].children[1].children[0].name == "one of 2"


def test_pieces_of_messages_are_captured_and_expected(tmp_path: Path) -> None:
    steps = PUBLISHED.replace(
        "    save: found",
        """\
    save: found
    capture:
      asked: {xpath: "//wsa:MessageID", of: request}
      answers: {xpath: "string(//wsa:RelatesTo)"}
    expect:
      findings: none
      request: {xpath: {"//rim:Slot/@name": {contains: $XDSDocumentEntryStatus}}}
      answer: {xpath: {"count(//rim:ExtrinsicObject)": 1, "//rs:RegistryError": {absent: true}}}
""",
    )
    after = "  - {name: '${asked}', only-if: {asked: '${answers}'}, stop: {actors: [registry]}}\n"
    record = run(tmp_path, steps + after)
    assert [step.verdict for step in record.steps] == [PASS] * 4
    assert record.steps[-1].name.startswith("urn:uuid:")


def test_a_capture_that_leads_to_nothing_fails_the_step(tmp_path: Path) -> None:
    steps = PUBLISHED + "    capture: {x: {xpath: //rs:RegistryError}}\n"
    record = run(tmp_path, steps)
    assert (record.steps[-1].verdict, record.steps[-1].text) == (
        FAIL,
        "//rs:RegistryError leads to nothing in the answer",
    )


def test_a_value_to_expect_that_was_never_saved_fails_before_anything_is_sent(tmp_path: Path) -> None:
    steps = PUBLISHED.replace("save: found", 'save: found\n    expect: {count: "${loaded.nothing}"}')
    record = run(tmp_path, steps)
    assert (record.steps[-1].verdict, record.steps[-1].exchanges) == (Verdict.FAIL, ())
    assert "has no 'nothing'" in record.steps[-1].text


def test_a_defect_of_ours_is_an_error_and_no_verdict_on_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("xdsi_sim.scenario.steps.load.write_sample", lambda *_args, **_options: 1 // 0)
    with caplog.at_level(logging.ERROR):
        record = run(tmp_path, PUBLISHED)
    assert record.verdict is Verdict.ERROR
    assert "ZeroDivisionError" in record.steps[0].text
    assert "Traceback" in caplog.text
