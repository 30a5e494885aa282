"""Limited metadata: what a Metadata-Limited Document Source must say, and the label by which it tells so.

All three kinds that can be labelled are (ITI TF-3: Table 4.3.1-3); a receiver may be sent some without.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, TypeVar

from xdsi_sim.ebrim.model import DocumentEntry, Folder, RegistryObjectList, SubmissionSet
from xdsi_sim.ebrim.tables import KINDS

__all__ = ["COLUMN", "is_limited", "limited"]

COLUMN: Final = 2
"""Of `Attr.need`: the duties of a Metadata-Limited Document Source."""

_NOTHING: Final[dict[bool, Any]] = {False: None, True: ()}
"""What stands for an attribute that is absent, by whether it has many values."""

C = TypeVar("C", SubmissionSet, DocumentEntry, Folder)


def is_limited(objects: RegistryObjectList) -> bool:
    """Whether any object is labelled; then the sender says that it knew less than the profile asks for."""
    carriers: tuple[SubmissionSet | DocumentEntry | Folder, ...] = (
        *objects.submissionSets,
        *objects.documentEntries,
        *objects.folders,
    )
    return any(value.limitedMetadata for value in carriers)


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
