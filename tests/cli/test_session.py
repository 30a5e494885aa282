from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from a_coded_domain import TABLE
from a_scenario import PUBLISHED, write
from a_session import base_of, below, domain_of_sessions
from typer.testing import CliRunner
from wire import get, message, post, send

from xdsi_sim.cli.faults import faults
from xdsi_sim.cli.log import log_app
from xdsi_sim.cli.session import session
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.build import RunningTopology

COMMAND = [sys.executable, "-m", "xdsi_sim"]


def run(*arguments: str, app: typer.Typer = session) -> str:
    """What is printed; raises what the command raises."""
    ended = CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
    assert ended.exit_code == 0, ended.output
    return ended.output


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain_of_sessions(tmp_path_factory.mktemp("sessions"), "closed") as started:
        yield started


@pytest.fixture
def at(running: RunningTopology) -> tuple[str, str]:
    return "--at", base_of(running)


def test_sessions_are_made_listed_emptied_and_removed(at: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(TABLE)
    made = run("add", "one", "two", "--codes", str(tmp_path / "mine.yaml"), *at)
    assert made == f"one: {at[1]}/s/one/\ntwo: {at[1]}/s/two/\n"
    told = run("list", *at)
    assert "one" in told
    assert "asleep" in told
    assert "mine.yaml" in told
    listed = json.loads(run("list", "--json", *at))["sessions"]
    assert {"one", "two"} <= {each["name"] for each in listed}
    assert run("clear", "one", *at) == "one is empty\n"
    assert run("remove", "one", "two", *at) == "one is removed\ntwo is removed\n"
    assert json.loads(run("list", "--json", *at)) == {"sessions": []}


def test_a_fault_of_a_session_is_its_own(running: RunningTopology, at: tuple[str, str]) -> None:
    run("add", "faulty", *at)
    inside = ("--session", "faulty", *at)
    assert "registry answers with http-503" in run(
        "on", "http-503", "--actor", "registry", *inside, app=faults
    )
    assert "http-503" in run("show", *inside, app=faults)
    assert json.loads(run("show", "--json", *at, app=faults)) == {"faults": []}
    assert get(f"{below(running, 'faulty')}?wsdl").status == 200
    url = below(running, "faulty")
    assert send(url, post(url, *message(url))).status == 503
    assert run("off", *inside, app=faults) == "1 switched off\n"
    assert send(url, post(url, *message(url))).status == 200
    run("remove", "faulty", *at)


def test_the_log_is_that_of_a_session(running: RunningTopology, at: tuple[str, str]) -> None:
    run("add", "logged", *at)
    for url in (below(running, "logged"), running.url_of("registry")):
        send(url, post(url, *message(url)))
    running.exchanges()  # written
    data = ("--data", str(running.folder))

    def listed(*arguments: str) -> list[str | None]:
        told = json.loads(run("--json", *data, *arguments, app=log_app))["exchanges"]
        return [each["session"] for each in told]

    assert listed("--session", "logged") == ["logged"]
    assert listed("--session", "nobody") == []
    assert {*listed("--session", "")} == {None}
    assert {"logged", None} <= {*listed()}
    assert "logged: " in run(*data, app=log_app)
    run("remove", "logged", *at)
    assert listed("--session", "logged") == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("add", "Acme"), "'Acme' is no name of a session"),
        (("add", "acme", "--codes", "nowhere.yaml"), "nowhere.yaml: --codes: No such file"),
        (("add", "acme", "--codes", "setup.cfg"), "file: 'setup.cfg' is not a name of a code table"),
        (("clear", "nobody"), "there is no session 'nobody'"),
        (("remove", "../x"), "'../x' is no name of a session"),
        (("list", "--at", "nonsense"), "--at: 'nonsense' is not http://HOST"),
    ],
)
def test_what_cannot_be_meant_is_told(
    at: tuple[str, str],
    arguments: tuple[str, ...],
    text: str,
    project_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(project_root)
    with pytest.raises(UsageError) as wrong:
        run(*arguments, *(at if "--at" not in arguments else ()))
    assert text in str(wrong.value)


def test_a_table_that_is_no_text_is_told(at: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "codes.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="this is no UTF-8"):
        run("add", "acme", "--codes", str(tmp_path / "codes.yaml"), *at)


def test_up_has_sessions_and_tells_of_them() -> None:
    arguments = ["up", "central", "--json", "--listen", "127.0.0.1:0", "--sessions", "open"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert get(f"{told['sessions']}acme/national/registry?wsdl").status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_a_scenario_is_played_in_a_session(tmp_path: Path) -> None:
    scenario, data = write(tmp_path, PUBLISHED), tmp_path / "data"
    where = ("--listen", "127.0.0.1:0", "--data", str(data), "--reports", str(tmp_path / "reports"))
    played = subprocess.run(
        [*COMMAND, "run", str(scenario), "--session", "acme", "--json", *where],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (played.returncode, json.loads(played.stdout)["verdict"]) == (0, "pass"), played.stderr
    assert [path.name for path in (data / "sessions").iterdir()] == ["acme"]
    assert "/s/acme/" in (tmp_path / "reports" / "report.json").read_text()
