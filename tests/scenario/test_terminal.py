from __future__ import annotations

import io
from pathlib import Path

import pytest
from a_domain import domain
from a_scenario import PUBLISHED, write
from rich.console import Console

from xdsi_sim.scenario.cast import description_of
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Check, RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.tables import Table
from xdsi_sim.scenario.terminal import Asking, Told, print_actors, print_end, summary_of
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen

UNLIKE = Table(title="ways", columns=("What", "Id"), same=("Id",), rows=(("soap", "1"), ("fhir", "2")))


def a_step(name: str = "find", verdict: Verdict = Verdict.PASS, **more: object) -> StepRecord:
    return StepRecord(name=name, kind="query", verdict=verdict, started=0.0, duration=0.25, **more)  # type: ignore[arg-type]


def a_record(*steps: StepRecord) -> RunRecord:
    return RunRecord(scenario="trial", title="A trial", started=0.0, duration=1.5, steps=steps)


@pytest.fixture
def output() -> Console:
    return Console(file=io.StringIO(), width=200, highlight=False, soft_wrap=True)


def written(output: Console) -> str:
    assert isinstance(output.file, io.StringIO)
    return output.file.getvalue()


def told(output: Console, folder: Path, *records: StepRecord, title: str = "A trial") -> str:
    path = write(folder, PUBLISHED)
    path.write_text(path.read_text(encoding="utf-8").replace("A trial", title), encoding="utf-8")
    audience = Told(output, load_scenario(path).scenario)
    for number, record in enumerate(records, start=1):
        audience.ended(str(number), record)
    return written(output)


def test_a_step_is_one_line_with_verdict_and_time(output: Console, tmp_path: Path) -> None:
    lines = told(output, tmp_path, a_step(text="1 object found")).splitlines()
    assert lines == ["A trial", "", "  1/3 pass   250 ms  find: 1 object found"]


def test_what_did_not_hold_stands_below_its_step(output: Console, tmp_path: Path) -> None:
    broken = Check(
        text="number of objects is 2", ok=False, expected="2", observed="1", cites="ITI TF-2: 3.18"
    )
    good = Check(text="registry answers", ok=True)
    text = told(output, tmp_path, a_step(verdict=Verdict.FAIL, checks=(good, broken)))
    assert "number of objects is 2: expected 2, found 1 (ITI TF-2: 3.18)" in text
    assert "registry answers" not in text


@pytest.mark.parametrize("hostile", ["[/nothing]", "[red]blood", "a\x1b[2Jb", "\u202egnp.exe"])
def test_text_of_others_neither_colours_nor_moves_the_terminal(
    output: Console, tmp_path: Path, hostile: str
) -> None:
    check = Check(text=hostile, ok=False, expected=hostile, observed=hostile, cites=hostile)
    text = told(
        output, tmp_path, a_step(hostile, Verdict.FAIL, text=hostile, checks=(check,)), title="'[b]x'"
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
    if hostile.startswith("["):
        assert text.count(hostile) == 6
    assert "[b]x" in text


def test_what_is_waited_for_is_shown_on_a_terminal_until_it_has_ended(tmp_path: Path) -> None:
    output = Console(file=io.StringIO(), width=200, force_terminal=True)
    scenario = load_scenario(write(tmp_path, PUBLISHED)).scenario
    audience = Told(output, scenario)
    audience.begins("1", scenario.steps[0].name, holds=False)
    audience.ended("1", a_step())
    assert "1/3 load" in written(output)
    assert written(output).count("\x1b[?25l") == written(output).count("\x1b[?25h") == 1  # the cursor is back


def test_steps_that_others_hold_stand_below_them(output: Console, tmp_path: Path) -> None:
    audience = Told(output, load_scenario(write(tmp_path, PUBLISHED)).scenario)
    audience.begins("2", "At once", holds=True)
    audience.begins("2.1", "The bench", holds=True)
    audience.begins("2.1.1", "find", holds=False)
    for _ in range(2):
        audience.waits("2.1.1", ("Send ITI-18",), 60)
    audience.ended("2.1.1", a_step(verdict=Verdict.FAIL, checks=(Check(text="came", ok=False),)))
    lines = written(output).splitlines()[2:]
    assert [line.strip() for line in lines[:2]] == [
        "2/3                At once",
        "2.1                The bench",
    ]
    assert [line.strip() for line in lines[2:4]] == ["Waiting 1 min 0 s:", "Send ITI-18"]  # told once
    assert lines[4].startswith("    2.1.1 FAIL")
    assert lines[5].strip().startswith("came:")


def test_how_long_it_is_waited_for_yet_is_counted_down_on_a_terminal(tmp_path: Path) -> None:
    output = Console(file=io.StringIO(), width=200, force_terminal=True)
    audience = Told(output, load_scenario(write(tmp_path, PUBLISHED)).scenario)
    audience.begins("1", "wait", holds=False)
    audience.waits("1", ("Send ITI-18",), 61)
    audience.waits("1", ("Send ITI-18",), 60)
    audience.ended("1", a_step())
    assert "60 s left" in written(output)


def test_the_last_line_says_where_the_report_is(output: Console, tmp_path: Path) -> None:
    record = a_record(a_step(), a_step(verdict=Verdict.FAIL), a_step(verdict=Verdict.NOT_RUN))
    print_end(output, record, (tmp_path / "[r]" / "report.html", tmp_path / "junit.xml"))
    *_, counts, last = written(output).splitlines()
    assert counts == "FAIL: 1 pass, 1 fail, 1 not-run; 0 messages, 1.50 s"
    assert last == f"Report: {tmp_path}/[r]/report.html"


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        ([Verdict.PASS, Verdict.PASS], "pass"),
        ([Verdict.PASS, Verdict.FAIL], "fail"),
        ([Verdict.ERROR, Verdict.FAIL], "error"),
    ],
)
def test_the_summary_has_the_worst_verdict_of_all_scenarios(verdicts: list[Verdict], worst: str) -> None:
    summary = summary_of((a_record(a_step(verdict=verdict)), ()) for verdict in verdicts)
    assert summary["verdict"] == worst
    assert [scenario["verdict"] for scenario in summary["scenarios"]] == [item.value for item in verdicts]


def test_the_summary_names_what_did_not_hold_and_the_reports(tmp_path: Path) -> None:
    checks = (Check(text="good", ok=True), Check(text="bad", ok=False))
    record = a_record(a_step(verdict=Verdict.FAIL, checks=checks))
    (scenario,) = summary_of([(record, (tmp_path / "report.html",))])["scenarios"]
    assert scenario["steps"][0]["failed"] == ["bad"]
    assert scenario["reports"] == [str(tmp_path / "report.html")]


def test_a_table_that_differs_between_scenarios_is_a_fail_of_all() -> None:
    summary = summary_of([(a_record(a_step()), ())], (UNLIKE,))
    assert (summary["verdict"], summary["tables"][0]["same"]) == ("fail", False)


def test_the_table_of_a_step_stands_below_it(output: Console, tmp_path: Path) -> None:
    shown = told(output, tmp_path, a_step(table=UNLIKE))
    assert all(text in shown for text in ("ways", "Same", "no: Id"))


def test_addresses_are_shown_whole_however_narrow_it_is(tmp_path: Path) -> None:
    wide, narrow = (Console(file=io.StringIO(), width=width, highlight=False) for width in (200, 60))
    with start(load_topology(find_topology("central")), tmp_path, Listen("127.0.0.1", 0)) as running:
        described = description_of(running)
        for output in (wide, narrow):
            print_actors(output, running)
    source = next(actor for actor in described["actors"] if actor["id"] == "pacs-north")
    assert source["dicomweb"] == f"{source['url']}/dicom-web"
    assert source["url"] in written(wide)
    assert source["dicomweb"] in written(wide)
    assert source["wado"] in written(wide)
    lines = written(narrow).splitlines()
    assert f"  {source['url']}" in lines  # in one piece, to be copied
    assert f"  DICOMweb {source['dicomweb']}" in lines
    assert f"pacs-north: Imaging Document Source, {source['oid']}" in lines


def test_the_port_of_a_feed_stands_below_its_registry(output: Console, tmp_path: Path) -> None:
    with domain(tmp_path, feed={"mllp": 0}) as running:
        print_actors(output, running)
        assert f"{running.mllp_of('registry')} " in written(output)
    assert "MLLP (ITI-8)" in written(output)


def test_where_a_recipient_keeps_what_it_gets_stands_below_it(output: Console, tmp_path: Path) -> None:
    topology = load_topology(find_topology("point-to-point"))
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        print_actors(output, running)
    told = written(output)
    assert told.count("keeps what it gets") == 3
    assert "received" in told


def test_whoever_has_to_do_something_is_told_what_once(output: Console) -> None:
    asking = Asking(output, "DS-05  Documents come")
    asking.begins("1", "The source submits", holds=False)
    for seconds in (120.0, 119.9, 119.8):
        asking.waits("1", ("Submit one document", "Send ITI-41 to \x1b[31mhttp://127.0.0.1"), seconds)
    asking.ended("1", a_step())
    assert written(output).splitlines() == [
        "",
        "DS-05  Documents come",
        "  Waiting 2 min 0 s:",
        "  Submit one document",
        "  Send ITI-41 to ⟨U+001B⟩[31mhttp://127.0.0.1",
    ]


def test_on_a_terminal_the_seconds_that_are_left_are_shown() -> None:
    terminal = Console(file=io.StringIO(), width=80, force_terminal=True)
    asking = Asking(terminal, "DS-05")
    asking.waits("1", ("Submit",), 42.0)
    asking.ended("1", a_step())
    assert "42 s left" in written(terminal)
