from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import PUBLISHED, run, write

from xdsi_sim.deviations.switches import Setting
from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen

FAULT = "  - {name: wrong, fault: {%s}}\n"
FIND = PUBLISHED[PUBLISHED.index("  - name: find") :]


def find(save: str, expect: str = "{}") -> str:
    return FIND.replace("save: found", f"save: {save}\n    expect: {expect}")


def test_a_fault_is_met_and_ended_and_the_record_says_so(tmp_path: Path) -> None:
    record = run(
        tmp_path,
        PUBLISHED
        + FAULT % "actor: registry, deviation: XDSTooManyResults, call: 2"
        + find("one")
        + find("two", "{status: Failure, errors: [XDSTooManyResults]}")
        + FAULT % "actor: registry, deviation: relates-to-wrong"
        + FAULT % "clear: true, deviation: XDSTooManyResults"
        + find("three")
        + FAULT % "clear: true"
        + find("four"),
    )
    assert record.verdict is Verdict.PASS
    assert [step.text for step in record.steps if step.kind == "fault"] == [
        "registry: XDSTooManyResults",
        "registry: relates-to-wrong",
        "1 fault ended",
        "1 fault ended",
    ]
    assert [exchange.deviations for exchange in record.exchanges][-4:] == [
        (),
        ("XDSTooManyResults",),
        ("relates-to-wrong",),
        (),
    ]
    assert [{one.rule for one in step.findings} for step in record.steps[-3:]] == [{"A19"}, set(), set()]


def test_what_a_scenario_has_begun_ends_with_it_and_nothing_else(tmp_path: Path) -> None:
    loaded = load_scenario(write(tmp_path, FAULT % "actor: registry, deviation: http-503"))
    with start(loaded.topology, tmp_path / "data", Listen("127.0.0.1", 0)) as running:
        other = running.faults.on(Setting(actor="registry", deviation="delay"), "admin")
        assert play(loaded, running).verdict is Verdict.PASS
        assert running.faults.switches() == (other,)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("actor: registry", "the key 'deviation' is missing"),
        ("deviation: delay", "the key 'actor' is missing"),
        ("actor: registri, deviation: delay", "Did you mean 'registry'"),
        ("actor: workstation, deviation: delay", "has the role Imaging Document Consumer"),
        ("actor: registry, deviation: dely", "Did you mean 'delay'"),
        ("actor: registry, deviation: delay, call: 0", "0 is less than 1"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_step(tmp_path: Path, fault: str, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        load_scenario(write(tmp_path, FAULT % fault))


def test_a_fault_that_does_not_fit_is_an_error_of_the_scenario(tmp_path: Path) -> None:
    record = run(tmp_path, FAULT % "actor: registry, deviation: boundary-wrong")
    assert record.verdict is Verdict.ERROR
    assert "does not fit anything that registry answers" in record.steps[0].text
