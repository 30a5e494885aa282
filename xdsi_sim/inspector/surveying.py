"""The adoption checklist, run on the actors of a topology once more: what is under way, what came of it.

A survey moves archives and counts what there is, so that actors that run are no place for it: others would
lose their way to images, and an earlier survey would be judged with this one. The same actors are started
beside them, empty, for as long as it takes. One survey is made at a time, in a thread of its own.
"""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xdsi_sim.checklist.gaps import GapReport, gaps_of
from xdsi_sim.checklist.manifests import with_manifests
from xdsi_sim.checklist.reports import write_gaps
from xdsi_sim.checklist.survey import asker_of, observe
from xdsi_sim.dicom.titles import ManifestProfile
from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.numbered import folder_of, next_number
from xdsi_sim.scenario.record import StepRecord
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.within import apart

__all__ = ["Survey", "Surveys"]

_LOG: Final = logging.getLogger(__name__)
_MOST: Final = 20
"""Surveys that are listed; files of older ones stay."""
_FREE: Final = Listen("127.0.0.1", 0)


@dataclass(slots=True, kw_only=True)
class Survey:
    """One of them."""

    number: int
    folder: Path
    """Where its report is, once it has one."""
    profile: ManifestProfile | None
    """Of the manifests that are made for it; None for those of the topology."""
    declared: str | None
    """The architecture that the deployment calls itself."""
    phases: list[StepRecord] = field(default_factory=list)
    """Those that have ended."""
    report: GapReport | None = None
    trouble: str | None = None
    """Why there is no report."""

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self.report is not None or self.trouble is not None


class Surveys:
    """All of them on one topology."""

    def __init__(self, running: RunningTopology) -> None:
        self._running = running
        self._lock = threading.Lock()
        self._surveys: list[Survey] = []
        self._folder = running.folder / "checklists"

    def surveys(self) -> tuple[Survey, ...]:
        """The last ones, the newest first."""
        return tuple(reversed(self._surveys))

    def survey(self, number: str) -> Survey | None:
        """The one of a number."""
        return next((one for one in self._surveys if str(one.number) == number), None)

    def begin(self, profile: ManifestProfile | None = None, declared: str | None = None) -> Survey:
        """Begin one; raises UsageError where nobody could ask, or another one is made now."""
        asker_of(self._running.topology)
        with self._lock:
            if any(not one.over for one in self._surveys):
                raise UsageError("the checklist is run already.", hint="Wait for its end.")
            number = next_number(self._folder, (one.number for one in self._surveys))
            folder = folder_of(self._folder, number)
            survey = Survey(number=number, folder=folder, profile=profile, declared=declared)
            self._surveys = [*self._surveys[1 - _MOST :], survey]
        name = f"checklist {number}"
        threading.Thread(target=self._make, args=(survey,), name=name, daemon=True).start()
        return survey

    def _make(self, survey: Survey) -> None:
        try:
            survey.report = self._made(survey)
        except UsageError as error:
            survey.trouble = f"{error.message} {error.hint or ''}".strip()
        except Exception as error:  # noqa: BLE001  whatever it is, who looks has to hear of the end
            _LOG.exception("checklist %d failed", survey.number)
            survey.trouble = f"{type(error).__name__}: {error}"

    def _made(self, survey: Survey) -> GapReport:
        """The report, written; nothing is left of the actors."""
        data = self._running.folder / "spool" / f"checklist-{survey.number}"
        topology = with_manifests(apart(self._running.topology), survey.profile)
        try:
            with start(topology, data, _FREE) as running:
                surveyed = observe(running, declared=survey.declared, tell=survey.phases.append)
                report = gaps_of(surveyed)
                write_gaps(report, surveyed.record, survey.folder)
            return report
        finally:
            shutil.rmtree(data, ignore_errors=True)
