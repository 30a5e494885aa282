"""What somebody costs who has the page of messages open while it is live."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench import load, messages
from tests.bench.running import Row, Up, at_most, up

__all__ = ["inspector_rows"]

_PATIENT: Final = "I1^^^&2.999.10.1&ISO"
_ENTRIES: Final = 10
_QUERIES: Final = 2000
_CONNECTIONS: Final = 16
_ROUNDS: Final = 7
_PACE: Final = 200
"""Messages a second."""
_TICK: Final = 0.1
_SECONDS: Final = 5
_PACED_ROUNDS: Final = 3
_MOST: Final = 0.05


def inspector_rows(work: Path) -> Iterator[Row]:
    """One server, in turns with the page open and without."""
    with up(work / "inspected") as running:
        made = messages.submissions(running.urls["repository"], _PATIENT, _ENTRIES)
        load.play(running.address("repository"), made, 1)
        query = messages.find_documents(running.urls["registry"], _PATIENT)
        _rate(running, query)
        yield _throughput(running, query)
        yield _share(running, query)


def _throughput(running: Up, query: bytes) -> Row:
    """Under all that it can serve, by the processor time of the server.

    The page looks twice a second at a hundred rows, however many come; seconds on the clock would tell what
    else this machine is doing.
    """
    rounds = []
    for _ in range(_ROUNDS):
        with _page(running):
            live = _rate(running, query)
        rounds.append((live, _rate(running, query)))
    live, alone = map(median, zip(*rounds, strict=True))
    ratio, least = live / alone, 1 - _MOST
    what = f"ITI-18 of {_ENTRIES} entries, page live"
    return Row(what, f"{live:.0f}/CPU s", f"{alone:.0f}/CPU s", ratio, f"≥ {least:.2f}", ratio >= least)


def _rate(running: Up, query: bytes) -> float:
    """Queries in a second of a processor."""
    asked = [messages.fresh(query) for _ in range(_QUERIES)]
    used = _cpu(running.pid)
    _, answers = load.play(running.address("registry"), asked, _CONNECTIONS)
    used = _cpu(running.pid) - used
    if answers[0].count(b"<rim:ExtrinsicObject") != _ENTRIES:
        raise RuntimeError(f"FindDocuments did not give the {_ENTRIES} entries")
    return _QUERIES / used


def _share(running: Up, query: bytes) -> Row:
    """Of a processor, at a pace: what the page takes others cannot have."""
    rounds = []
    for _ in range(_PACED_ROUNDS):
        with _page(running):
            live = _busy(running, query)
        rounds.append((live, _busy(running, query)))
    live, alone = sorted(rounds, key=lambda pair: pair[0] - pair[1])[_PACED_ROUNDS // 2]
    what = f"page live at {_PACE} messages/s"
    return at_most(what, f"{live:.0%} CPU", f"{alone:.0%} CPU", live - alone, _MOST)


def _busy(running: Up, query: bytes) -> float:
    """Seconds of a processor in a second, under a load that has a pace."""
    used, began = _cpu(running.pid), time.perf_counter()
    for tick in range(round(_SECONDS / _TICK)):
        asked = [messages.fresh(query) for _ in range(round(_PACE * _TICK))]
        load.play(running.address("registry"), asked, 2)
        time.sleep(max(0.0, began + (tick + 1) * _TICK - time.perf_counter()))
    return (_cpu(running.pid) - used) / (time.perf_counter() - began)


def _cpu(pid: int) -> float:
    """Seconds that a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- the page, as a browser has it open ---------------------------------------------------------


@dataclass
class _Page:
    """Listens for news and fetches the rows that are new, as its script does."""

    address: tuple[str, int]
    rows: int = 0
    over: bool = False
    opened: threading.Event = field(default_factory=threading.Event)

    def live(self) -> None:
        """Until it is over."""
        asking = http.client.HTTPConnection(*self.address)
        mark = 0
        listening = http.client.HTTPConnection(*self.address, timeout=30)
        listening.request("GET", "/inspector/events")
        for line in listening.getresponse():
            if self.over:
                break
            if not line.startswith(b"data: "):
                continue
            if json.loads(line[6:])["mark"] != mark:
                asking.request("GET", f"/inspector/messages/rows?after={mark}")
                answer = asking.getresponse()
                self.rows += answer.read().count(b"<tr")
                mark = int(answer.headers["Inspector-Mark"])
            self.opened.set()
        listening.close()
        asking.close()


@contextmanager
def _page(running: Up) -> Iterator[None]:
    """It is open and live for a block; raises RuntimeError where nothing came to it."""
    page = _Page(running.address("registry"))
    thread = threading.Thread(target=page.live, daemon=True)
    thread.start()
    if not page.opened.wait(10):
        raise RuntimeError("no news came to the page")
    before = page.rows
    yield
    until = time.monotonic() + 10  # what is on its way when the load ends counts, too
    while page.rows == before and time.monotonic() < until:
        time.sleep(0.05)
    page.over = True
    if page.rows == before:
        raise RuntimeError("no row came to the page")
