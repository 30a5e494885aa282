from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from a_peer import Said, peers
from a_system import a_product, description
from click.testing import Result
from typer.testing import CliRunner

from xdsi_sim.cli.sut import bench, sut
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.build import RunningTopology

COMMANDS = typer.Typer()
COMMANDS.add_typer(sut)
COMMANDS.command("test")(bench)


def run(*arguments: str | Path) -> Result:
    """What came of a command; raises what it raises."""
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(COMMANDS, words, catch_exceptions=False, env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """`test` has SIGTERM end it as Ctrl-C does."""
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with a_product(tmp_path_factory.mktemp("product")) as running:
        yield running


def written(folder: Path, text: str) -> Path:
    file = folder / "sut.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_system_is_checked_in_words(product: RunningTopology, tmp_path: Path) -> None:
    text = description(registry=product.url_of("index"), repository=product.url_of("vault"))
    ended = run("sut", "check", written(tmp_path, text))
    assert ended.exit_code == 0, ended.output
    assert f"registry {product.url_of('index')} (" in ended.output
    assert "good  message     ITI-43 for a document that is not there: answered" in ended.output


def test_what_is_wrong_and_what_is_to_be_entered_is_told(product: RunningTopology, tmp_path: Path) -> None:
    text = description(repository=product.url_of("vault"), listen=9000).replace("42.10", "42.11")
    ended = run("sut", "check", written(tmp_path, text))
    assert ended.exit_code == 1
    assert "BAD   message" in ended.output
    assert "enter http://127.0.0.1:9000/domain/registry" in ended.output
    assert "as the Document Registry of urn:oid:2.999.42, for ITI-42" in ended.output
    told = json.loads(run("sut", "check", tmp_path / "sut.yaml", "--json").output)
    assert (told["good"], [role["good"] for role in told["roles"]]) == (False, [False])


def test_tests_are_played_and_reported(product: RunningTopology, tmp_path: Path) -> None:
    file = written(tmp_path, description(registry=product.url_of("index")))
    ended = run("test", file, "--id", "REG-01", "--id", "REG-69", "--reports", tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    assert "  REG-01  pass     A submission of one document is registered and found\n" in ended.output
    assert "  REG-69  skipped" in ended.output
    assert "the option remove-metadata is not claimed" in ended.output
    assert "pass: 2 tests: 1 passed, 1 skipped" in ended.output
    assert (tmp_path / "out" / "REG-01" / "report.html").is_file()
    assert "acme" in (tmp_path / "out" / "junit.xml").read_text("utf-8")


def test_a_failure_is_told_with_its_citation(product: RunningTopology, tmp_path: Path) -> None:
    file = written(tmp_path, description(registry=product.url_of("vault")))
    ended = run("test", file, "--id", "REG-54")
    assert ended.exit_code == 1
    assert "  REG-54  FAIL     A query that finds nothing succeeds\n" in ended.output
    assert "registry answers ITI-44 with Success: expected Success, found" in ended.output
    assert "(ITI TF-2: 3.18.4.1.3)" in ended.output


def test_without_a_system_our_own_actors_are_tested() -> None:
    ended = run("test", "--role", "registry", "--tag", "soap", "--json")
    assert ended.exit_code == 0, ended.output
    told = json.loads(ended.output)
    assert (told["system"], told["outcome"]) == ("xdsi-sim", "pass")
    assert {test["outcome"] for test in told["tests"]} == {"pass"}
    assert all("soap" in test["tags"] for test in told["tests"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["test", "{file}", "--role", "repository"], "the system plays no repository"),
        (["test", "{file}", "--tag", "saop"], "Did you mean 'soap'"),
        (["test", "{file}", "--reports", "{file}"], "is no folder"),
        (["test", "nowhere.yaml"], "cannot be read"),
        (["sut", "check", "nowhere.yaml"], "cannot be read"),
    ],
)
def test_nothing_starts_where_something_is_wrong(arguments: list[str], said: str, tmp_path: Path) -> None:
    file = written(tmp_path, description(registry="http://192.0.2.7/registry"))
    with pytest.raises(UsageError) as caught:
        run(*(argument.format(file=file) for argument in arguments))
    assert said in str(caught.value)


def test_tls_without_certificates_needs_a_folder_for_them(tmp_path: Path) -> None:
    file = written(tmp_path, description(registry="https://192.0.2.7/registry", more="tls: true\n"))
    with pytest.raises(UsageError, match="Name by --data a folder for them"):
        run("test", file)


def test_ctrl_c_writes_the_report_of_what_ran(tmp_path: Path) -> None:
    asked = threading.Event()

    def hangs(_request: bytes) -> Said:
        asked.set()
        return None

    with peers() as peer:
        file = written(tmp_path, description(registry=peer(hangs)))
        command = [sys.executable, "-m", "xdsi_sim", "test", str(file), "--reports", str(tmp_path / "out")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 3, (out, err)
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert told["interrupted"]
    assert {test["outcome"] for test in told["tests"]} == {"not-run", "skipped"}
    assert "interrupted" in out
    assert err == ""
