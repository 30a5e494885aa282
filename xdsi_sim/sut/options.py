"""Options of the profiles that a system under test may claim: a test that needs one has its name as a tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["INTERACTIVE", "OPTIONS"]

INTERACTIVE: Final = "interactive"
"""The option of tests in which somebody has the system send a message."""

OPTIONS: Final[Mapping[str, str]] = {
    "patient-feed": "a registry takes the patient identity feed by ITI-44, or by ITI-8",
    "metadata-update": "a registry takes updates of metadata by ITI-57",
    "restricted-update": "updates of metadata by ITI-92",
    "remove-metadata": "a registry removes metadata by ITI-62",
    "remove-documents": "a repository removes documents by ITI-86",
    "on-demand": "On-Demand Documents, registered by ITI-61",
    "multi-patient": "a registry answers queries over several patients by ITI-51",
    "reference-id": "a registry answers FindDocumentsByReferenceId",
    "wado-rs": "an imaging source gives images and metadata by WADO-RS (RAD-107)",
    "qido-rs": "an imaging source is searched by QIDO-RS (RAD-129)",
    "stow-rs": "an imaging source takes images by STOW-RS (RAD-108)",
    "wado-uri": "an imaging source gives one object by WADO-URI (RAD-55)",
    "transcoding": "an imaging source turns images into native transfer syntaxes that they are not stored in",
    "stored-bytes": "an imaging source gives the files that it was sent, to the last octet",
    "cross-community-provide": "a gateway hands submissions on to other communities by ITI-80, or takes them",
    "affinity-domain": "an Initiating Gateway asks the registry and repositories of its own community, too",
    "xc-wado": "an imaging gateway passes WADO-RS on to other communities (RAD-160)",
    INTERACTIVE: "somebody is there to do what a test asks for: what the system sends is tested by that",
}
"""By name, what it means."""
