"""The sample project of the manual, run as its readers run it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wire import Answer, message, post, send

from xdsi_sim.testing.received import Received
from xdsi_sim.topology.build import RunningTopology

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest, without what the settings and plugins of this project would add."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_sample_passes_in_two_processes_with_actors_of_their_own(sample: Path) -> None:
    ended = run(sample, "-n", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 passed" in ended.stdout


def test_a_test_that_fails_shows_what_was_received_and_what_was_wrong_with_it(sample: Path) -> None:
    client = sample / "our_client.py"
    lines = client.read_text().splitlines(keepends=True)
    client.write_text("".join(line for line in lines if "<a:ReplyTo>" not in line))
    ended = run(sample, "-k", "finds_a_manifest")
    assert ended.returncode == 1
    shown = ended.stdout.partition("- xdsi-sim -")[2]
    assert "RAD-68 pacs-north → repository: Success" in shown
    assert "A12 warning: wsa:ReplyTo is missing or holds no wsa:Address (ITI TF-2: V.3)" in shown


def test_a_module_may_have_a_topology_of_its_own(sample: Path) -> None:
    (sample / "mine.yaml").write_text(
        "name: mine\n"
        "communities:\n"
        "  - {id: c, homeCommunityId: 'urn:oid:2.999.1', patientAuthority: 2.999.1.2, registry: {id: mine}}\n"
    )
    (sample / "test_mine.py").write_text(
        "import pytest\n"
        "pytestmark = pytest.mark.xdsi_topology('mine.yaml')\n"
        "def test_it_is_mine(xdsi_registry):\n"
        "    assert xdsi_registry.id == 'mine'\n"
    )
    ended = run(sample, "test_mine.py", "--strict-markers")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def ask(running: RunningTopology) -> Answer:
    url = running.url_of("registry")
    return send(url, post(url, *message(url)))


@pytest.mark.parametrize("call", [1, 2])
def test_a_fault_is_met_when_it_is_said_and_ends_with_the_test(
    inject: Callable[..., object], xdsi_topology: RunningTopology, received: Received, call: int
) -> None:
    assert xdsi_topology.faults.switches() == ()
    inject("registry", "http-503", call=call)
    assert [ask(xdsi_topology).status for _ in range(2)] == [503 if each == call else 200 for each in (1, 2)]
    assert [bool(each.exchange.deviations) for each in received("ITI-18")] == [
        each == call for each in (1, 2)
    ]
