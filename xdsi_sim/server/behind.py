"""What the address of a proxy stands in front of, and all that serving it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred

from xdsi_sim.content import Segment
from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.dicomweb.routes import route_of
from xdsi_sim.judging.replays import Replays
from xdsi_sim.server.threads import Threads
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.store.recordings import Recordings

__all__ = ["Arriving", "Ask", "Behind", "Stand"]


class Arriving(Protocol):
    """The head of an answer whose body is about to come."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    length: int | None
    pace: Any
    """Twisted's IPushProducer of the body."""


class Ask(Protocol):
    """Sends a request; fires when the body of the answer has come, fails with NoAnswer."""

    def __call__(
        self,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        segments: Sequence[Segment] | None,
        receive: Callable[[Any], Callable[[bytes], object]],
    ) -> Deferred[Any]:
        """`receive` is given the head, which is Arriving, and says who takes the body."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What an address stands in front of."""

    url: str
    faces: tuple[tuple[str, str, str | None], ...] = ()
    """Paths below the address that lead elsewhere: the path, the base URL there, and the transaction, where
    all there are of one."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    """Of single transactions of SOAP, where they are not `url`."""

    def target(self, below: Sequence[str], rest: str) -> tuple[str, str | None]:
        """Address of a request, and its transaction where its path tells.

        `below` are the decoded segments below our address, `rest` is the same as it came, with the query.
        """
        for path, base, transaction in self.faces:
            if below and below[0] == path:
                name = transaction or _web_transaction(below[1:], rest)
                return base.rstrip("/") + rest.lstrip("/").removeprefix(path), name
        if not rest or rest.startswith("?"):
            return self.url + rest, None
        return self.url.rstrip("/") + rest, None


def _web_transaction(path: Sequence[str], _rest: str) -> str:
    try:
        route, _ = route_of([part for part in path if part])
    except Refused:
        return "DICOMweb"
    return next(iter(route.methods.values())).transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A proxy, as whoever serves a request has to know it."""

    actor_id: str
    behind: Behind
    path: str
    """Of our address."""
    ask: Ask | None
    """Who asks the real system; None where it is never asked."""
    recordings: Recordings | None
    """What is kept; None where nothing is."""
    replays: Replays | None
    """What is answered from a recording; None where nothing is."""
    recorder: Recorder
    spool: Path
    threads: Threads
