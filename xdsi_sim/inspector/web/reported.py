"""What the pages of jobs have in common: how far one is, and the files of its report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from xdsi_sim.inspector.web.asked import Answered, Refused, kept_file
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.scenario.reports.message_files import FOLDER

if TYPE_CHECKING:
    from xdsi_sim.inspector.jobs import Job, Jobs

T = TypeVar("T", bound="Job")

__all__ = ["job_of", "message_file", "so_far", "whole_page"]

_MESSAGE: Final = re.compile(r"[0-9]{4,}-(?:request|response)\.(?:txt|dcm|bin)")


def job_of(jobs: Jobs[T], number: str, kind: str) -> T:
    """The one of a number; raises Refused, where none of that `kind` has it."""
    found = jobs.numbered(number)
    if found is None:
        raise Refused(404, f"There is no such {kind}.", "The last twenty since the start are kept.")
    return found


def so_far(inspected: Inspected, template: str, job: Job, **values: Any) -> Answered:
    """What has come of a job alone, for who has the page; a header tells whether it goes on."""
    over = job.over  # before the template looks at it: what comes in between is in the next answer
    told = inspected.page(template, **values)
    return Answered(segments=told.segments, headers=(("Inspector-Over", "yes" if over else "no"),))


def whole_page(folder: Path, name: str, policy: str) -> Answered:
    """A page of a report, which may do what it allows itself by its Content-Security-Policy."""
    headers = (("Content-Security-Policy", f"{policy}; frame-ancestors 'none'"),)
    return Answered(segments=[kept_file(folder, name)], headers=headers)


def message_file(folder: Path, name: str) -> Answered:
    """The body of a message of which the report in `folder` tells; raises Refused for any other name."""
    if not _MESSAGE.fullmatch(name):
        raise Refused(404, "There is no such file.")
    return Answered.download(name, [kept_file(folder, f"{FOLDER}/{name}")])
