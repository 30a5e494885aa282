"""Reports over all tests of a call; each test that was played has the report of its own beside it."""

from __future__ import annotations

from xdsi_sim.sut.reports.writer import FORMATS, write_reports

__all__ = ["FORMATS", "write_reports"]
