"""The adoption checklist, run on the actors of a topology once more: what is under way, what came of it.

A survey moves archives and counts what there is, so that actors that run are no place for it: others would
lose their way to images, and an earlier survey would be judged with this one. The same actors are started
beside them, empty, for as long as it takes. Surveys are jobs (see `jobs`): one is made at a time.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import Final

from xdsi_sim.checklist.gaps import GapReport, gaps_of
from xdsi_sim.checklist.manifests import with_manifests
from xdsi_sim.checklist.reports import write_gaps
from xdsi_sim.checklist.survey import asker_of, observe
from xdsi_sim.dicom.titles import ManifestProfile
from xdsi_sim.inspector.jobs import Job, Jobs
from xdsi_sim.scenario.record import StepRecord
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.topology.within import apart

__all__ = ["Survey", "Surveys"]

_FREE: Final = Listen("127.0.0.1", 0)


@dataclass(slots=True, kw_only=True)
class Survey(Job):
    """One of them."""

    profile: ManifestProfile | None
    """Of the manifests that are made for it; None for those of the topology."""
    declared: str | None
    """The architecture that the deployment calls itself."""
    phases: list[StepRecord] = field(default_factory=list)
    """Those that have ended."""
    report: GapReport | None = None


class Surveys(Jobs[Survey]):
    """All of them on one topology."""

    busy = "the checklist is run already."

    def __init__(self, running: RunningTopology) -> None:
        super().__init__(running.folder / "checklists")
        self._running = running

    def begin(self, profile: ManifestProfile | None = None, declared: str | None = None) -> Survey:
        """Begin one; raises UsageError where nobody could ask, or another one is made now."""
        asker_of(self._running.topology)
        return self._begin(
            lambda number, folder: Survey(number=number, folder=folder, profile=profile, declared=declared)
        )

    def _work(self, job: Survey) -> None:
        job.report = self._made(job)

    def _made(self, survey: Survey) -> GapReport:
        """The report, written; nothing is left of the actors."""
        data = self._running.folder / "spool" / f"checklist-{survey.number}"
        topology = with_manifests(apart(self._running.topology), survey.profile)
        try:
            with start(topology, data, _FREE) as running:
                surveyed = observe(
                    running, declared=survey.declared, tell=survey.phases.append, stop=survey.stop
                )
                report = gaps_of(surveyed)
                write_gaps(report, surveyed.record, survey.folder)
            return report
        finally:
            shutil.rmtree(data, ignore_errors=True)
