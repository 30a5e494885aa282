"""A server that is killed in the middle has every submission it acknowledged, and no half one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from a_domain import FILE, everything, provide, provision, response_of
from submissions import PATIENT
from wire import message, post, send

from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest

BIG = bytes(100_000)


def up(folder: Path, workers: int) -> tuple[subprocess.Popen[str], dict[str, str]]:
    path = folder / "domain.yaml"
    path.write_text(FILE, encoding="utf-8")
    command = [sys.executable, "-m", "xdsi_sim", "up", str(path), "--json", "--listen", "127.0.0.1:0"]
    command += ["--data", str(folder / "data"), "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    return process, {actor["id"]: actor["url"] for actor in told["actors"]}


def submit(url: str, numbers: range, acknowledged: set[int]) -> None:
    """Send until the server is gone; every third document is large enough for a file."""
    for number in numbers:
        try:
            answer = provide(url, provision(number, BIG if number % 3 == 0 else b"text"))
        except (ConnectionError, OSError):
            return
        if status_name(response_of(answer).status) == "Success":
            acknowledged.add(number)


def retrieved(url: str, uniqueIds: list[str]) -> int:
    requests = tuple(
        DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=uid) for uid in uniqueIds
    )
    answer = send(url, post(url, *message(url, "ITI-43", RetrieveDocumentSetRequest(requests=requests))))
    return answer.body.count(b"<xds:DocumentResponse>")


def worker_of(pid: int) -> int:
    """A process that serves beside this one; itself where there is none."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = listed.read_text(encoding="ascii").split() if listed.is_file() else []
    workers = [one for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return int(workers[0]) if workers else pid


@pytest.mark.parametrize(("workers", "killed"), [(1, int), (2, int), (2, worker_of)])
def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half(
    tmp_path: Path, workers: int, killed: Callable[[int], int]
) -> None:
    acknowledged: set[int] = set()
    for round_ in range(3):
        process, urls = up(tmp_path, workers)
        threads = [
            threading.Thread(
                target=submit,
                args=(
                    urls["repository"],
                    range(base := 1 + round_ * 10_000 + lane * 1000, base + 1000),
                    acknowledged,
                ),
            )
            for lane in range(4)
        ]
        for thread in threads:
            thread.start()
        before = len(acknowledged)
        while len(acknowledged) < before + 12 + 7 * round_:
            time.sleep(0.001)
        os.kill(killed(process.pid), signal.SIGKILL)
        process.wait()
        for thread in threads:
            thread.join()
        if process.stdout is not None:
            process.stdout.close()
    process, urls = up(tmp_path, workers)
    found = everything(urls["registry"], PATIENT).objects
    uniqueIds = [entry.uniqueId or "" for entry in found.documentEntries]
    numbers = {int(uid.rpartition(".")[2]) for uid in uniqueIds}
    assert acknowledged <= numbers
    assert len(numbers) == len(uniqueIds)
    assert len(found.submissionSets) == len(found.associations) == len(uniqueIds)
    assert retrieved(urls["repository"], uniqueIds) == len(uniqueIds)
    lost = [f"2.999.2.{number}" for number in range(1, 31_000) if number not in numbers][:5000]
    assert sum(retrieved(urls["repository"], lost[at : at + 500]) for at in range(0, len(lost), 500)) == 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    if process.stdout is not None:
        process.stdout.close()
