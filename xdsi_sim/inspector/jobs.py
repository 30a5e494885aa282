"""What takes a while and is begun on a page: one job at a time, in a thread of its own, and what came of it.

Whoever asks how far one is waits for nothing.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Generic, TypeVar

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.numbered import folder_of, next_number
from xdsi_sim.scenario.making import Stop
from xdsi_sim.scenario.stage import Cut

__all__ = ["Job", "Jobs"]

_LOG: Final = logging.getLogger(__name__)
_MOST: Final = 20
"""Jobs that are listed; the files of older ones stay."""
_GRACE: Final = 10.0
"""Seconds in which one that is to end may do so: a step that waits for a silent peer would take longer."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One of them."""

    number: int
    folder: Path
    """Where its report is, once it has one."""
    stop: Stop = field(default_factory=Stop)
    """Set where it is to end before its time."""
    trouble: str | None = None
    """Why there is no report."""
    over: bool = False
    """Whether nothing more comes."""


T = TypeVar("T", bound=Job)


class Jobs(ABC, Generic[T]):
    """All of a kind on one topology. Close them before it: what is under way then ends."""

    busy: ClassVar[str]
    """What is told to who wants a second one at the same time."""

    def __init__(self, folder: Path) -> None:
        """Each has a folder of its own below this one."""
        self._folder = folder
        self._lock = threading.Lock()
        self._jobs: list[T] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    @abstractmethod
    def _work(self, job: T) -> None:
        """Do it to its end, or until it is told to stop; whatever this raises becomes its trouble."""

    def last(self) -> tuple[T, ...]:
        """Those that are listed, the newest first."""
        return tuple(reversed(self._jobs))

    def numbered(self, number: str) -> T | None:
        """The one of a number."""
        return next((job for job in self._jobs if str(job.number) == number), None)

    def _begin(self, make: Callable[[int, Path], T]) -> T:
        """Begin one that is made of its number and folder; raises UsageError where one is under way."""
        with self._lock:
            if self._closed:
                raise UsageError("the actors are about to end.")
            if any(not job.over for job in self._jobs):
                raise UsageError(self.busy, hint="Wait for its end.")
            number = next_number(self._folder, (job.number for job in self._jobs))
            job = make(number, folder_of(self._folder, number))
            self._jobs = [*self._jobs[1 - _MOST :], job]
            name = f"{self._folder.name} {number}"
            self._thread = threading.Thread(target=self._done, args=(job,), name=name, daemon=True)
            self._thread.start()
        return job

    def _done(self, job: T) -> None:
        try:
            self._work(job)
        except Cut:
            job.trouble = "It was ended with the actors."
        except UsageError as error:
            job.trouble = str(error)
        except Exception as error:  # noqa: BLE001  whatever it is, who looks has to hear of the end
            _LOG.exception("%s %d failed", self._folder.name, job.number)
            job.trouble = f"{type(error).__name__}: {error}"
        finally:
            job.over = True

    def close(self) -> None:
        """End what is under way and begin nothing more; what hangs is left behind after a while."""
        with self._lock:
            self._closed = True
        for job in self._jobs:
            job.stop.set()
        if self._thread is not None:
            self._thread.join(_GRACE)
            if self._thread.is_alive():
                _LOG.warning("%s has not ended within %g s", self._thread.name, _GRACE)
