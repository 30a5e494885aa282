from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from a_command import COMMAND, run
from a_scenario import PUBLISHED, write
from a_viewer import a_viewer
from wire import get

UNBUFFERED = {**os.environ, "PYTHONUNBUFFERED": "1"}


@pytest.mark.parametrize("command", ["", "up", "run", "version", "tls", "patient", "log", "codes"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(*command.split(), "--help")
    assert ended.returncode == 0
    assert f"Example: xdsi-sim {command}" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "gone.yaml"], 2, "no such file: gone.yaml"),
        (["run", "centrall"], 2, "Did you mean 'central'?"),
        (["up", "--listen", "nonsense"], 2, "is not HOST:PORT"),
        (["up", "--nonsense"], 2, "nonsense"),
        (["up", "--viewer", "nowhere"], 2, "--viewer: there is no folder nowhere"),
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


def test_several_scenarios_are_one_document_and_have_their_own_folders(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        write(tmp_path, PUBLISHED).read_text(encoding="utf-8").replace("name: trial", "name: other")
    )
    told = run(
        *("run", str(tmp_path / "trial.yaml"), str(other), "--json", "--listen", "127.0.0.1:0"),
        *("--reports", str(tmp_path / "reports"), "--data", str(tmp_path / "data")),
    )
    assert told.returncode == 0
    assert [scenario["scenario"] for scenario in json.loads(told.stdout)["scenarios"]] == ["trial", "other"]
    for folder in ("reports", "data"):
        assert {path.name for path in (tmp_path / folder).iterdir()} == {"trial", "other"}


@pytest.mark.parametrize(("ids", "code", "same"), [("[1, 2]", 0, "yes"), ("[1, 3]", 1, "no: Ids")])
def test_tables_of_several_scenarios_are_held_against_each_other(
    ids: str, code: int, same: str, tmp_path: Path
) -> None:
    head = write(tmp_path, PUBLISHED).read_text(encoding="utf-8").partition("steps:")[0]
    paths = []
    for name, row in (("trial", "[1, 2]"), ("other", ids)):
        table = f"title: ways, first: {{Ids: {row}}}, rows: [{{a: {row}}}], names: [x], columns: {{Ids: a}}"
        text = f"{head}steps:\n  - {{name: all, tabulate: {{{table}, same: [Ids]}}}}\n"
        paths.append(tmp_path / f"{name}.yaml")
        paths[-1].write_text(text.replace("name: trial", f"name: {name}"), encoding="utf-8")
    reports = tmp_path / "reports"
    told = run("run", *map(str, paths), "--listen", "127.0.0.1:0", "--reports", str(reports))
    assert (told.returncode, f"Report: {reports}/tables.html" in told.stdout) == (code, True)
    (table,) = json.loads((reports / "tables.json").read_text("utf-8"))["tables"]
    assert [row[-1] for row in table["rows"]] == ["yes", "yes", same, same]


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    path = str(write(tmp_path, PUBLISHED))
    ended = run("run", path, path)
    assert (ended.returncode, ended.stderr) == (
        2,
        "xdsi-sim: 2 of these scenarios are named 'trial'. Give each its own name.\n",
    )


@pytest.mark.parametrize(("command", "option"), [("run", "--data"), ("run", "--reports"), ("up", "--data")])
@pytest.mark.parametrize("below", ["", "/below"])
def test_a_folder_that_cannot_be_is_told_before_anything_starts(
    tmp_path: Path, command: str, option: str, below: str
) -> None:
    (tmp_path / "file").touch()
    what = str(write(tmp_path, PUBLISHED)) if command == "run" else "central"
    ended = run(command, what, "--listen", "127.0.0.1:0", option, f"{tmp_path / 'file'}{below}")
    told = f"xdsi-sim: {option}: '{tmp_path / 'file'}' is no folder.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", told)


def run_that_publishes(tmp_path: Path, times: int) -> list[str]:
    """Arguments of a run that goes on for a while, its reports in `r`."""
    many = PUBLISHED + "".join(
        f"  - {{name: again {n}, publish: {{source: pacs-north}}}}\n" for n in range(times)
    )
    return ["run", str(write(tmp_path, many)), "--listen", "127.0.0.1:0", "--reports", str(tmp_path / "r")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_still_reports(tmp_path: Path, number: signal.Signals) -> None:
    arguments = run_that_publishes(tmp_path, 3000)
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, env=UNBUFFERED
    ) as process:
        assert process.stdout is not None
        while "again 1" not in process.stdout.readline():
            pass
        process.send_signal(number)
        process.stdout.read()
        assert process.wait(timeout=20) == 3
    assert "interrupted" in (tmp_path / "r" / "junit.xml").read_text(encoding="utf-8")


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
        assert b"<h1>Messages</h1>" in get(f"{told['inspector']}messages").body
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def workers_of(pid: int) -> list[int]:
    """Its child processes that are no helpers of Python."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="this system does not tell of children")
@pytest.mark.parametrize(
    ("number", "to_worker", "code", "words"),
    [
        (signal.SIGTERM, False, 0, ""),
        (signal.SIGINT, False, 0, ""),
        (signal.SIGTERM, True, None, ""),
        (signal.SIGKILL, True, 3, "a worker process has ended by SIGKILL. What was acknowledged is kept."),
        (signal.SIGKILL, False, -signal.SIGKILL, ""),
    ],
)
def test_the_processes_of_up_end_together(
    tmp_path: Path, number: signal.Signals, to_worker: bool, code: int | None, words: str
) -> None:
    arguments = ["up", "--workers", "3", "--json", "--listen", "127.0.0.1:0", "--data", str(tmp_path)]
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert len(json.loads(process.stdout.readline())["actors"]) > 1
        workers = workers_of(process.pid)
        assert len(workers) == 2
        os.kill(workers[0] if to_worker else process.pid, number)
        if code is None:  # a worker leaves such signals to the first
            assert workers_of(process.pid) == workers
            process.terminate()
        output, errors = process.communicate(timeout=20)  # which all of them have to let go
    assert (process.returncode, output) == (code or 0, "")
    assert words in errors
    assert "Traceback" not in errors


def test_up_prints_a_table_for_people(tmp_path: Path) -> None:
    viewer = a_viewer(tmp_path / "viewer")
    data = tmp_path / "data"
    arguments = ["up", "--listen", "127.0.0.1:0", "--data", str(data), "--viewer", str(viewer)]
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
    assert re.search(r"in a browser: http://127.0.0.1:\d+/inspector/\n", text)
    assert "/?datasources=pacs-south" in text
    assert "/national/pacs-south/IHEInvokeImageDisplay" in text


def test_the_version_is_that_of_the_package() -> None:
    from xdsi_sim import __version__  # noqa: PLC0415

    assert run("version").stdout.strip() == f"xdsi-sim {__version__}"
    assert json.loads(run("version", "--json").stdout) == {"version": __version__}


def test_what_nobody_reads_to_the_end_is_played_to_the_end(tmp_path: Path) -> None:
    arguments = run_that_publishes(tmp_path, 20)
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=UNBUFFERED
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert (tmp_path / "r" / "report.html").is_file()


def test_a_port_that_is_taken_is_no_wrong_usage(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("up", "--listen", f"127.0.0.1:{taken.getsockname()[1]}", "--data", str(tmp_path))
    assert ended.returncode == 3
    assert "cannot listen on 127.0.0.1" in ended.stderr
