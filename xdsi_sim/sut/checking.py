"""Tries each address of a system under test, one thing after the other, and says in words what came of it.

Nothing of ours is started, and nothing is asked that could change anything there. Every try ends within the
time-outs of the file.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.actors.flow import Call, NoAnswer
from xdsi_sim.client.http import Timeouts
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.ids import new_token
from xdsi_sim.messages.response import status_name
from xdsi_sim.sut.entries import Entry, entries_of, listens_of
from xdsi_sim.sut.laying import laid_over
from xdsi_sim.sut.loader import LoadedSystem
from xdsi_sim.sut.model import Role
from xdsi_sim.sut.probes import PROBES
from xdsi_sim.sut.reach import host_and_port, trouble_at
from xdsi_sim.sut.suites import shipped
from xdsi_sim.tls.doctor import examine
from xdsi_sim.tls.probe import Target
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.certificates import LOCAL
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.model import Placed
from xdsi_sim.topology.outside import BlockingClient, outside_client

if TYPE_CHECKING:
    from xdsi_sim.client.answers import Reply
    from xdsi_sim.client.dicomweb import HttpReply

__all__ = ["Checked", "Tried", "check_role", "check_system", "taken_ports"]

_WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}definitions"
_CHECK: Final = "check"
_WRONG_ID: Final[Mapping[str, str]] = {
    "XDSUnknownRepositoryId": "it does not know the OID {oid} as its own",
    "XDSUnknownCommunity": "it does not know the homeCommunityId {home}",
}
"""Errors of a probe that tell of a file which does not say what the system is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One thing that was tried."""

    what: str
    good: bool
    text: str
    remark: bool = False
    """Whether it is only told: a system without it may still be tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of one role."""

    role: str
    url: str
    tried: tuple[Tried, ...]
    entries: tuple[Entry, ...]
    """What the vendor has to enter in the system."""
    tests: int
    """How many its suite has."""

    @property
    def good(self) -> bool:
        """Whether the tests can begin."""
        return all(each.good or each.remark for each in self.tried)


def check_system(loaded: LoadedSystem, spool: Path, tls: Tls | None) -> Iterator[Checked]:
    """All roles, each as soon as it has been tried; large answers are kept in `spool`."""
    patience = loaded.system.timeouts
    timeouts = Timeouts(connect=patience.connect, first_byte=patience.firstByte, total=patience.total)
    with outside_client(spool, tls, timeouts) as client:
        for name, role in loaded.system.roles.given():
            yield check_role(name, role, loaded, client, tls)
    for name in loaded.system.roles.clients():
        yield _check_client(name, loaded)


def _check_client(name: str, loaded: LoadedSystem) -> Checked:
    """One that asks and is not asked: what it has to know of us."""
    from xdsi_sim.sut.suites import files_of  # noqa: PLC0415

    entries = entries_of(laid_over(name, loaded), name)
    asks = Tried(what="role", good=True, text="it asks and is never asked, so there is nothing to try")
    return Checked(role=name, url="", tried=(asks,), entries=entries, tests=len(files_of(name)))


def check_role(
    name: str, role: Role, loaded: LoadedSystem, client: BlockingClient, tls: Tls | None
) -> Checked:
    """One role: connection, TLS, HTTP, description, and a message of its transaction."""
    from xdsi_sim.sut.suites import files_of  # noqa: PLC0415

    has_suite = name in shipped()
    topology = laid_over(name, loaded) if has_suite else None
    placed = topology.find(name) if topology is not None else None
    entries = entries_of(topology, name) if topology is not None else ()
    tried = (
        *_tried(name, role, loaded, client, tls, placed),
        *(_reachable(role, loaded.system.listen) if entries else ()),
    )
    return Checked(
        role=name,
        url=role.url,
        tried=tried,
        entries=entries,
        tests=len(files_of(name)) if has_suite else 0,
    )


def _tried(
    name: str,
    role: Role,
    loaded: LoadedSystem,
    client: BlockingClient,
    tls: Tls | None,
    placed: Placed | None,
) -> Iterator[Tried]:
    seconds = loaded.system.timeouts.connect
    host, port = host_and_port(role.url)
    trouble = trouble_at(host, port, seconds)
    yield Tried(what="connection", good=trouble is None, text=trouble or f"{host}:{port} takes connections")
    yield from _others(role, (host, port), seconds)
    if trouble is not None:
        return
    if role.url.lower().startswith("https:") and tls is not None:
        hand_shake = _hand_shake(role.url, tls, seconds)
        yield hand_shake
        if not hand_shake.good:
            return
    yield from _described(role.url, client)
    if placed is not None:
        yield _asked(name, role, client, placed)
    yield from _beside(role, client, seconds)


def _reachable(role: Role, listen: Listen) -> Iterator[Tried]:
    """Whether the system can be told where our own actors are."""
    host, _ = host_and_port(role.url)
    if listen.port == 0:
        yield Tried(what="listen", good=False, text="port 0 is another one each time: name one in `listen`")
    elif listen.host in LOCAL and host not in LOCAL:
        text = f"{listen} is reached from this machine alone, and the system is at {host}: see `listen`"
        yield Tried(what="listen", good=False, text=text)


def _others(role: Role, first: tuple[str, int], seconds: float) -> Iterator[Tried]:
    """Hosts and ports of single transactions, those that are not tried already."""
    by_port: dict[tuple[str, int], list[str]] = {}
    for name, url in role.addresses.items():
        by_port.setdefault(host_and_port(url), []).append(name)
    for (host, port), names in by_port.items():
        if (host, port) != first:
            trouble = trouble_at(host, port, seconds)
            text = trouble or f"{host}:{port} takes connections"
            yield Tried(what="connection", good=trouble is None, text=f"{text}, for {', '.join(names)}")


def _hand_shake(url: str, tls: Tls, seconds: float) -> Tried:
    host, port = host_and_port(url)
    target = Target(
        host=host,
        port=port,
        authority=tls.authorities[0] if tls.authorities else None,
        certificate=tls.certificate,
        key=tls.key,
        seconds=seconds,
    )
    found = examine(url, target)
    text = found.verdict + "".join(f". {step.remedy}" for step in found.findings if step.remedy)
    return Tried(what="TLS", good=not found.findings, text=text)


def _described(url: str, client: BlockingClient) -> Iterator[Tried]:
    reply = _get(client, f"{url}{'&' if '?' in url else '?'}wsdl", "text/xml")
    if reply.status == 0:
        yield Tried(what="HTTP", good=False, text=f"it takes the connection, but {reply.trouble}")
        return
    server = reply.headers.get("server")
    yield Tried(what="HTTP", good=True, text=f"answers {reply.status}" + (f", as {server}" if server else ""))
    there = _is_wsdl(reply)
    text = "at ?wsdl there is a description" if there else "there is none at ?wsdl, which need not be"
    yield Tried(what="description", good=there, text=text, remark=True)


def _is_wsdl(reply: HttpReply) -> bool:
    if reply.status != 200 or not reply.parts:
        return False
    with reply.parts[0].content.open() as octets:
        try:
            return parse(octets.read()).tag == _WSDL
        except ProtocolViolation:
            return False


def _asked(name: str, role: Role, client: BlockingClient, placed: Placed) -> Tried:
    """Send the probe of a role."""
    probe = PROBES[name]
    call = Call(
        url=role.address_of(probe.transaction), transaction=probe.transaction, message=probe.message(placed)
    )
    reply = client.call(call, sender=_CHECK, conversation=new_token())
    told = f"{probe.transaction} for {probe.asks}"
    if isinstance(reply.answer, NoAnswer):
        return Tried(what="message", good=False, text=f"{told}: {reply.answer}")
    codes = [error.errorCode or "" for error in reply.answer.errors]
    wrong = next((_WRONG_ID[code] for code in codes if code in _WRONG_ID), None)
    known = placed.actor.metadata_oid is not None or "XDSUnknownRepositoryId" not in codes
    if wrong is not None and known:  # a gateway is asked for the OID of nobody
        wrong = wrong.format(oid=placed.actor.metadata_oid, home=placed.community.homeCommunityId)
        return Tried(what="message", good=False, text=f"{told}: {wrong}; see the file")
    answered = " ".join((status_name(reply.answer.status), *codes))
    return Tried(what="message", good=True, text=f"{told}: answered, with {answered}{_departs(reply)}")


def _departs(reply: Reply) -> str:
    found = dict.fromkeys(f"{finding.rule} ({finding.text})" for finding in reply.findings)
    return f"; the answer departs from the profile: {', '.join(found)}" if found else ""


def _beside(role: Role, client: BlockingClient, seconds: float) -> Iterator[Tried]:
    """What it has beside SOAP."""
    base, mllp = getattr(role, "dicomweb", None), getattr(role, "mllp", None)
    if base is not None:
        reply = _get(client, f"{base}/studies?limit=1", "application/dicom+json")
        good = reply.status in (200, 204)
        text = f"a search of studies is answered with {reply.status}" if reply.status else str(reply.trouble)
        yield Tried(what="DICOMweb", good=good, text=text)
    if mllp is not None:
        trouble = trouble_at(mllp.host, mllp.port, seconds)
        yield Tried(what="MLLP", good=trouble is None, text=trouble or f"{mllp} takes connections")


def _get(client: BlockingClient, url: str, accept: str) -> Any:
    return client.get(url, accept=accept, transaction="HTTP", sender=_CHECK, conversation=new_token())


def taken_ports(loaded: LoadedSystem) -> tuple[Listen, ...]:
    """Where our own actors are to answer, and somebody else does already."""
    names = [name for name, _ in loaded.system.roles.given() if name in shipped()]
    listens = dict.fromkeys(each for name in names for each in listens_of(laid_over(name, loaded)))
    return tuple(each for each in listens if each.port and _taken(each))


def _taken(listen: Listen) -> bool:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((listen.host, listen.port))
        except OSError:
            return True
    return False
