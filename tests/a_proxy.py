"""A domain whose registry, repository and archive are proxies in front of another domain, or of a peer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from a_domain import topology

from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Topology

FREE = Listen("127.0.0.1", 0)
TIMEOUTS = {"connect": 5, "firstByte": 20, "total": 20}


def in_front(data: Path, mode: str, timeouts: dict[str, float] | None = None, **urls: Any) -> RunningTopology:
    """By the id of an actor the address of what is behind it, of an archive also the base of its DICOMweb."""
    peers = []
    for actor, url in urls.items():
        addresses = {"url": url} if isinstance(url, str) else {"url": url[0], "dicomweb": url[1]}
        peers.append({"id": f"real-{actor}", "plays": actor, "proxy": mode, **addresses})
    told = topology().model_dump(exclude_unset=True)
    return start(
        Topology.model_validate({**told, "peers": peers, "timeouts": timeouts or TIMEOUTS}), data, FREE
    )


def before(data: Path, mode: str, real: RunningTopology) -> RunningTopology:
    """In front of all of a domain that answers."""
    return in_front(
        data,
        mode,
        registry=real.url_of("registry"),
        repository=real.url_of("repository"),
        pacs=(real.url_of("pacs"), real.dicomweb_of("pacs")),
    )
