from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from a_domain import everything, provide, provision, response_of, topology
from submissions import PATIENT
from wire import get

from xdsi_sim.errors import CannotRun
from xdsi_sim.messages.response import status_name
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.workers import Workers, _Worker

FREE = Listen("127.0.0.1", 0)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[RunningTopology]:
    with start(topology(), tmp_path / "data", FREE, shared=True) as running:
        yield running


def test_a_worker_answers_where_the_first_process_did_with_what_that_was_told(
    first: RunningTopology,
) -> None:
    registry, repository = first.url_of("registry"), first.url_of("repository")
    with Workers(first, 1, lambda: None):
        answers = [provide(repository, provision(number)) for number in range(1, 6)]
        first._listening.close()  # from now on the worker is alone
        answers += [provide(repository, provision(number)) for number in range(6, 11)]
        assert {status_name(response_of(answer).status) for answer in answers} == {"Success"}
        assert len(everything(registry, PATIENT).objects.documentEntries) == 10
    transactions = [exchange.transaction for exchange in first.exchanges()]
    assert sorted(transactions) == sorted(["ITI-41", "ITI-42"] * 10 + ["ITI-18"])


def test_a_worker_that_is_lost_is_told_of(first: RunningTopology) -> None:
    lost = threading.Event()
    workers = Workers(first, 2, lost.set)
    os.kill(workers._workers[0].process.pid or 0, signal.SIGKILL)
    assert lost.wait(20)
    with pytest.raises(CannotRun, match=r"ended by SIGKILL\. .*Start again"), workers:
        pass
    assert workers._workers[1].process.exitcode == 0
    assert get(f"{first.url_of('registry')}?wsdl").status == 200


def test_what_goes_wrong_meanwhile_is_not_hidden_by_a_worker_that_is_lost(first: RunningTopology) -> None:
    def fail() -> None:
        with Workers(first, 1, lambda: None) as workers:
            os.kill(workers._workers[0].process.pid or 0, signal.SIGKILL)
            workers._workers[0].process.join()
            raise KeyError

    with pytest.raises(KeyError):
        fail()


def test_a_worker_that_cannot_start_says_why(first: RunningTopology, tmp_path: Path) -> None:
    (tmp_path / "data" / "registry" / "registry.db.turn").unlink()
    (tmp_path / "data" / "registry" / "registry.db.turn").mkdir()
    with pytest.raises(CannotRun, match=r"a worker could not start: .*registry.*cannot be used"):
        Workers(first, 1, lambda: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_is_being_started_is_ended_by_the_first_process_alone(
    first: RunningTopology, number: signal.Signals
) -> None:
    worker = _Worker(first)
    try:
        os.kill(worker.process.pid or 0, number)
        worker.wait()  # raises where it has ended
    finally:
        worker.stop()
        worker.end()
    assert worker.process.exitcode == 0
    assert number not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
