"""Queries to many communities: what the slowest of them costs, and what one that is dead does."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench import load, messages
from tests.bench.running import Peak, Row, Up, at_most, up

__all__ = ["federation_rows"]

_PATIENT: Final = "F1^^^&2.999.10.1&ISO"
_FAST, _SLOW = 50, 500
"""Milliseconds until a member answers: of all but one, and of that one."""
_PATIENCE: Final = 1
"""Seconds after which a member is given up."""
_ROUNDS: Final = 5
_QUERIES: Final = 200
_ENTRIES: Final = 10
_MANY: Final = 10_000
"""Objects of each member, where there are many."""
_DEAD: Final = {
    "refuses": "http://127.0.0.1:1/rg",
    "says nothing": "{members}/silent",
    "has no end": "{members}/endless",
}

_NORTH: Final = """
name: north
timeouts: {{firstByte: {patience}, total: {patience}}}
communities:
  - id: north
    homeCommunityId: urn:oid:2.999.20
    patientAuthority: 2.999.10.1
    initiatingGateway: {{id: ig}}
peers:
"""
_PEER: Final = (
    "  - {{id: member-{number}, url: '{url}', role: respondingGateway, "
    "homeCommunityId: 'urn:oid:2.999.30.{number}'}}\n"
)
_BOTH: Final = """
name: both
communities:
  - id: north
    homeCommunityId: urn:oid:2.999.20
    patientAuthority: 2.999.10.1
    registry: {id: north-registry}
    repositories: [{id: north-repository, repositoryUniqueId: 2.999.20.3}]
    initiatingGateway: {id: ig}
  - id: south
    homeCommunityId: urn:oid:2.999.30
    patientAuthority: 2.999.10.1
    registry: {id: south-registry}
    repositories: [{id: south-repository, repositoryUniqueId: 2.999.30.3}]
    respondingGateway: {id: rg}
"""


def federation_rows(work: Path) -> Iterator[Row]:
    """All rows of this module."""
    with _members(work / "members.py") as members:
        yield _fan_out(work / "ten", members, 10, 1.10)
        yield _fan_out(work / "hundred", members, 100, 1.40)
        for number, (what, url) in enumerate(_DEAD.items()):
            yield _dead(work / f"dead-{number}", members, what, url.format(members=members))
        yield _merged(work / "many", members)
    yield _through_both(work)


def _merged(work: Path, members: str) -> Row:
    """Memory while the answers of ten members, each of many objects, become one."""
    urls = [f"{members}/{_FAST}/2.999.30.{number}/{_MANY}" for number in range(10)]
    with _asking(work, urls, patience=60) as (running, query):
        load.play(running.address("ig"), [query], 1)
        peak = Peak(running.pid)
        _, (answer,) = load.play(running.address("ig"), [messages.fresh(query)], 1)
        row = peak.row(f"memory, 10 × {_MANY:,} objects")
    if answer.count(b"<rim:ObjectRef") != 10 * _MANY:
        raise RuntimeError(f"not all are there: {answer[:2000]!r}")
    return row


def _fan_out(work: Path, members: str, count: int, most: float) -> Row:
    urls = [f"{members}/{_SLOW if number == 0 else _FAST}/2.999.30.{number}" for number in range(count)]
    took, answer = _ask(work, urls)
    if answer.count(b"<rim:ObjectRef") != count:
        raise RuntimeError(f"not all have answered: {answer[:2000]!r}")
    return _seconds(f"{count} members / the slowest", took, _SLOW / 1e3, most)


def _dead(work: Path, members: str, what: str, dead: str) -> Row:
    urls = [f"{members}/{_FAST}/2.999.30.{number}" for number in range(9)]
    took, answer = _ask(work, [*urls, dead])
    if answer.count(b"<rim:ObjectRef") != 9 or answer.count(b"XDSUnavailableCommunity") != 1:
        raise RuntimeError(f"not nine have answered: {answer[:2000]!r}")
    return _seconds(f"one of 10 {what} / time-out", took, _PATIENCE, 1.05)


def _seconds(what: str, took: float, floor: float, most: float) -> Row:
    return at_most(what, f"{took * 1e3:.0f} ms", f"{floor * 1e3:.0f} ms", took / floor, most)


def _ask(work: Path, urls: Sequence[str]) -> tuple[float, bytes]:
    """Seconds of a query to all of them, the middle of several, and the last answer."""
    with _asking(work, urls) as (running, query):
        address = running.address("ig")
        load.play(address, [query], 1)
        took = statistics.median(load.time_each(address, [messages.fresh(query) for _ in range(_ROUNDS)]))
        _, (answer,) = load.play(address, [messages.fresh(query)], 1)
    return took, answer


@contextmanager
def _asking(work: Path, urls: Sequence[str], patience: float = _PATIENCE) -> Iterator[tuple[Up, bytes]]:
    """A gateway that asks all of them, and a query."""
    work.mkdir()
    peers = "".join(_PEER.format(number=number, url=url) for number, url in enumerate(urls))
    topology = work / "north.yaml"
    topology.write_text(_NORTH.format(patience=patience) + peers, encoding="ascii")
    with up(work / "data", topology=str(topology)) as running:
        yield running, messages.find_documents(running.urls["ig"], _PATIENT)


def _through_both(work: Path) -> Row:
    """A query through both gateways against one to each registry."""
    topology = work / "both.yaml"
    topology.write_text(_BOTH, encoding="ascii")
    with up(work / "both", topology=str(topology)) as running:
        for name in ("north", "south"):
            made = messages.submissions(running.urls[f"{name}-repository"], _PATIENT, _ENTRIES)
            load.play(running.address(f"{name}-repository"), made, 1)
        rounds = [
            (_took(running, "ig"), _took(running, "north-registry") + _took(running, "south-registry"))
            for _ in range(_ROUNDS + 1)
        ]
    through, direct = sorted(rounds[1:], key=lambda pair: pair[0] / pair[1])[_ROUNDS // 2]
    what = "ITI-18 by IG, RG / both direct"
    return at_most(what, f"{through * 1e3:.2f} ms", f"{direct * 1e3:.2f} ms", through / direct, 2.0)


def _took(running: Up, actor: str) -> float:
    """Seconds of one query, the middle of many."""
    query = messages.find_documents(running.urls[actor], _PATIENT)
    queries = [messages.fresh(query) for _ in range(_QUERIES)]
    return statistics.median(load.time_each(running.address(actor), queries))


# --- members ----------------------------------------------------------------------------------

_SCRIPT: Final = """
import asyncio

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>'
    '<a:Action s:mustUnderstand="true">urn:ihe:iti:2007:CrossGatewayQueryResponse</a:Action>'
    '<a:RelatesTo>{asked}</a:RelatesTo></s:Header><s:Body>'
    '<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
    'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success">'
    '<rim:RegistryObjectList xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
    '{objects}</rim:RegistryObjectList>'
    '</q:AdhocQueryResponse></s:Body></s:Envelope>'
)
HEAD = "HTTP/1.1 200 OK\\r\\nContent-Type: application/soap+xml; charset=UTF-8\\r\\n"

async def serve(reader, writer):
    try:
        while True:
            await answer(reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def answer(reader, writer):
    head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode()
    length = int(head.lower().partition("content-length: ")[2].partition("\\r\\n")[0])
    body = (await reader.readexactly(length)).decode()
    path = head.split()[1].split("/")
    if path[1] == "silent":
        await asyncio.sleep(3600)
    if path[1] == "endless":
        writer.write((HEAD + "Content-Length: 99999999\\r\\n\\r\\n" + ENVELOPE[:400]).encode())
        while True:
            writer.write(b" " * 100)
            await writer.drain()
            await asyncio.sleep(0.01)
    await asyncio.sleep(int(path[1]) / 1000)
    asked = body.partition("MessageID>")[2].partition("<")[0]
    one = f'<rim:ObjectRef id="urn:uuid:{path[2]}" home="urn:oid:{path[2]}"/>'
    said = ENVELOPE.format(asked=asked, objects=one * int(path[3] if path[3:] else 1))
    writer.write((HEAD + f"Content-Length: {len(said)}\\r\\n\\r\\n" + said).encode())

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def _members(script: Path) -> Iterator[str]:
    """Responding Gateways of which a path says how slow they are, or in which way dead."""
    script.write_text(_SCRIPT, encoding="ascii")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"  # type: ignore[union-attr]  # it is a pipe
        finally:
            process.terminate()
