"""Figures of the running program beside the floors of this machine, in one run: `make bench`.

Every row is a ratio, so it survives a change of machine; nothing here fails a test. The server is the
real command in a process of its own, the load comes from this one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import floors, load, messages
from tests.bench.federation import federation_rows
from tests.bench.imaging import imaging_rows
from tests.bench.inspecting import inspector_rows
from tests.bench.recording import recording_rows
from tests.bench.relay import relay_rows
from tests.bench.running import Row, Up, up
from tests.bench.scale import answer_rows, bulk_rows, growth_rows, rule_rows, worker_rows
from tests.bench.stack import stack_rows
from tests.bench.streams import stream_rows
from tests.bench.tls import tls_rows

_PATIENT: Final = "{}^^^&2.999.10.1&ISO"
_SUBMISSIONS: Final = 500
_ROUNDS: Final = 5
_QUERIES: Final = 1000
_CONNECTIONS: Final = 16
_STARTS: Final = 5


def submission_rows(work: Path) -> Iterator[Row]:
    """ITI-41 against the same work without SOAP, HTTP, rules and a second actor: not synced, and synced."""
    with up(work / "one") as one, up(work / "two", "--workers", "2") as two:
        for running in (one, two):
            load.play(running.address("repository"), _submissions(running, 100), _CONNECTIONS)
        rounds = [_submission_round(one, two, work / f"floor-{number}") for number in range(_ROUNDS)]
    for what, figure, floor, must in (
        ("ITI-41", "one", "submission", 0.35),
        ("ITI-41, durable floor", "one", "durable", 0.7),
        ("the same, 2 processes", "two", "durable", 0.7),
    ):
        ratios = sorted((each[figure] / each[floor], each[figure], each[floor]) for each in rounds)
        ratio, rate, beside = ratios[_ROUNDS // 2]
        yield Row(what, f"{rate:.0f}/s", f"{beside:.0f}/s", ratio, f"≥ {must}", ratio >= must)


def _submissions(running: Up, count: int) -> list[bytes]:
    return messages.submissions(running.urls["repository"], _PATIENT.format("S1"), count)


def _submission_round(one: Up, two: Up, folder: Path) -> dict[str, float]:
    """Figures and floors, one right after the other: the speed of a shared machine drifts."""
    made = _submissions(one, _SUBMISSIONS)
    bodies = [
        message[message.index(b"<soap:Envelope") : message.index(b"</soap:Envelope>") + 16]
        for message in made
    ]
    synced = folder.with_name(f"{folder.name}-durable")
    return {
        "one": _rate(one, made),
        "two": _rate(two, _submissions(two, _SUBMISSIONS)),
        "submission": floors.submissions(bodies, messages.DOCUMENT, folder, durable=False),
        "durable": floors.submissions(bodies, messages.DOCUMENT, synced),
    }


def _rate(running: Up, made: list[bytes]) -> float:
    rate, answers = load.play(running.address("repository"), made, _CONNECTIONS)
    refused = [answer for answer in answers if b"ResponseStatusType:Success" not in answer]
    if refused:
        raise RuntimeError(f"{len(refused)} submissions were refused, such as {refused[0][:2000]!r}")
    return rate


def query_rows(work: Path) -> Iterator[Row]:
    """FindDocuments of ten entries in full against an ITI-18 that finds nothing."""
    with up(work / "queries") as running:
        repository, registry = running.address("repository"), running.address("registry")
        patient = _PATIENT.format("Q1")
        load.play(repository, messages.submissions(running.urls["repository"], patient, 10), 1)
        ten, none = (
            [messages.fresh(query) for _ in range(_QUERIES)]
            for query in (
                messages.find_documents(running.urls["registry"], patient),
                messages.find_documents(running.urls["registry"], _PATIENT.format("none")),
            )
        )
        _, answers = load.play(registry, ten[:200], _CONNECTIONS)
        rounds = [
            (load.play(registry, ten, _CONNECTIONS)[0], load.play(registry, none, _CONNECTIONS)[0])
            for _ in range(_ROUNDS)
        ]
    if answers[0].count(b"<rim:ExtrinsicObject") != 10:
        raise RuntimeError("FindDocuments did not give the ten entries")
    full, empty = sorted(rounds, key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]
    yield Row(
        "FindDocuments, 10 entries",
        f"{full:.0f}/s",
        f"{empty:.0f}/s",
        full / empty,
        "≥ 0.70",
        full / empty >= 0.7,
    )


def start_rows(work: Path) -> Iterator[Row]:
    """From the command to the first answered ITI-18, in a data folder that is in use already."""
    times = []
    for _ in range(_STARTS + 1):
        began = time.perf_counter()
        with up(work / "start") as running:
            query = messages.find_documents(running.urls["registry"], _PATIENT.format("none"))
            load.play(running.address("registry"), [query], 1)
            times.append(time.perf_counter() - began)
    took, floor = min(times[1:]), floors.imports()
    yield Row(
        "command to first ITI-18",
        f"{took * 1e3:.0f} ms",
        f"{floor * 1e3:.0f} ms",
        took / floor,
        "≤ 4",
        took / floor <= 4,
    )
    took = _first_federated_query(work / "ten")
    yield Row("command to first query of ten", f"{took:.1f} s", "10 s", took / 10, "≤ 1", took <= 10)


def _first_federated_query(data: Path) -> float:
    """Seconds from the command, in an empty folder, to the answer of ten communities to one query."""
    began = time.perf_counter()
    with up(data, topology="federated-10") as running:
        query = messages.find_documents(running.urls["aspen-ig"], _PATIENT.format("none"))
        _, (answer,) = load.play(running.address("aspen-ig"), [query], 1)
        took = time.perf_counter() - began
    if b"ResponseStatusType:Success" not in answer:
        raise RuntimeError(f"the federation did not answer as a whole: {answer[:2000]!r}")
    return took


def main() -> None:
    """Measure and print, all or what is named."""
    parser = argparse.ArgumentParser(description="Speed, each figure beside its floor.")
    parser.add_argument("only", nargs="*", help=f"some of: {', '.join(_GROUPS)}")
    parser.add_argument("--blocks", type=int, default=5, help="of 10,000 entries, for growth; 100: a million")
    parser.add_argument("--relay", type=int, default=256, help="MiB through a gateway; 1024: a GiB")
    asked = parser.parse_args()
    if unknown := set(asked.only) - set(_GROUPS):
        parser.error(f"no figures {', '.join(sorted(unknown))}; there are {', '.join(_GROUPS)}")
    print(f"{'what':<32} {'figure':>12} {'floor':>12} {'ratio':>7}  must")
    with tempfile.TemporaryDirectory(dir=".", prefix="bench-") as folder:
        for name in asked.only or _GROUPS:
            work = Path(folder).resolve() / name
            work.mkdir()
            for row in _GROUPS[name](work, asked):
                verdict = "ok" if row.good else "MISS"
                print(
                    f"{row.what:<32} {row.figure:>12} {row.floor:>12} {row.ratio:>7.2f}"
                    f"  {row.must:<7} {verdict}",
                    flush=True,
                )
            shutil.rmtree(work)


_GROUPS: Final[dict[str, Callable[[Path, argparse.Namespace], Iterator[Row]]]] = {
    "submissions": lambda work, _asked: submission_rows(work),
    "stack": lambda work, _asked: stack_rows(work),
    "queries": lambda work, _asked: query_rows(work),
    "workers": lambda work, _asked: worker_rows(work),
    "rules": lambda work, _asked: rule_rows(work),
    "answers": lambda work, _asked: answer_rows(work),
    "bulk": lambda work, _asked: bulk_rows(work),
    "growth": lambda work, asked: growth_rows(work, asked.blocks),
    "start": lambda work, _asked: start_rows(work),
    "recording": lambda work, _asked: recording_rows(work),
    "inspector": lambda work, _asked: inspector_rows(work),
    "tls": lambda work, _asked: tls_rows(work),
    "imaging": lambda work, _asked: imaging_rows(work),
    "streams": lambda work, _asked: stream_rows(work),
    "relay": lambda work, asked: relay_rows(work, asked.relay << 20),
    "federation": lambda work, _asked: federation_rows(work),
}


if __name__ == "__main__":
    main()
