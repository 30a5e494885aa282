"""What answers say, in short."""

from __future__ import annotations

from typing import Any

from xdsi_sim.messages.retrieve import RetrieveDocumentSetResponse


def told(answer: Any) -> list[tuple[str, str | None]]:
    """Code and location of each error."""
    return [(error.errorCode, error.location) for error in answer.errors]


def uids(answer: RetrieveDocumentSetResponse) -> list[str]:
    """Of the documents that came."""
    return [each.request.documentUniqueId for each in answer.documents]
