"""What recording costs: the same load on two servers, one with the exchange log and one without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.bench import load, messages
from tests.bench.running import Row, Up, up

__all__ = ["recording_rows"]

_PATIENT: Final = "R1^^^&2.999.10.1&ISO"
_ENTRIES: Final = 10
_QUERIES: Final = 1000
_SUBMISSIONS: Final = 300
_ROUNDS: Final = 7
_CONNECTIONS: Final = 16
_MOST: Final = 1.3


def recording_rows(work: Path) -> Iterator[Row]:
    """Time with recording to time without."""
    with up(work / "recorded") as recorded, up(work / "unrecorded", "--no-log") as silent:
        for running in (recorded, silent):
            load.play(running.address("repository"), _submissions(running, _ENTRIES), 1)
        yield _row("ITI-18 of 10 entries, recorded", recorded, silent, _queries)
        yield _row("ITI-41, recorded", recorded, silent, _provisions)


def _row(what: str, recorded: Up, silent: Up, rate: Callable[[Up], float]) -> Row:
    """The median of rounds measured in turn: the speed of a shared machine drifts."""
    rate(recorded), rate(silent)
    rounds = [(rate(recorded), rate(silent)) for _ in range(_ROUNDS)]
    with_, without = sorted(rounds, key=lambda pair: pair[1] / pair[0])[_ROUNDS // 2]
    ratio = without / with_
    return Row(what, f"{with_:.0f}/s", f"{without:.0f}/s", ratio, f"≤ {_MOST}", ratio <= _MOST)


def _queries(running: Up) -> float:
    query = messages.find_documents(running.urls["registry"], _PATIENT)
    rate, answers = load.play(running.address("registry"), [query] * _QUERIES, _CONNECTIONS)
    if answers[0].count(b"<rim:ExtrinsicObject") != _ENTRIES:
        raise RuntimeError(f"FindDocuments did not give the {_ENTRIES} entries")
    return rate


def _provisions(running: Up) -> float:
    made = _submissions(running, _SUBMISSIONS, "R2")
    return load.play(running.address("repository"), made, _CONNECTIONS)[0]


def _submissions(running: Up, count: int, patient: str = "R1") -> list[bytes]:
    return messages.submissions(running.urls["repository"], _PATIENT.replace("R1", patient), count)
