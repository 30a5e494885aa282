"""What grows with the registry, with the answer and with the number of processes."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.bench import floors, load, messages, registry
from tests.bench.running import Row, Up, command, up
from tests.bench.wrk import rate, wrk_program

__all__ = ["answer_rows", "bulk_rows", "growth_rows", "rule_rows", "worker_rows"]

_PATIENT: Final = "{}^^^&2.999.10.1&ISO"
_CONNECTIONS: Final = 16
_ROUNDS: Final = 5
_SUBMISSIONS: Final = 300
_QUERIES: Final = 1000
_TIMED: Final = 1000
_STARTS: Final = 5
_BULK: Final = 600  # submissions of 100 entries
_UNRULED: Final = ("tests/bench/unruled.py",)


def _median(rounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sorted(rounds, key=lambda pair: pair[0] / pair[1])[len(rounds) // 2]


def _in_turn(first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float]:
    """Both, one right after the other, several times: the pair with the median ratio."""
    first(), second()
    return _median([(first(), second()) for _ in range(_ROUNDS)])


def _submissions(running: Up) -> float:
    made = messages.submissions(running.urls["repository"], _PATIENT.format("S1"), _SUBMISSIONS)
    rate, answers = load.play(running.address("repository"), made, _CONNECTIONS)
    if any(b"ResponseStatusType:Success" not in answer for answer in answers):
        raise RuntimeError("a submission was refused")
    return rate


def _queries(running: Up, query: bytes) -> float:
    made = [messages.fresh(query) for _ in range(_QUERIES)]
    return load.play(running.address("registry"), made, _CONNECTIONS)[0]


def _at_least(what: str, figure: float, floor: float, must: float, unit: str = "/s") -> Row:
    ratio = figure / floor
    return Row(what, f"{figure:,.0f}{unit}", f"{floor:,.0f}{unit}", ratio, f"≥ {must}", ratio >= must)


def _at_most(what: str, figure: float, floor: float, must: float) -> Row:
    """Of seconds."""
    ratio = figure / floor
    shown = (f"{seconds * 1e3:.3g} ms" for seconds in (figure, floor))
    return Row(what, *shown, ratio, f"≤ {must}", ratio <= must)


# --- processes -------------------------------------------------------------------------------


def worker_rows(work: Path) -> Iterator[Row]:
    """Two processes against one, the load on the same two cores: by wrk, where it is installed."""
    with up(work / "alone") as alone, up(work / "two", "--workers", "2") as two:
        _submissions(two), _submissions(alone)
        figures = _in_turn(lambda: _submitted(two, work), lambda: _submitted(alone, work))
        yield _at_least("ITI-41, 2 processes ÷ 1", *figures, 1.2)
        for running in (alone, two):
            made = messages.submissions(running.urls["repository"], _PATIENT.format("Q1"), 10)
            load.play(running.address("repository"), made, 1)
        asked = {
            running: messages.find_documents(running.urls["registry"], _PATIENT.format("Q1"))
            for running in (alone, two)
        }
        _queries(two, asked[two]), _queries(alone, asked[alone])
        figures = _in_turn(lambda: _asked(two, asked[two], work), lambda: _asked(alone, asked[alone], work))
        yield _at_least("FindDocuments, 2 processes ÷ 1", *figures, 1.6)


def _submitted(running: Up, work: Path) -> float:
    program, url = wrk_program(), running.urls["repository"]
    if program is None:
        return _submissions(running)
    return rate(program, url, *messages.template(url, _PATIENT.format("S1")), _CONNECTIONS, work)


def _asked(running: Up, query: bytes, work: Path) -> float:
    program = wrk_program()
    if program is None:
        return _queries(running, query)
    marks = (messages.message_id(query),)
    return rate(program, running.urls["registry"], query, marks, _CONNECTIONS, work)


def rule_rows(work: Path) -> Iterator[Row]:
    """A submission with all rules against one that nobody judges."""
    with up(work / "ruled") as ruled, up(work / "unruled", program=_UNRULED) as unruled:
        seconds = _in_turn(lambda: 1 / _submissions(ruled), lambda: 1 / _submissions(unruled))
        yield _at_most("ITI-41, all rules ÷ none", *seconds, 3)


# --- answers ---------------------------------------------------------------------------------


def answer_rows(work: Path) -> Iterator[Row]:
    """What an answer costs beyond finding it."""
    data = work / "answers"
    with up(data) as running:
        url, address = running.urls["repository"], running.address("registry")
        for patient, count in (("T1", 10), ("T2", 1000)):
            made = messages.submissions(url, _PATIENT.format(patient), count)
            load.play(running.address("repository"), made, _CONNECTIONS)
        leaf, refs = (
            messages.find_documents(running.urls["registry"], _PATIENT.format("T1"), return_type)
            for return_type in ("LeafClass", "ObjectRef")
        )
        seconds = _in_turn(lambda: 1 / _queries(running, leaf), lambda: 1 / _queries(running, refs))
        yield _at_most("LeafClass of 10 ÷ ObjectRef", *seconds, 1.5)
        large = messages.find_documents(running.urls["registry"], _PATIENT.format("T2"))

        def answered() -> float:
            rate, answers = load.play(address, [messages.fresh(large) for _ in range(20)], 2)
            if answers[0].count(b"<rim:ExtrinsicObject") != 1000:
                raise RuntimeError("FindDocuments did not give the thousand entries")
            return rate * len(answers[0]) / 1e6

        floor = data / "registry" / "registry.db", _PATIENT.format("T2")
        figures = _in_turn(answered, lambda: floors.joined(*floor))
        yield _at_least("LeafClass of 1,000 entries", *figures, 0.3, " MB/s")


# --- the size of the registry ----------------------------------------------------------------


def bulk_rows(work: Path) -> Iterator[Row]:
    """`xdsi-sim load` against the same rows in one commit, nothing read and nothing judged.

    So many entries in one load, and not a few in several, that starting its processes is a small part of it.
    """
    patient, saved = _PATIENT.format("L1"), work / "saved.xml"
    with saved.open("wb") as file:  # half a gigabyte
        file.writelines(registry.submit_objects(number, patient, 100) + b"\n" for number in range(_BULK))
    some = [registry.submit_objects(number, patient, 100) for number in range(50)]
    databases = [work / f"one-commit-{number}.db" for number in range(4)]
    before = [floors.one_commit(some, path) for path in databases[:2]]
    began = time.perf_counter()
    command("load", "--metadata", str(saved), "--data", str(work / "load"), "--workers", "2")
    rate = 100 * _BULK / (time.perf_counter() - began)
    after = [floors.one_commit(some, path) for path in databases[2:]]
    yield _at_least("bulk load, entries", rate, statistics.median(before + after), 0.4)


def growth_rows(work: Path, blocks: int) -> Iterator[Row]:
    """A registry of many blocks of patients against one of a single block, and starting with it."""
    small, large = work / "block", work / "blocks"
    registry.fill(small, 1)
    began = time.perf_counter()
    registry.fill(large, blocks)
    entries = blocks * registry.ENTRIES
    print(f"{entries:,} entries made in {time.perf_counter() - began:.0f} s", flush=True)
    with up(small, "--no-log") as few, up(large, "--no-log") as many:
        seconds = _in_turn(
            lambda: _p99(many, blocks * registry.PATIENTS), lambda: _p99(few, registry.PATIENTS)
        )
    yield _at_most(f"p99 at {entries:,} ÷ 10,000", *seconds, 1.5)
    empty = work / "none"
    _start(empty), _start(large)
    starts = [(_start(large), _start(empty)) for _ in range(_STARTS)]
    filled, none = map(min, zip(*starts, strict=True))
    yield _at_most(f"start with {entries:,} ÷ none", filled, none, 1.2)


def _p99(running: Up, patients: int) -> float:
    """Seconds of FindDocuments, by one client that knows no patient twice."""
    rng = random.Random(patients)  # noqa: S311  the same patients every time
    url, address = running.urls["registry"], running.address("registry")
    asked = [registry.patient_id(rng.randrange(patients)) for _ in range(_TIMED)]
    times = load.time_each(address, [messages.find_documents(url, patient) for patient in asked])
    return statistics.quantiles(times, n=100)[98]


def _start(data: Path) -> float:
    began = time.perf_counter()
    with up(data) as running:
        query = messages.find_documents(running.urls["registry"], registry.patient_id(0))
        load.play(running.address("registry"), [query], 1)
        return time.perf_counter() - began
