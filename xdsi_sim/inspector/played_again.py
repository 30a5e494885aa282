"""From recorded exchanges to a scenario that plays them again.

What one user action has caused is asked for by its first message: what an actor has sent in order to answer
is not sent once more, since it will send it again. The images of an archive come from its own answers.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from xdsi_sim.content import chunks_of
from xdsi_sim.errors import UsageError
from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.pieces import pieces_of
from xdsi_sim.inspector.volatile import Volatile, uuids_in
from xdsi_sim.messages.query import AdhocQueryResponse
from xdsi_sim.messages.retrieve import RetrieveDocumentSetResponse
from xdsi_sim.scenario.extract import piece_of
from xdsi_sim.scenario.message import Message
from xdsi_sim.scenario.steps.send import status_of
from xdsi_sim.topology.model import Server, Source, Topology

__all__ = ["Made", "Wanted", "make_scenario"]

_DICOM: Final = "application/dicom"
_OURS: Final = re.compile(r"\d{3,}-[A-Za-z0-9.-]+\.http|[A-Za-z0-9._-]+/\d{6,}\.dcm")
_SAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_COUNTED: Final[Mapping[type[Any], Sequence[str]]] = {
    AdhocQueryResponse: ("count(//rim:ExtrinsicObject)", "count(//rim:RegistryObjectList/rim:ObjectRef)"),
    RetrieveDocumentSetResponse: ("count(//xds:DocumentResponse)",),
}
"""What is counted of an answer, by what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be made of a log."""

    topology: str
    """As the scenario names it."""
    name: str
    receiver: str | None = None
    """Of one actor all that it was sent, what others were caused to send included."""
    waited_for: Sequence[str] = ()
    """Senders whose messages are waited for, and not sent: ids, or hosts."""


@dataclass(kw_only=True)
class Made:
    """What has become of it."""

    steps: int = 0
    images: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Why exchanges are in no step, and how many."""


def make_scenario(
    exchanges: Iterable[Exchange], topology: Topology, wanted: Wanted, path: Path, spool: Path
) -> Made:
    """Write a scenario to `path`, and its messages and images into the folder of the same name beside it.

    `spool` is for what is read meanwhile. Raises OSError, and UsageError where that folder has anything else.
    """
    made = Made()
    chosen = list(_chosen(list(exchanges), topology, wanted, made))
    folder = path.with_suffix("")
    _empty(folder)
    volatile = Volatile()
    volatile.learn(chosen)
    setup = list(_loads(chosen, topology, folder, made))
    writing = _Writing(folder=folder, volatile=volatile, wanted=wanted, topology=topology, spool=spool)
    steps = list(writing.steps(chosen))
    made.steps = len(steps)
    document = {
        "name": wanted.name,
        "title": f"{len(steps)} recorded messages, played again",
        "topology": wanted.topology,
        "variables": volatile.variables,
        "setup": setup,
        "steps": steps,
    }
    _dump({key: value for key, value in document.items() if value}, path)
    return made


def _empty(folder: Path) -> None:
    """Make the folder, without what an earlier scenario has left in it."""
    if folder.exists():
        for path in folder.rglob("*"):
            if not (path.is_dir() or _OURS.fullmatch(path.relative_to(folder).as_posix())):
                text = f"{folder} holds {path.relative_to(folder)}, which is not of a scenario made here."
                raise UsageError(text, hint="Name another file: messages go into a folder beside it.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _dump(document: Mapping[str, Any], path: Path) -> None:
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)


# --- which exchanges -------------------------------------------------------------------------


def _chosen(
    exchanges: Sequence[Exchange], topology: Topology, wanted: Wanted, made: Made
) -> Iterator[Exchange]:
    servers = {placed.actor.id for placed in topology.actors() if isinstance(placed.actor, Server)}
    by_conversation: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        by_conversation.setdefault(exchange.conversation, []).append(exchange)
    for exchange in sorted(exchanges, key=lambda each: each.started):
        why = None
        if wanted.receiver is not None and exchange.receiver != wanted.receiver:
            why = f"not to {wanted.receiver}"
        elif exchange.receiver not in servers:
            why = f"to {exchange.receiver}, which is no actor of the topology"
        elif wanted.receiver is None and _caused(exchange, by_conversation[exchange.conversation]):
            why = "sent by an actor in order to answer"
        elif exchange.response is None:
            why = "without an answer"
        if why is None:
            yield exchange
        else:
            made.left_out[why] = made.left_out.get(why, 0) + 1


def _caused(exchange: Exchange, others: Sequence[Exchange]) -> bool:
    """Whether its sender was itself being asked."""
    return any(
        other is not exchange
        and other.receiver == exchange.sender
        and other.started <= exchange.started <= other.started + other.duration
        for other in others
    )


# --- images ----------------------------------------------------------------------------------


def _loads(
    exchanges: Sequence[Exchange], topology: Topology, folder: Path, made: Made
) -> Iterator[dict[str, Any]]:
    """A step for each archive that has handed out images: it takes them in."""
    sources = [placed.actor.id for placed in topology.actors() if isinstance(placed.actor, Source)]
    for source in sources:
        if topology.played_by(source) is not None:
            continue
        known = _images(exchanges, source, folder / source)
        made.images += known
        if known:
            load = {"source": source, "paths": [f"{folder.name}/{source}"]}
            yield {"name": f"{source} takes in the images that it has handed out", "load": load}


def _images(exchanges: Sequence[Exchange], source: str, folder: Path) -> int:
    seen: set[bytes] = set()
    for exchange in exchanges:
        if exchange.receiver != source:
            continue
        for piece in pieces_of(exchange):
            if piece.side != "response" or piece.type != _DICOM:
                continue
            digest = hashlib.sha256()
            for octets in chunks_of(piece.body):
                digest.update(octets)
            if digest.digest() not in seen:
                seen.add(digest.digest())
                folder.mkdir(exist_ok=True)
                with (folder / f"{len(seen):06}.dcm").open("wb") as file:
                    file.writelines(chunks_of(piece.body))
    return len(seen)


# --- steps -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    folder: Path
    volatile: Volatile
    wanted: Wanted
    topology: Topology
    spool: Path

    def steps(self, exchanges: Sequence[Exchange]) -> Iterator[dict[str, Any]]:
        """A step for each message: sent, or waited for where somebody else is to send it."""
        later = [uuids_in(exchange) for exchange in exchanges]
        for number, exchange in enumerate(exchanges, start=1):
            message = Message(exchange, self.spool)
            step: dict[str, Any] = {
                "name": f"{exchange.sender} asks {exchange.receiver} by {_asked(message)}"
            }
            if self._is_waited_for(exchange.sender):
                step["wait"] = self._wait(message)
            else:
                step["send"] = self._send(number, exchange)
            expect = _expected(message)
            if expect:
                step["expect"] = expect
            captures = self.volatile.captures(exchange, set().union(*later[number:]))
            if captures:
                step["capture"] = {name: {"xpath": path} for name, path in captures.items()}
            yield step

    def _is_waited_for(self, sender: str) -> bool:
        return any(sender == each or sender.startswith(f"{each}:") for each in self.wanted.waited_for)

    def _send(self, number: int, exchange: Exchange) -> dict[str, Any]:
        name = f"{number:03}-{_SAFE.sub('-', exchange.transaction)}.http"
        (self.folder / name).write_bytes(self.volatile.written(exchange, exchange.receiver))
        known = {placed.actor.id for placed in self.topology.actors()}
        sender = {"sender": exchange.sender} if exchange.sender in known else {}
        return {"file": f"{self.folder.name}/{name}", "fill": True, "to": exchange.receiver, **sender}

    def _wait(self, message: Message) -> dict[str, Any]:
        where: dict[str, Any] = {}
        if message.storedQuery is not None:
            where["storedQuery"] = message.storedQuery
            if patient := message.parameters.get("patientId"):
                where["parameters.patientId"] = {"contains": self.volatile.filled(str(patient))}
        elif message.method != "POST":
            where["path"] = message.path
        told = {"to": message.receiver, "transaction": message.transaction}
        return {**told, "where": where} if where else told


def _asked(message: Message) -> str:
    return f"{message.transaction} {message.storedQuery or ''}".strip()


def _expected(message: Message) -> dict[str, Any]:
    """What the answer was, as far as it is the same the next time."""
    response = message.exchange.response
    expect: dict[str, Any] = {"status": status_of(message, response)}
    if message.errors:
        expect["errors"] = [error.errorCode for error in message.errors]
    paths = _COUNTED.get(type(message.answer), ())
    if paths and response is not None:
        counts = {path: piece_of(response, "xpath", path, message.spool) for path in paths}
        expect["answer"] = {"xpath": counts}
    return expect
