from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from a_domain import domain
from typer.testing import CliRunner

from xdsi_sim.cli.faults import faults
from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.topology.build import RunningTopology


def run(*arguments: str) -> str:
    """What is printed; raises what the command raises."""
    ended = CliRunner().invoke(faults, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
    assert ended.exit_code == 0, ended.output
    return ended.output


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("faults")) as started:
        yield started


def test_deviations_are_listed_by_family() -> None:
    told = run("list", "--transaction", "RAD-69")
    assert "\nmtom\n" in told
    assert "  boundary-wrong " in told
    assert "objects-none" not in told
    for name in ("RAD-68", "ITI-67", "XC-WADO", "RAD-106", "TLS"):  # by whatever name an actor answers
        assert run("list", "--transaction", name)
    with pytest.raises(UsageError, match="unknown transaction 'ITI-19'"):
        run("list", "--transaction", "ITI-19")


def test_programs_are_told_the_same() -> None:
    listed = json.loads(run("list", "--json"))["deviations"]
    (explained,) = json.loads(run("explain", "relates-to-wrong", "--json"))["explained"]
    assert explained in listed
    assert explained["finds"] == ["A19"]


def test_a_deviation_is_explained() -> None:
    told = run("explain", "delay")
    assert told.startswith("delay  transport\nThe answer comes late.\n")
    with pytest.raises(UsageError, match="Did you mean 'delay'"):
        run("explain", "dely")


def test_a_fault_is_switched_on_shown_and_off(running: RunningTopology) -> None:
    at = ("--at", running.admin.removesuffix("/faults"))
    asked = ("on", "delay", "--actor", "registry", "--set", "seconds=2", "--call", "2", *at)
    assert "registry answers with delay" in run(*asked)
    (fault,) = json.loads(run("show", "--json", *at))["faults"]
    assert (fault["parameters"], fault["call"], fault["by"]) == ({"seconds": 2.0}, 2, "admin")
    assert "0 of 0" in run("show", *at)
    assert run("off", *at) == "1 switched off\n"
    assert running.faults.switches() == ()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("on", "dely", "--actor", "registry"), "Did you mean 'delay'"),
        (("on", "delay", "--actor", "registry", "--set", "seconds"), "'seconds' is not NAME=VALUE"),
        (("off", "7"), "no fault has the number '7'"),
    ],
)
def test_what_cannot_be_is_told(running: RunningTopology, arguments: tuple[str, ...], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        run(*arguments, "--at", running.admin)


def test_who_does_not_answer_is_told() -> None:
    with pytest.raises(CannotRun, match="the connection was refused"):
        run("show", "--at", "http://127.0.0.1:1")
    with pytest.raises(UsageError, match="--at: 'somewhere' is not http"):
        run("show", "--at", "somewhere")
