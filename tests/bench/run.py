"""Figures of the running program beside the floors of this machine, in one run: `make bench`.

Every row is a ratio, so it survives a change of machine; nothing here fails a test. The server is the
real command in a process of its own, the load comes from this one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import floors, load, messages
from tests.bench.recording import recording_rows
from tests.bench.running import Row, up
from tests.bench.streams import stream_rows
from tests.bench.tls import tls_rows

_PATIENT: Final = "{}^^^&2.999.10.1&ISO"
_SUBMISSIONS: Final = 500
_ROUNDS: Final = 5
_QUERIES: Final = 1000
_CONNECTIONS: Final = 16
_STARTS: Final = 5


def submission_rows(work: Path) -> Iterator[Row]:
    """ITI-41 against the same work without SOAP, HTTP, rules and a second actor."""
    with up(work / "submissions") as running:
        url, address = running.urls["repository"], running.address("repository")
        load.play(address, messages.submissions(url, _PATIENT.format("S1"), 100), _CONNECTIONS)
        rounds = [_submission_round(url, address, work / f"floor-{number}") for number in range(_ROUNDS)]
    rate, floor = sorted(rounds, key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]
    yield Row(
        f"ITI-41, {_CONNECTIONS} connections",
        f"{rate:.0f}/s",
        f"{floor:.0f}/s",
        rate / floor,
        "≥ 0.30",
        rate / floor >= 0.3,
    )


def _submission_round(url: str, address: tuple[str, int], folder: Path) -> tuple[float, float]:
    """Figure and floor, one right after the other: the speed of a shared machine drifts."""
    made = messages.submissions(url, _PATIENT.format("S1"), _SUBMISSIONS)
    rate, answers = load.play(address, made, _CONNECTIONS)
    refused = [answer for answer in answers if b"ResponseStatusType:Success" not in answer]
    if refused:
        raise RuntimeError(f"{len(refused)} submissions were refused, such as {refused[0][:2000]!r}")
    bodies = [
        message[message.index(b"<soap:Envelope") : message.index(b"</soap:Envelope>") + 16]
        for message in made
    ]
    return rate, floors.submissions(bodies, messages.DOCUMENT, folder)


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


def main() -> None:
    """Measure and print."""
    print(f"{'what':<28} {'figure':>10} {'floor':>10} {'ratio':>7}  must")
    with tempfile.TemporaryDirectory(dir=".", prefix="bench-") as folder:
        for rows in (submission_rows, query_rows, start_rows, recording_rows, tls_rows, stream_rows):
            for row in rows(Path(folder).resolve()):
                verdict = "ok" if row.good else "MISS"
                print(
                    f"{row.what:<28} {row.figure:>10} {row.floor:>10} {row.ratio:>7.2f}"
                    f"  {row.must:<7} {verdict}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
