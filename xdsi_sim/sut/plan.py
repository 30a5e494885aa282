"""Which tests are played, and which are not for this system: all of it is known before anything starts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import Loaded, load_scenario
from xdsi_sim.sut.laying import laid_over
from xdsi_sim.sut.loader import LoadedSystem
from xdsi_sim.sut.needs import addresses, looked_into, new_patients
from xdsi_sim.sut.options import INTERACTIVE, OPTIONS
from xdsi_sim.sut.suites import files_of, shipped
from xdsi_sim.topology.checked import did_you_mean
from xdsi_sim.topology.model import Topology

__all__ = ["OURSELVES", "Plan", "Suite", "Test", "plan_of"]

OURSELVES = "xdsi-sim"
"""Name of the system where no other is tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of a suite."""

    __test__ = False  # of pytest

    id: str
    path: Path
    loaded: Loaded
    skipped: str | None
    """Why it is not played; None where it is."""
    known: str | None
    """What is said of it where it is listed as a known deviation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The tests of one role, on one topology."""

    role: str
    topology: Topology
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is to be played."""

    name: str
    title: str
    suites: tuple[Suite, ...]


def plan_of(
    system: LoadedSystem | None, roles: Sequence[str] = (), tags: Sequence[str] = (), ids: Sequence[str] = ()
) -> Plan:
    """The tests of a system, or of our own actors; of all its roles, or some, and with one of the tags alone.

    Raises UsageError for a role that has no suite or is none of the system's, a tag that no test has, an id
    that is none, and for whatever is wrong in a file.
    """
    suites = tuple(_suite(role, system) for role in _roles(system, roles))
    suites = _chosen(suites, tags, ids)
    if system is None:
        return Plan(name=OURSELVES, title="Actors of xdsi-sim", suites=suites)
    told = system.system
    return Plan(name=told.name, title=told.title or told.name, suites=suites)


def _roles(system: LoadedSystem | None, asked: Sequence[str]) -> tuple[str, ...]:
    known = tuple(shipped())
    played = known if system is None else tuple(system.system.roles.names())
    for role in asked:
        if role not in known:
            raise UsageError(f"there is no suite for a role '{role}'.", hint=did_you_mean(role, known))
        if role not in played:
            raise UsageError(f"the system plays no {role}.", hint=f"Its roles: {', '.join(played)}.")
    return tuple(role for role in known if role in played and (not asked or role in asked))


def _suite(role: str, system: LoadedSystem | None) -> Suite:
    topology = laid_over(role, system)
    tests = tuple(_test(id_, path, topology, system) for id_, path in files_of(role).items())
    return Suite(role=role, topology=topology, tests=tests)


def _test(id_: str, path: Path, topology: Topology, system: LoadedSystem | None) -> Test:
    loaded = replace(load_scenario(path), topology=topology)
    deviations = {} if system is None else system.system.deviations
    skipped = next(_against(loaded, topology, system) if system is not None else _alone(loaded), None)
    return Test(id=id_, path=path, loaded=loaded, skipped=skipped, known=deviations.get(id_))


def _alone(loaded: Loaded) -> Iterator[str]:
    """Why a test is not for our own actors."""
    if INTERACTIVE in loaded.scenario.tags:
        yield "there is no system under test, which somebody could have send anything"


def _against(loaded: Loaded, topology: Topology, system: LoadedSystem) -> Iterator[str]:
    """Why a test is not for this system, or not in this set-up."""
    claimed = system.system.options
    for tag in loaded.scenario.tags:
        if tag in OPTIONS and tag not in claimed:
            yield f"the option {tag} is not claimed"
    for id_ in sorted(looked_into(loaded)):
        if (peer := topology.played_by(id_)) is not None:
            yield f"it looks into the actor '{id_}', which {peer.id} plays"
    yield from _addresses_lacking(loaded, topology)
    for registry, needed in new_patients(loaded).items():
        peer = topology.played_by(registry)
        if peer is not None and not isinstance(peer.patients, str) and len(peer.patients) < needed:
            yield f"it needs {needed} patients, and the file names {len(peer.patients)}"


def _addresses_lacking(loaded: Loaded, topology: Topology) -> Iterator[str]:
    for id_, key, may_be_loaded in addresses(loaded):
        peer = topology.played_by(id_)
        if peer is not None and not (may_be_loaded and peer.studies == "loaded") and not getattr(peer, key):
            yield f"the file tells no '{key}' of the {id_}"


def _chosen(suites: tuple[Suite, ...], tags: Sequence[str], ids: Sequence[str]) -> tuple[Suite, ...]:
    """The tests that have one of the tags, and those of the ids; all, where none is asked for."""
    if not tags and not ids:
        return suites
    tests = [test for suite in suites for test in suite.tests]
    known = {tag for test in tests for tag in test.loaded.scenario.tags}
    for tag in tags:
        if tag not in known:
            raise UsageError(f"no test has the tag '{tag}'.", hint=did_you_mean(tag, known))
    for id_ in ids:
        if id_ not in (every := [test.id for test in tests]):
            raise UsageError(f"there is no test '{id_}'.", hint=did_you_mean(id_, every))
    narrowed = (replace(suite, tests=tuple(_wanted(suite.tests, tags, ids))) for suite in suites)
    return tuple(suite for suite in narrowed if suite.tests)


def _wanted(tests: Sequence[Test], tags: Collection[str], ids: Collection[str]) -> Iterator[Test]:
    return (test for test in tests if test.id in ids or set(test.loaded.scenario.tags) & set(tags))
