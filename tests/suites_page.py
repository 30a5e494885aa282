"""The tables of `docs/suites.md`: all tests of the suites, and which of them see which faults.

`python tests/suites_page.py` prints them, to be put below the words of the page. Each fault is switched on in
the actor under test, and the suite of its role is played: those that see it are the tests that fail.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.sut.bench import play_tests
from xdsi_sim.sut.plan import Plan, plan_of
from xdsi_sim.sut.results import Outcome, TestResult
from xdsi_sim.sut.suites import files_of, shipped, topology_of
from xdsi_sim.sut.telling import Untold
from xdsi_sim.topology.fault import Fault
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.model import Topology
from xdsi_sim.vocab import TRANSACTIONS

__all__ = ["FAULTS", "fault_row", "table_of_tests"]

FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "registry": (
        ("http-500", "ITI-42"),
        ("relates-to-wrong", "ITI-18"),
        ("success-with-error", "ITI-42"),
        ("partial-submission", "ITI-42"),
        ("failure-with-objects", "ITI-18"),
        ("XDSRegistryMetadataError", "ITI-42"),
        ("XDSRegistryError", "ITI-57"),
        ("XDSRegistryError", "ITI-62"),
        ("XDSRegistryError", "ITI-61"),
        ("XDSTooManyResults", "ITI-51"),
        ("objects-none", "ITI-18"),
        ("object-left-out", "ITI-18"),
        ("object-twice", "ITI-18"),
        ("references-for-objects", "ITI-18"),
        ("objects-for-references", "ITI-18"),
        ("entry-of-another-patient", "ITI-18"),
        ("entry-deprecated", "ITI-18"),
        ("attribute-missing", "ITI-18"),
        ("status-of-entry-missing", "ITI-18"),
        ("hash-of-another", "ITI-18"),
        ("unique-id-of-another", "ITI-18"),
        ("repository-unknown", "ITI-18"),
        ("entry-uuid-changing", "ITI-18"),
        ("part-without-id", "ITI-18"),
    ),
    "repository": (
        ("http-503", "ITI-41"),
        ("fault-receiver", "ITI-43"),
        ("relates-to-missing", "ITI-43"),
        ("part-missing", "ITI-43"),
        ("part-cut", "ITI-43"),
        ("plain-for-packed", "ITI-43"),
        ("success-with-error", "ITI-41"),
        ("failure-with-documents", "ITI-43"),
        ("partial-without-error", "ITI-43"),
        ("error-without-location", "ITI-43"),
        ("XDSRepositoryError", "ITI-86"),
        ("document-repository-wrong", "ITI-43"),
        ("document-id-wrong", "ITI-43"),
        ("document-unasked", "ITI-43"),
        ("document-twice", "ITI-43"),
        ("document-left-out", "ITI-43"),
        ("new-id-for-stable", "ITI-43"),
        ("document-changed", "ITI-43"),
        ("document-page", "ITI-43"),
        ("media-type-wrong", "ITI-43"),
    ),
    "imaging-document-source": (
        ("relates-to-wrong", "RAD-69"),
        ("base64-in-envelope", "RAD-69"),
        ("success-with-error", "RAD-69"),
        ("error-without-location", "RAD-69"),
        ("home-unasked", "RAD-69"),
        ("document-repository-wrong", "RAD-69"),
        ("document-left-out", "RAD-69"),
        ("study-uid-changed", "RAD-69"),
        ("image-of-another-patient", "RAD-69"),
        ("image-cut", "RAD-69"),
        ("image-left-out", "WADO-RS"),
        ("instance-uid-changed", "RAD-55"),
    ),
    "responding-gateway": (
        ("action-wrong", "ITI-38"),
        ("packed-for-plain", "ITI-38"),
        ("objects-for-references", "ITI-38"),
        ("entry-of-another-patient", "ITI-38"),
        ("entry-uuid-changing", "ITI-38"),
        ("hash-of-another", "ITI-38"),
        ("home-of-entry-missing", "ITI-38"),
        ("part-missing", "ITI-39"),
        ("error-without-location", "ITI-39"),
        ("home-missing", "ITI-39"),
        ("document-id-wrong", "ITI-39"),
        ("document-changed", "ITI-39"),
    ),
    "responding-imaging-gateway": (
        ("addressing-missing", "RAD-75"),
        ("base64-in-envelope", "RAD-75"),
        ("status-short", "RAD-75"),
        ("home-missing", "RAD-75"),
        ("document-repository-wrong", "RAD-75"),
        ("study-uid-changed", "RAD-75"),
        ("image-cut", "RAD-75"),
    ),
    "initiating-gateway": (
        ("action-of-request", "ITI-18"),
        ("packed-for-plain", "ITI-18"),
        ("objects-for-references", "ITI-18"),
        ("entry-of-another-patient", "ITI-18"),
        ("repository-unknown", "ITI-18"),
        ("home-of-another", "ITI-18"),
        ("partial-without-error", "ITI-43"),
        ("home-unasked", "ITI-43"),
        ("document-left-out", "ITI-43"),
        ("document-page", "ITI-43"),
    ),
    "initiating-imaging-gateway": (
        ("relates-to-missing", "RAD-69"),
        ("part-unreferenced", "RAD-69"),
        ("success-with-error", "RAD-69"),
        ("home-unasked", "RAD-69"),
        ("document-id-wrong", "RAD-69"),
        ("image-of-another-patient", "RAD-69"),
    ),
}
"""By role: a deviation, and the transaction whose answers are wrong."""
UNREAD = "unread"
"""The transaction of a message that our client cannot read: the actor may read what it likes in it."""
KNOWN = {name.partition(" ")[0] for name in TRANSACTIONS} | {"RAD-55", "WADO-RS"}
_RUN = 3
"""So many tests one after the other are told as from the first to the last."""


def table_of_tests(role: str) -> Iterator[str]:
    """All tests of a suite, in Markdown."""
    yield from ("| Test | Purpose | Tags | Source |", "|---|---|---|---|")
    for id_, path in files_of(role).items():
        scenario = load_scenario(path).scenario
        yield f"| `{id_}` | {scenario.title} | {', '.join(scenario.tags)} | {scenario.cites} |"


def faults_table(role: str, folder: Path) -> Iterator[str]:
    """Each fault with the tests that see it, in Markdown."""
    yield from ("| Fault | In the answers to | Tests that fail |", "|---|---|---|")
    for number, fault in enumerate(FAULTS[role]):
        yield fault_row(role, *fault, folder / f"{role}-{number}")


def fault_row(role: str, deviation: str, transaction: str, folder: Path) -> str:
    """One fault with the tests that see it."""
    seen = _listed(role, seen_by(role, deviation, transaction, folder))
    return f"| `{deviation}` | {transaction} | {', '.join(seen) or 'none'} |"


def seen_by(role: str, deviation: str, transaction: str, folder: Path) -> tuple[str, ...]:
    """Ids of the tests that fail where the actor under test has a fault.

    A test that asks it for nothing of the transaction cannot, and is not played.
    """
    plan = _plan(role)
    (suite,) = plan.suites
    topology = _faulty(role, Fault(deviation=deviation, transaction=transaction))
    asking = tuple(test for test in suite.tests if not {transaction, UNREAD}.isdisjoint(_asks(role)[test.id]))
    faulty = replace(suite, topology=topology, tests=asking)
    run = play_tests(replace(plan, suites=(faulty,)), folder, Untold(), listen=Listen("127.0.0.1", 0))
    wrong = [result for result in run.results if result.outcome not in (Outcome.PASS, Outcome.SKIPPED)]
    assert {result.outcome for result in wrong} <= {Outcome.FAIL}, [result.reason for result in wrong]
    return tuple(result.id for result in wrong)


@cache
def _plan(role: str) -> Plan:
    return plan_of(None, [role])


@cache
def _asks(role: str) -> Mapping[str, set[str]]:
    """By test, of which transactions the actor under test gets messages."""
    with tempfile.TemporaryDirectory() as folder:
        run = play_tests(_plan(role), Path(folder), Untold(), listen=Listen("127.0.0.1", 0))
    return {result.id: set(_asked(role, result)) for result in run.results}


def _asked(role: str, result: TestResult) -> Iterator[str]:
    for exchange in result.run.exchanges if result.run is not None else ():
        if exchange.receiver == role:
            yield exchange.transaction if exchange.transaction in KNOWN else UNREAD


def _faulty(role: str, fault: Fault) -> Topology:
    """The topology of a suite in which the actor under test answers wrongly."""
    topology = load_topology(topology_of(role))
    placed = topology.find(role)
    actor = placed.actor.model_copy(update={"faults": (fault,)})
    place = next(place for place, each in placed.community.actors() if each is placed.actor)
    value = actor
    if len(place) == 2:  # it is one of a list
        several = list(getattr(placed.community, str(place[0])))
        several[int(place[1])] = actor
        value = tuple(several)
    community = placed.community.model_copy(update={str(place[0]): value})
    communities = tuple(community if each is placed.community else each for each in topology.communities)
    return topology.model_copy(update={"communities": communities})


def _listed(role: str, seen: Sequence[str]) -> Iterator[str]:
    """Ids in words: all of them, or those that follow each other from the first to the last."""
    every = list(files_of(role))
    if list(seen) == every:
        yield "all"
        return
    for _, group in groupby(enumerate(seen), key=lambda item: every.index(item[1]) - item[0]):
        ids = [id_ for _, id_ in group]
        yield from (f"{ids[0]} to {ids[-1]}",) if len(ids) >= _RUN else ids


def page(folder: Path) -> str:
    """All of it, in Markdown."""
    return "\n".join(_lines(folder))


def _lines(folder: Path) -> Iterator[str]:
    for role in shipped():
        yield from (f"## {role}", "", *table_of_tests(role), "")
        if role in FAULTS:
            yield from (f"### Faults that the suite of the {role} sees", "", *faults_table(role, folder), "")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write(page(Path(name)))
