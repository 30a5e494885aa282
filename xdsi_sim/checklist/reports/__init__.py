"""The gap report on disk: for people, for programs and for spreadsheets, with the messages beside it."""

from xdsi_sim.checklist.reports.writer import write_gaps

__all__ = ["write_gaps"]
