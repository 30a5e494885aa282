from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_test_run import REASONS, a_test_run

from xdsi_sim.sut.checking import Checked, Tried
from xdsi_sim.sut.entries import Entry
from xdsi_sim.sut.plan import plan_of
from xdsi_sim.sut.results import Outcome
from xdsi_sim.sut.telling import Told, Untold, document_of_check, print_checked, print_taken
from xdsi_sim.topology.listen import Listen

ENTRY = Entry(
    receiver="registry",
    role="Document Registry",
    community="domain",
    home="urn:oid:2.999.7",
    oid=None,
    url="http://127.0.0.1:9000/domain/registry",
    transactions=("ITI-42",),
)
CHECKED = Checked(
    role="repository",
    url="http://192.0.2.7/\x1b[31m",
    tried=(
        Tried(what="connection", good=True, text="it takes connections"),
        Tried(what="description", good=False, text="there is none", remark=True),
        Tried(what="message", good=False, text="no answer"),
    ),
    entries=(ENTRY,),
    tests=23,
)


def test_every_test_is_a_line_with_its_reason_below(capsys: pytest.CaptureFixture[str]) -> None:
    told, run = Told(), a_test_run()
    for result in run.results:
        told.ended(result)
    told.end(run, [Path("out/report.html")])
    out = capsys.readouterr().out
    assert out.startswith("\nregistry\n  REG-01  pass     Purpose 1\n  REG-02  FAIL     Purpose 2\n")
    assert "  REG-03  known    Purpose 3\n                   bug 7: Ask: no answer\n" in out
    assert "<b>2</b> (ITI TF-2: 3.18)" in out
    assert "\x1b[31m" not in out
    assert REASONS[Outcome.NOT_RUN] in out
    assert out.endswith("Report: out/report.html\n")


def test_a_system_that_was_tried_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_checked(CHECKED)
    print_taken([Listen("127.0.0.1", 9000)])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert "(23 tests)" in lines[1]
    assert lines[2:7] == [
        "  good  connection  it takes connections",
        "  none  description there is none",
        "  BAD   message     no answer",
        "  enter http://127.0.0.1:9000/domain/registry",
        "        as the Document Registry of urn:oid:2.999.7, for ITI-42",
    ]
    assert "127.0.0.1:9000 is taken by another program" in lines[-1]


def test_programs_are_told_the_same() -> None:
    told = json.loads(json.dumps(document_of_check("acme", [CHECKED], [])))
    assert (told["good"], told["roles"][0]["good"]) == (False, False)
    assert told["roles"][0]["entries"][0]["url"] == ENTRY.url


@pytest.mark.parametrize("spectator", [Told, Untold])
def test_a_test_that_asks_somebody_to_do_something_tells_what(
    spectator: type[Untold], capsys: pytest.CaptureFixture[str]
) -> None:
    suites = plan_of(None, ids=["DS-01", "REG-01"]).suites
    tests = {test.id: test for suite in suites for test in suite.tests}
    assert spectator().audience(tests["REG-01"]) is None
    audience = spectator().audience(tests["DS-01"])
    assert audience is not None
    audience.waits("1", ("Submit one document",), 60.0)
    shown, told = capsys.readouterr()
    assert "  Submit one document\n" in (told if spectator is Untold else shown)
