"""Limited metadata: what a Metadata-Limited Document Source must say, and the label by which it tells so.

Such a source labels each SubmissionSet, DocumentEntry and Folder (ITI TF-3: Table 4.3.1-3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, TypeVar

from xdsi_sim.ebrim.model import Classification, DocumentEntry, Folder, RegistryObjectList, SubmissionSet
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY, FOLDER, KINDS, SUBMISSION_SET

__all__ = ["COLUMN", "is_limited", "label_of_another_kind", "limited"]

COLUMN: Final = 2
"""Of `Attr.need`: the duties of a Metadata-Limited Document Source."""

_KINDS: Final = {
    kind.by_name["limitedMetadata"].key: kind.name for kind in (SUBMISSION_SET, DOCUMENT_ENTRY, FOLDER)
}
"""Names of the kinds by the node of their label."""
_NOTHING: Final[dict[bool, Any]] = {False: None, True: ()}
"""What stands for an attribute that is absent, by whether it has many values."""

_Carrier = SubmissionSet | DocumentEntry | Folder
C = TypeVar("C", SubmissionSet, DocumentEntry, Folder)


def is_limited(objects: RegistryObjectList) -> bool:
    """Whether any object is labelled, though it be as another kind.

    Then the sender says that it knew less than the profile asks for.
    """
    carriers: tuple[_Carrier, ...] = (
        *objects.submissionSets,
        *objects.documentEntries,
        *objects.folders,
    )
    return any(value.limitedMetadata or label_of_another_kind(value) for value in carriers)


def label_of_another_kind(value: _Carrier) -> str | None:
    """Name of the kind whose label an object has in place of its own: there are three, easily mixed up."""
    if value.limitedMetadata:
        return None
    nodes = (extra.classificationNode for extra in value.extra if isinstance(extra, Classification))
    return next((_KINDS[node] for node in nodes if node in _KINDS), None)


def limited(objects: RegistryObjectList) -> RegistryObjectList:
    """The same submission from a source that knows nothing beyond what it must say, and labels it so."""
    return replace(
        objects,
        submissionSets=tuple(map(_limited, objects.submissionSets)),
        documentEntries=tuple(map(_limited, objects.documentEntries)),
        folders=tuple(map(_limited, objects.folders)),
    )


def _limited(value: C) -> C:
    left_out = {
        attr.name: _NOTHING[attr.many]
        for attr in KINDS[type(value)].attrs
        if attr.need.split()[COLUMN] != "R"
    }
    return replace(value, **left_out, limitedMetadata=True, extra=())
