"""Faults that are planted in the actor under test, to see which tests of its suite notice.

`python tests/planted.py` prints the tables of `docs/suites.md`, to be put after the mark of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from a_suite import files_of, on_our_actors, played

from xdsi_sim.deviations.catalogue import deviation_named
from xdsi_sim.deviations.switches import Setting
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.topology.build import RunningTopology

__all__ = ["PLANTED", "noticed", "table"]

PLANTED = {
    "imaging-document-source": (
        "relates-to-wrong",
        "base64-in-envelope",
        "success-with-error",
        "error-without-location",
        "home-unasked",
        "document-repository-wrong",
        "document-left-out",
        "study-uid-changed",
        "image-of-another-patient",
        "image-cut",
        "image-left-out",
    ),
    "responding-gateway": (
        "action-wrong",
        "packed-for-plain",
        "part-missing",
        "error-without-location",
        "objects-for-references",
        "entry-of-another-patient",
        "entry-uuid-changing",
        "hash-of-another",
        "home-of-entry-missing",
        "home-missing",
        "document-id-wrong",
        "document-changed",
    ),
    "responding-imaging-gateway": (
        "addressing-missing",
        "base64-in-envelope",
        "status-short",
        "home-missing",
        "document-repository-wrong",
        "document-twice",
        "study-uid-changed",
        "image-cut",
    ),
    "initiating-gateway": (
        "action-of-request",
        "packed-for-plain",
        "partial-without-error",
        "objects-for-references",
        "entry-of-another-patient",
        "repository-unknown",
        "home-of-another",
        "home-unasked",
        "document-left-out",
        "document-page",
    ),
    "initiating-imaging-gateway": (
        "relates-to-missing",
        "part-unreferenced",
        "success-with-error",
        "home-unasked",
        "document-id-wrong",
        "image-of-another-patient",
    ),
}
"""By role, which of the catalogue: each is noticed by some of the tests, and by those alone."""


def noticed(role: str, running: RunningTopology) -> dict[str, list[str]]:
    """By deviation, the ids of the tests that fail."""
    return {id_: list(_failing(role, id_, running)) for id_ in PLANTED[role]}


def _failing(role: str, deviation: str, running: RunningTopology) -> Iterator[str]:
    switch = running.faults.on(Setting(actor=role, deviation=deviation), "planted")
    try:
        for path in files_of(role):
            record = played(path, running)
            assert record.verdict in (Verdict.PASS, Verdict.FAIL), record
            if record.verdict is Verdict.FAIL:
                yield record.scenario
    finally:
        running.faults.off(switch.number)


def table(role: str, running: RunningTopology) -> str:
    """The rows of a role, in Markdown."""
    rows = (
        f"| `{id_}` | {deviation_named(id_).text} | {', '.join(tests)} |"
        for id_, tests in noticed(role, running).items()
    )
    return "\n".join((f"### {role}", "", "| Fault | What is wrong | Tests that fail |", "|---|---|---|", *rows))


if __name__ == "__main__":
    for each in PLANTED:
        with TemporaryDirectory() as folder, on_our_actors(each, Path(folder)) as started:
            print(table(each, started), end="\n\n")
