"""The studies of imaging sources, each with a small picture and the way to the viewer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.search import Search
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Refused as NotServed
from xdsi_sim.dicomweb.messages import WebRequest
from xdsi_sim.dicomweb.query import read_query
from xdsi_sim.dicomweb.rendered import thumbnail as picture_of
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.topology.model import Source

__all__ = ["SourceRow", "sources", "thumbnail"]

_MOST: Final = 12
"""Studies that are shown of a source."""
_ASKED: Final = (("limit", str(_MOST)), ("includefield", "00081030"))
_PICTURE: Final = WebRequest(method="GET", path=(), headers={"accept": "image/png"})
_TAGS: Final = {
    "uid": "0020000D",
    "patient": "00100010",
    "patient_id": "00100020",
    "date": "00080020",
    "description": "00081030",
    "modalities": "00080061",
    "instances": "00201208",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    texts: Mapping[str, str]
    viewer: str | None

    def __getattr__(self, name: str) -> str:
        return self.texts[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source, and what it has."""

    id: str
    studies: tuple[_Study, ...] = ()
    more: bool = False
    trouble: str | None = None
    """Why its studies are not known."""


def sources(inspected: Inspected) -> list[SourceRow]:
    """Those that are played here, in the order of the topology."""
    running = inspected.running
    placed = (placed.actor for placed in running.topology.actors() if isinstance(placed.actor, Source))
    return [_source(inspected, actor.id) for actor in placed if actor.id not in running.elsewhere]


def _source(inspected: Inspected, id: str) -> SourceRow:
    running = inspected.running
    try:
        found = running.store_of(id).search(_search(), base=running.dicomweb_of(id), most=_MOST)
        texts = [_texts(item) for item in found.items]
    except (BackendFailed, ValueError) as error:
        return SourceRow(id=id, trouble=str(error))
    studies = (_Study(texts=one, viewer=running.viewer_of(id, one["uid"])) for one in texts)
    return SourceRow(id=id, studies=tuple(studies), more=found.remaining != 0)


@cache
def _search() -> Search:
    """The first studies, as QIDO-RS asks for them; made when it is needed, as the names of tags cost time."""
    return read_query(Level.STUDY, _ASKED).search


def _texts(item: bytes) -> Mapping[str, str]:
    """What is shown of a result of a search, which another archive may have given."""
    attributes = json.loads(item)
    return {name: _text(attributes.get(tag)) for name, tag in _TAGS.items()}


def _text(attribute: Any) -> str:
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    texts = values if isinstance(values, list) else []
    return ", ".join(str(one.get("Alphabetic", "")) if isinstance(one, dict) else str(one) for one in texts)


def thumbnail(inspected: Inspected, _asked: Asked, source: str, study: str) -> Answered:
    """A small picture; raises Refused where there is none."""
    running = inspected.running
    if source not in (row.id for row in inspected.actors) or source in running.elsewhere:
        raise Refused(404, "There is no such source here.")
    try:
        archive = Archive(store=running.store_of(source), base=running.dicomweb_of(source), most=_MOST)
        answered = picture_of(archive, _PICTURE, Target(study=study))
    except (NotServed, BackendFailed, KeyError) as error:
        raise Refused(404, f"There is no picture: {error}.") from None
    return Answered(segments=answered.segments, media_type=answered.media_type)
