from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector import jobs as module
from xdsi_sim.inspector.jobs import Job, Jobs
from xdsi_sim.scenario.stage import StepFailed

LONG = 30.0
"""Seconds: more than any test waits."""


@dataclass(slots=True, kw_only=True)
class Errand(Job):
    free: threading.Event = field(default_factory=threading.Event)
    raises: Exception | None = None


class Errands(Jobs[Errand]):
    busy = "another errand is done now."

    def begin(self, raises: Exception | None = None) -> Errand:
        return self._begin(lambda number, folder: Errand(number=number, folder=folder, raises=raises))

    def done(self, raises: Exception | None = None) -> Errand:
        errand = self.begin(raises)
        errand.free.set()
        self.wait()
        return errand

    def wait(self) -> None:
        assert self._thread is not None
        self._thread.join(LONG)
        assert not self._thread.is_alive()

    def _work(self, job: Errand) -> None:
        while not job.free.wait(0.01):
            job.stop.check()
        if job.raises is not None:
            raise job.raises


def test_one_is_done_at_a_time_and_numbers_go_on(tmp_path: Path) -> None:
    (tmp_path / "0007").mkdir()
    errands = Errands(tmp_path)
    first = errands.begin()
    with pytest.raises(UsageError, match="another errand"):
        errands.begin()
    first.free.set()
    errands.wait()
    second = errands.done()
    assert [(each.number, each.over, each.trouble) for each in errands.last()] == [
        (9, True, None),
        (8, True, None),
    ]
    assert (second.folder, errands.numbered("8")) == (tmp_path / "0009", first)
    assert errands.numbered("7") is None


def test_the_last_twenty_are_listed(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    for _ in range(22):
        errands.done()
    assert [each.number for each in errands.last()] == list(range(22, 2, -1))


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (UsageError("nobody is there.", hint="Start one."), "nobody is there. Start one."),
        (StepFailed("no"), "StepFailed: no"),
        (RuntimeError("broken"), "RuntimeError: broken"),
    ],
)
def test_what_goes_wrong_is_told(tmp_path: Path, raised: Exception, told: str) -> None:
    errand = Errands(tmp_path).done(raised)
    assert (errand.trouble, errand.over) == (told, True)


def test_what_is_under_way_ends_with_them_and_nothing_more_begins(tmp_path: Path) -> None:
    errands = Errands(tmp_path)
    errand = errands.begin()
    errands.close()
    assert (errand.over, errand.trouble) == (True, "It was ended with the actors.")
    with pytest.raises(UsageError, match="about to end"):
        errands.begin()


def test_what_hangs_is_left_behind_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Deaf(Errands):
        def _work(self, job: Errand) -> None:
            job.free.wait(LONG)

    monkeypatch.setattr(module, "_GRACE", 0.01)
    errands = Deaf(tmp_path / "errands")
    errand = errands.begin()
    with caplog.at_level(logging.WARNING):
        errands.close()
    assert (errand.over, caplog.messages) == (False, ["errands 1 has not ended within 0.01 s"])
    errand.free.set()
    errands.wait()
