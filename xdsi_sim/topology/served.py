"""What an imaging source serves of a study: asked by WADO-RS, as anybody may ask it."""

from __future__ import annotations

import json
from typing import Any, Final

from xdsi_sim.content import read_all
from xdsi_sim.dicom.errors import NotOneStudy
from xdsi_sim.dicom.study import Study
from xdsi_sim.dicom.summary import header_of, summarise
from xdsi_sim.errors import CannotRun
from xdsi_sim.topology.outside import BlockingClient

__all__ = ["fetch_study"]

_JSON: Final = "application/dicom+json"
_ABSENT: Final = (204, 404)


def fetch_study(client: BlockingClient, base: str, uid: str) -> Study | None:
    """The study as `{base}/studies/{uid}/metadata` tells it (PS3.18: 10.4); None where it is not there.

    Raises CannotRun where there is no answer, or one that nobody can read.
    """
    url = f"{base.rstrip('/')}/studies/{uid}/metadata"
    reply = client.get(url, accept=_JSON, transaction="RAD-107", sender="validator", conversation="manifest")
    if reply.status in _ABSENT:
        return None
    if reply.status != 200:
        raise CannotRun(f"{url}: {reply.trouble or f'HTTP {reply.status}'}.")
    try:
        return summarise(header_of(instance) for instance in _instances(reply.parts))
    except (ValueError, AttributeError, TypeError, NotOneStudy) as error:
        raise CannotRun(f"{url}: this is no DICOM JSON of one study: {error}.") from error


def _instances(parts: tuple[Any, ...]) -> list[dict[str, Any]]:
    found = json.loads(read_all(parts[0].content)) if parts else None
    if not isinstance(found, list):
        raise ValueError("no list of instances")  # noqa: TRY004  a value of the wrong kind, not a call
    return found
