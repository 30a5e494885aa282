"""Where FHIR has the attributes of metadata: for whoever tells a client of FHIR what is wrong with one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from xdsi_sim.fhir.document_reference import ROWS
from xdsi_sim.fhir.lists import FOLDER_ROWS, SET_ROWS

__all__ = ["element_of"]

_OF_DOCUMENTS: Final = {row.attribute: f"DocumentReference.{row.element}" for row in ROWS}
_OF_LISTS: Final = {
    **{row.attribute: f"List.{row.element}" for row in (*SET_ROWS, *FOLDER_ROWS)},
    **dict.fromkeys(("uniqueId", "entryUUID"), "List.identifier"),
    **dict.fromkeys(("sourceId", "contentTypeCode", "codeList", "intendedRecipient"), "List.extension"),
}


def element_of(object: str | None, attribute: str, lists: Collection[str] = ()) -> str | None:
    """The element that has an attribute of the object of that id; None where none has.

    `lists` are the ids of the objects that are Lists.
    """
    return (_OF_LISTS if object in lists else _OF_DOCUMENTS).get(attribute)
