"""Certificates that are wrong on purpose: issued when they are needed, and kept beside the right ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from xdsi_sim.deviations.deviation import TLS, Case, Presented
from xdsi_sim.deviations.meeting import Meeting
from xdsi_sim.deviations.switches import Desk, Switchboard
from xdsi_sim.tls.authority import Pair, issue, make_authority
from xdsi_sim.tls.files import AuthorityFolder, PairFiles
from xdsi_sim.tls.settings import Tls
from xdsi_sim.topology.certificates import LOCAL
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.whereabouts import listen_of

__all__ = ["presenting", "wrongly_presented"]

_RIGHT: Final = Presented()
_WRONG: Final = "wrong"
"""Folder of what is wrong, in that of the certificates."""


def presenting(
    topology: Topology, board: Switchboard, data: Path, tls: Tls | None, listen: Listen
) -> Callable[[], Tls | None]:
    """What is asked at each connection to a host and port of the file."""
    servers = [placed for placed in topology.actors() if not placed.address_less]
    desks = [board.desk(each.actor.id) for each in servers if listen_of(topology, each) == listen]
    return lambda: None if tls is None else wrongly_presented(tls, data, desks)


def wrongly_presented(tls: Tls, data: Path, desks: Iterable[Desk]) -> Tls | None:
    """What a port presents to the next connection, by the faults of its actors; None: what it always does."""
    presented = _RIGHT
    for desk in filter(lambda desk: desk.switches, desks):
        meeting = Meeting(desk)
        meeting.begin(Case(transaction=TLS), TLS)
        presented = meeting.presented() if presented == _RIGHT else presented
    if presented == _RIGHT:
        return None
    files = _files(presented, data)
    return replace(tls, certificate=files.certificate, key=files.key)


def _files(presented: Presented, data: Path) -> PairFiles:
    folder, now = AuthorityFolder(data), datetime.now(UTC)
    signer = "ours" if presented.trusted else "theirs"
    name = f"{now:%Y%m%d}-{presented.shift.days}-{presented.host or 'here'}-{signer}"
    files = PairFiles.named(folder.authority.certificate.parent / _WRONG, name)
    if not files.certificate.is_file():
        files.write(_issued(presented, folder.authority.read(), now))
    return files


def _issued(presented: Presented, authority: Pair | None, now: datetime) -> Pair:
    signer = authority if authority is not None and presented.trusted else make_authority(now)
    hosts = LOCAL if presented.host is None else (presented.host,)
    return issue(signer, "wrong on purpose", hosts, now + presented.shift)
