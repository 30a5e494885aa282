"""Which recorded answer fits a request, and what it says to that request.

One that was recorded for the same request to the letter comes first, else one whose request differs in
nothing but what each message invents. Where several fit they come in their order, and the last one stays.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xdsi_sim.content import Edit, edited, head_of
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.soap.likeness import Likeness, difference, likeness_of, nearness
from xdsi_sim.soap.media import header
from xdsi_sim.store.recordings import Recorded, Recordings

__all__ = ["Known", "Replays", "replayed"]

_BEGINNING: Final = 4 << 20
"""Octets of an answer among which its headers are."""
_RELATES: Final = re.compile(rb"<(?:[\w.-]+:)?RelatesTo\b[^>]*>\s*([^<\s]+)\s*</")
_NAMED: Final = {
    "id": re.compile(rb"<((?:[\w.-]+:)?targetMessage)\b.*?</\1\s*>", re.DOTALL),
    "queryId": re.compile(rb"<(?:[\w.-]+:)?queryId\b[^>]*>"),
}
"""Where an answer of HL7 V3 names the request."""


@dataclass(frozen=True, slots=True)
class Known:
    """A recorded exchange, and what its request asks."""

    recorded: Recorded
    likeness: Likeness


class Replays:
    """The answers of a recording; asked from any thread."""

    def __init__(self, recordings: Recordings, below: str, spool: Path) -> None:
        """`below` is the path of the actor's address. Raises CannotRun for a file that is no message."""
        self._recordings = recordings
        self._below = below
        self._spool = spool
        self._lock = threading.Lock()
        self._exact: dict[str, list[Known]] = defaultdict(list)
        self._loose: dict[str, list[Known]] = defaultdict(list)
        self._given: dict[str, int] = {}
        for recorded in recordings:
            self.learn(recorded)

    @property
    def folder(self) -> Path:
        """Where the recording is."""
        return self._recordings.folder

    def likeness(self, request: HttpMessage) -> Likeness:
        """What a request asks."""
        return likeness_of(request, self._below, self._spool)

    def learn(self, recorded: Recorded) -> None:
        """Know one more."""
        known = Known(recorded, self.likeness(recorded.exchange.request))
        with self._lock:
            self._exact[known.likeness.exact_key].append(known)
            self._loose[known.likeness.loose_key].append(known)

    def find(self, asked: Likeness) -> Known | None:
        """The next answer to such a request; None where nothing like it is known."""
        with self._lock:
            for key, those in ((asked.exact_key, self._exact), (asked.loose_key, self._loose)):
                if fitting := those.get(key):
                    turn = self._given.get(key, 0)
                    self._given[key] = turn + 1
                    return fitting[min(turn, len(fitting) - 1)]
        return None

    def miss(self, asked: Likeness) -> str:
        """Why there is no answer, and what came close."""
        with self._lock:
            known = [each for those in self._exact.values() for each in those]
        if not known:
            return f"the recording {self.folder.name} is empty"
        close = max(known, key=lambda each: nearness(asked, each.likeness))
        told = difference(asked, close.likeness)
        number = f"{close.recorded.number:06}"
        if close.likeness.what != asked.what:
            kinds = ", ".join(sorted({each.likeness.what for each in known})[:8])
            return f"the recording has no {asked.what}; it has {kinds}"
        return f"the recording has no such {asked.what}; the nearest is {number}: {told}"


def replayed(known: Known, asked: Likeness) -> HttpMessage:
    """The recorded answer as one to this request: what names the request there names this one."""
    answer = known.recorded.answer
    if not asked.soap or header(answer.headers, "content-encoding"):
        return answer
    edits = sorted(_edits(head_of(answer.body, _BEGINNING), known.likeness, asked))
    return replace(answer, body=edited(answer.body, edits))


def _edits(data: bytes, known: Likeness, asked: Likeness) -> Iterator[Edit]:
    if asked.message_id and (found := _RELATES.search(data)):
        yield Edit(found.start(1), len(found[1]), asked.message_id.encode())
    for (kind, *olds), (_, *news) in zip(known.named, asked.named, strict=False):
        for region in _NAMED[kind].finditer(data):
            for attribute, old, new in zip((b"root", b"extension"), olds, news, strict=True):
                value = re.compile(attribute + rb"\s*=\s*[\"'](" + re.escape(old.encode()) + rb")[\"']")
                if old and (place := value.search(data, region.start(), region.end())):
                    yield Edit(place.start(1), len(old.encode()), new.encode())
