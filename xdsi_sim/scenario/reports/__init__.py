"""Reports of a run: one record in, a folder out that can be mailed, archived and opened anywhere."""

from __future__ import annotations

from xdsi_sim.scenario.reports.writer import FORMATS, write_reports

__all__ = ["FORMATS", "write_reports"]
