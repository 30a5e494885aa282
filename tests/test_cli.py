from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from a_scenario import PUBLISHED, write
from wire import get

COMMAND = [sys.executable, "-m", "xdsi_sim"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("command", ["up", "run", "version"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(command, "--help")
    assert ended.returncode == 0
    assert f"Example: xdsi-sim {command}" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "gone.yaml"], 2, "no such file: gone.yaml"),
        (["run", "centrall"], 2, "Did you mean 'central'?"),
        (["up", "--listen", "nonsense"], 2, "is not HOST:PORT"),
        (["up", "--nonsense"], 2, "nonsense"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_exit_code_2(
    arguments: list[str], code: int, words: str
) -> None:
    ended = run(*arguments)
    assert ended.returncode == code
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_scenario_that_passes_and_one_that_fails_have_their_exit_codes(tmp_path: Path) -> None:
    passing = run("run", str(write(tmp_path, PUBLISHED)), "--listen", "127.0.0.1:0", "--json")
    assert (passing.returncode, json.loads(passing.stdout)["verdict"]) == (0, "pass")
    failing = write(tmp_path, PUBLISHED.replace("save: found", "save: found\n    expect: {count: 9}"))
    told = run("run", str(failing), "--listen", "127.0.0.1:0", "--reports", str(tmp_path / "reports"))
    assert told.returncode == 1
    assert "number of objects is 9: expected 9, found 1" in told.stdout
    assert "Report: " in told.stdout


def test_up_tells_where_its_actors_are_and_stops_politely(tmp_path: Path) -> None:
    arguments = ["up", "central", "--json", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data")]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        actors = {actor["id"]: actor for actor in told["actors"]}
        assert get(f"{actors['registry']['url']}?wsdl").status == 200
        assert actors["pacs-north"]["dicomweb"].endswith("/national/pacs-north/dicom-web")
        assert actors["repository"]["oid"] == "2.999.10.3"
        assert actors["workstation"]["url"] is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_up_prints_a_table_for_people(tmp_path: Path) -> None:
    arguments = ["up", "--listen", "127.0.0.1:0", "--data", str(tmp_path)]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        while "Ctrl-C" not in (lines or [""])[-1]:
            lines.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    text = "".join(lines)
    assert "Document Registry" in text
    assert "2.999.10.3" in text


def test_the_version_is_that_of_the_package() -> None:
    from xdsi_sim import __version__  # noqa: PLC0415

    assert run("version").stdout.strip() == f"xdsi-sim {__version__}"
    assert json.loads(run("version", "--json").stdout) == {"version": __version__}
