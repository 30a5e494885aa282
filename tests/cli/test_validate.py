from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from answer_examples import asked, delivered, document
from lxml import etree
from wire import message, post

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "xdsi_sim", "validate"]
GOOD = str(ROOT / "tests" / "wire" / "zeep" / "ITI-18.http")
BAD = str(ROOT / "tests" / "wire" / "gsoap" / "RAD-69.http")


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *arguments], input=given, cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def exported(tmp_path: Path) -> tuple[str, str]:
    """A request for two documents and an answer with one, as an export names them."""
    content_type, envelope = message("http://x/y", "ITI-43", asked("2.999.2.1", "2.999.2.2"))
    request, answer = tmp_path / "000001-request.http", tmp_path / "000001-response.http"
    request.write_bytes(post("http://x/y", content_type, envelope))
    answer.write_bytes(etree.tostring(delivered(document())))
    return str(request), str(answer)


def test_the_command_has_help_with_an_example() -> None:
    told = " ".join(run("--help").stdout.split())
    assert "Example: xdsi-sim validate" in told


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((GOOD,), 0),
        ((GOOD, BAD), 1),
        ((GOOD, "nowhere.xml"), 3),
        (("README.md",), 3),
        ((BAD, "README.md"), 3),
        ((), 2),
        ((GOOD, "--transaction", "ITI-4"), 2),
        ((GOOD, "--request", "README.md"), 2),
        ((GOOD, "--request", "nowhere.xml"), 3),
    ],
)
def test_the_exit_code_says_how_it_came_out(arguments: tuple[str, ...], code: int) -> None:
    ended = run(*arguments)
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr


def test_people_are_told_of_each_file_and_of_all() -> None:
    lines = run(GOOD, BAD).stdout.splitlines()
    assert lines[0] == f"{GOOD}: ITI-18 request"
    assert lines[2].startswith(f"{BAD}:4:1: error B01 at Content-Type: RAD-69 must be sent as MTOM/XOP (")
    assert lines[-1] == "2 messages: 1 error, 0 warnings, 0 notes"


def test_programs_are_told_in_one_document() -> None:
    told = json.loads(run("--json", BAD, "README.md").stdout)
    assert [one["file"] for one in told["files"]] == [BAD, "README.md"]
    assert told["files"][0]["results"][0]["locations"][0]["region"] == {"startLine": 4, "startColumn": 1}
    assert "begins" in told["files"][1]["unread"]
    assert told["summary"] == {"messages": 1, "unread": 1, "error": 1, "warning": 0, "note": 0}


def test_a_message_may_come_by_standard_input() -> None:
    ended = run("-", given=Path(GOOD).read_bytes())
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (0, "-: ITI-18 request")


def test_warnings_fail_where_strict(tmp_path: Path) -> None:
    file = tmp_path / "query.http"
    file.write_bytes(Path(GOOD).read_bytes().replace(b"ReplyTo", b"Other"))
    assert run(str(file)).returncode == 0
    ended = run(str(file), "--strict")
    assert ended.returncode == 1
    assert "warning A12" in ended.stdout


def test_an_answer_is_held_against_a_request(exported: tuple[str, str], tmp_path: Path) -> None:
    request, answer = exported
    alone = tmp_path / "answer.xml"
    alone.write_bytes(Path(answer).read_bytes())
    assert run(str(alone)).returncode == 0
    assert "H08" in run(str(alone), "--request", request).stdout
    assert "H08" in run(answer).stdout  # the export has put it beside


def test_a_transaction_that_is_said_is_believed() -> None:
    assert "ITI-38 request" in run(GOOD, "--transaction", "iti-38").stdout


def test_the_example_in_the_manual_is_what_is_printed() -> None:
    page = (ROOT / "docs" / "validate.md").read_text("utf-8")
    ((file, output),) = re.findall(r"\$ xdsi-sim validate (\S+)\n(.*?)```", page, re.DOTALL)
    assert run(file).stdout == output
