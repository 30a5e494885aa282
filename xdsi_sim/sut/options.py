"""Options of the profiles that a system under test may claim: a test that needs one has its name as a tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["OPTIONS"]

OPTIONS: Final[Mapping[str, str]] = {
    "patient-feed": "a registry takes the patient identity feed by ITI-44, or by ITI-8",
    "metadata-update": "a registry takes updates of metadata by ITI-57",
    "restricted-update": "updates of metadata by ITI-92",
    "remove-metadata": "a registry removes metadata by ITI-62",
    "remove-documents": "a repository removes documents by ITI-86",
    "on-demand": "On-Demand Documents, registered by ITI-61",
    "multi-patient": "a registry answers queries over several patients by ITI-51",
    "reference-id": "a registry answers FindDocumentsByReferenceId",
}
"""By name, what it means."""
