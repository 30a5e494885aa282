from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from a_tls_domain import get_over
from a_tls_peer import Workshop, calling, serving, tls_peer, workshop

from xdsi_sim.resources import scenarios
from xdsi_sim.tls.files import PairFiles

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
COMMAND = [sys.executable, "-m", "xdsi_sim"]


def run(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "tls", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, cwd=folder, env=ENVIRONMENT
    )


@pytest.fixture
def certificates(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "certificates")


@pytest.mark.parametrize("command", ["issue", "show", "doctor"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    ended = run(command, "--help")
    assert ended.returncode == 0
    assert f"Example: xdsi-sim tls {command}" in ended.stdout


def test_what_is_issued_is_told_and_shown(tmp_path: Path) -> None:
    told = json.loads(run("issue", "viewer.test", "--data", tmp_path, "--host", "10.0.0.1", "--json").stdout)
    assert told == {
        "certificate": str(tmp_path / "tls" / "issued" / "viewer.test.pem"),
        "key": str(tmp_path / "tls" / "issued" / "viewer.test.key"),
        "authority": str(tmp_path / "tls" / "authority.pem"),
    }
    shown = json.loads(run("show", "--data", tmp_path, "--json").stdout)["certificates"]
    assert [facts["certificate"] for facts in shown] == [told["authority"], told["certificate"]]
    assert shown[1]["names"] == ["viewer.test", "10.0.0.1", "localhost", "127.0.0.1", "::1"]
    assert "CN=viewer.test" in run("show", folder=tmp_path).stdout


def test_a_folder_without_an_authority_is_told(tmp_path: Path) -> None:
    for arguments in (("issue", "viewer"), ("show",)):
        ended = run(*arguments, folder=tmp_path)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "no test authority in this folder" in ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert "no certificates in" in run("show", "--data", tmp_path).stderr


@pytest.mark.parametrize("option", ["--data", "--to"])
def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path, option: str) -> None:
    run("issue", "first", "--data", tmp_path)
    (tmp_path / "file").touch()
    ended = run("issue", "viewer", "--data", tmp_path, option, tmp_path / "file")
    assert (ended.returncode, ended.stderr) == (
        2,
        f"xdsi-sim: {option}: '{tmp_path / 'file'}' is no folder.\n",
    )


def test_the_folder_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("issue", "viewer", "--data", tmp_path)
    monkeypatch.setitem(ENVIRONMENT, "XDSI_SIM_DATA", str(tmp_path))
    assert "CN=viewer" in run("show").stdout


def test_the_doctor_has_its_exit_codes(certificates: Workshop) -> None:
    with tls_peer(serving(certificates.issue(), trust=certificates.trust)) as port:
        url = f"https://127.0.0.1:{port}/"
        ours = certificates.issue("ours")
        trust = ("--authority", certificates.trust)
        good = run("doctor", url, *trust, "--certificate", ours.certificate, "--key", ours.key, "--json")
        bad = run("doctor", url, *trust)
        gone = run("doctor", url, "--authority", "gone.pem")
    assert (good.returncode, json.loads(good.stdout)["good"]) == (0, True)
    assert bad.returncode == 1
    assert "FAIL client" in bad.stdout
    assert "Remedy: Name one with --certificate and --key" in bad.stdout
    assert gone.returncode == 2
    assert "gone.pem" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://host.test/"], "is not https://HOST:PORT/PATH"),
        (["https://[x"], "URL: 'https://[x' is not https://HOST:PORT/PATH."),
        (["host.test:99999"], "99999"),
        (["https://host.test:nine/"], "nine"),
        (["https://host.test/", "--key", "k.pem"], "belong together"),
    ],
)
def test_what_cannot_be_meant_is_told(arguments: list[str], words: str) -> None:
    ended = run("doctor", *arguments)
    assert ended.returncode == 2
    assert words in ended.stderr


def up_with_tls(tmp_path: Path) -> list[str]:
    """The command that starts the central topology with `tls: true`, its data in `d`."""
    central = (scenarios() / "topologies" / "central.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(f"{central}\ntls: true\n", encoding="utf-8")
    return [
        *COMMAND,
        "up",
        str(tmp_path / "mine.yaml"),
        "--listen",
        "127.0.0.1:0",
        "--data",
        str(tmp_path / "d"),
    ]


def test_up_tells_whom_to_trust_and_issues_to_a_system_under_test(tmp_path: Path) -> None:
    up = up_with_tls(tmp_path)
    with subprocess.Popen(up, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [""]
        while "Ctrl-C" not in lines[-1]:
            lines.append(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    text = "".join(lines)
    assert f"have your system trust the CA in {tmp_path / 'd' / 'tls' / 'authority.pem'}" in text
    assert f"xdsi-sim tls issue NAME --data {tmp_path / 'd'}" in text


def test_a_system_under_test_gets_in_with_what_was_issued_to_it(tmp_path: Path) -> None:
    up = up_with_tls(tmp_path)
    with subprocess.Popen([*up, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        run("issue", "viewer", "--data", tmp_path / "d", "--to", tmp_path / "viewer")
        files = PairFiles.named(tmp_path / "viewer", "viewer")
        urls = {actor["id"]: actor["url"] for actor in told["actors"]}
        context = calling(Path(told["authority"]), files)
        assert get_over(context, f"{urls['registry']}?wsdl").status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
