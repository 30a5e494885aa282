"""zeep as a client of transactions whose objects it does not write by itself."""

from __future__ import annotations

from typing import Any

import zeep

from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.vocab import NS


class Objects(zeep.Plugin):  # type: ignore[misc]  # zeep is untyped
    """Puts metadata objects in: zeep writes no members of a substitution group by itself."""

    def __init__(self, request: SubmitObjectsRequest) -> None:
        self._objects = [parse(write_object(value)) for value in request.objects.objects()]

    def egress(self, envelope: Any, http_headers: Any, _operation: Any, _options: Any) -> tuple[Any, Any]:
        next(envelope.iter(f"{{{NS.RIM}}}RegistryObjectList")).extend(self._objects)
        return envelope, http_headers


def status(answer: Any) -> str:
    """`Success`, of the URN that an answer has."""
    return str(answer.status).rpartition(":")[2]


def outcome(answer: Any) -> tuple[str, list[tuple[str, str | None]]]:
    """Of what was retrieved: the status, and the errors with their locations."""
    response = answer.RegistryResponse
    errors = response.RegistryErrorList.RegistryError if response.RegistryErrorList else []
    return str(response.status).rpartition(":")[2], [(each.errorCode, each.location) for each in errors]
