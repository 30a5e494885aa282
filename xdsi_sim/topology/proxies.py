"""From a peer that stands behind an actor's address to the proxy that answers there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xdsi_sim.errors import CannotRun
from xdsi_sim.judging.replays import Replays
from xdsi_sim.server.behind import Ask, Behind, Stand
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.proxy import ProxyResource
from xdsi_sim.server.threads import Threads
from xdsi_sim.store.exchanges import Recorder
from xdsi_sim.store.recordings import Recordings
from xdsi_sim.topology.addresses import DICOM_WEB, WADO
from xdsi_sim.topology.gateways import XC_WADO
from xdsi_sim.topology.model import Peer, Placed

__all__ = ["FOLDER", "proxy_of", "recording_of"]

FOLDER: Final = "recordings"
"""Of all recordings, in a data folder."""
_RECORDS: Final = ("record", "replay-else-record")
_REPLAYS: Final = ("replay", "replay-else-record")


def recording_of(peer: Peer, data: Path) -> Path:
    """Folder of a peer's recording."""
    return peer.recording or data / FOLDER / str(peer.plays)


def proxy_of(
    peer: Peer, placed: Placed, *, ask: Ask, recorder: Recorder, data: Path, spool: Path, loop: Loop
) -> ProxyResource:
    """What answers at the address of an actor that a peer plays behind it; `ask` sends to the peer.

    Raises CannotRun where there is nothing to replay, or a file of the recording is no message.
    """
    folder = recording_of(peer, data)
    recordings = Recordings(folder)
    if peer.proxy == "replay" and next(iter(recordings), None) is None:
        raise CannotRun(
            f"{placed.actor.id} is to be replayed, but there is no recording in {folder}.",
            hint="Make one with 'proxy: record'.",
        )
    faces: list[tuple[str, str, str | None]] = []
    if peer.dicomweb:
        faces.append((DICOM_WEB, peer.dicomweb, None))
    if peer.wado:
        faces.append((WADO, peer.wado, "WADO-URI"))
    if peer.xcWado and type(placed.actor) in XC_WADO:
        faces.append((XC_WADO[type(placed.actor)], peer.xcWado, "XC-WADO"))
    return ProxyResource(
        Stand(
            actor_id=placed.actor.id,
            behind=Behind(url=peer.url, faces=tuple(faces), addresses=peer.addresses),
            path=placed.path,
            ask=None if peer.proxy == "replay" else ask,
            recordings=recordings if peer.proxy in _RECORDS else None,
            replays=Replays(recordings, placed.path, spool) if peer.proxy in _REPLAYS else None,
            recorder=recorder,
            spool=spool,
            threads=Threads(loop.reactor),
        ),
        loop.reactor,
    )
