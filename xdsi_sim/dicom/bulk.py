"""Bulk values of a stored object, by the path that its DICOM JSON gives them."""

from __future__ import annotations

from xdsi_sim.content import Content
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.json_model import bulk_value

__all__ = ["value_of"]


def value_of(content: Content, path: str) -> bytes | None:
    """The octets behind the last part of a BulkDataURI, if they are there; raises NotDicom."""
    return bulk_value(part10.read(content), path)
