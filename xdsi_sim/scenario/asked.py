"""What a scenario asks for in words of its own: documents and images that nobody has found before.

So it can ask for what is not there, leave an id out, or name the wrong place. Values that earlier steps have
saved stand beside them in the same list.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from xdsi_sim.scenario.kind import ActorOf
from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.model import Source

__all__ = ["AskedDocument", "AskedSeries", "Documents", "Series", "one_by_one"]


class AskedDocument(Checked):
    """A document of a retrieve request."""

    uniqueId: str
    repositoryUniqueId: str
    homeCommunityId: str | None = None


class AskedSeries(Checked):
    """A series, and those of its images that are wanted."""

    studyInstanceUID: str
    seriesInstanceUID: str
    sopInstanceUIDs: Any
    """One, or a list."""
    source: Annotated[str | None, ActorOf(Source)] = None
    """Who is asked; absent, the source that `location` names."""
    location: str | None = None
    """RepositoryUniqueId of the request, the Retrieve Location UID; absent, the OID of `source`."""
    homeCommunityId: str | None = None


def _read(kind: type[Checked]) -> BeforeValidator:
    def read(value: Any) -> Any:
        """The value, each mapping in it as one of that kind; others are left as they are."""
        if isinstance(value, list | tuple):
            return tuple(read(item) for item in value)
        return kind.model_validate(value) if isinstance(value, dict) else value

    return BeforeValidator(read)


def _schema(kind: type[Checked]) -> WithJsonSchema:
    each = {"anyOf": [{"type": "string"}, kind.model_json_schema()]}
    return WithJsonSchema({"anyOf": [*each["anyOf"], {"type": "array", "items": each}]})


Documents = Annotated[Any, _read(AskedDocument), _schema(AskedDocument)]
"""Entries that a query has saved, or documents in words; one, or a list."""
Series = Annotated[Any, _read(AskedSeries), _schema(AskedSeries)]
"""Series that were located or stored, or in words; one, or a list."""


def one_by_one(value: Any) -> tuple[Any, ...]:
    """All items of lists in lists, in their order."""
    if isinstance(value, list | tuple):
        return tuple(item for each in value for item in one_by_one(each))
    return (value,)
