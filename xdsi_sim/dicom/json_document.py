"""DICOM JSON as bytes, with addresses that are relative while kept and absolute when handed out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["to_bytes", "with_bulk_root"]

_MEMBER: Final = b'"BulkDataURI":"'


def to_bytes(attributes: Mapping[str, Any]) -> bytes:
    """The compact UTF-8 document of a JSON object."""
    return json.dumps(attributes, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def with_bulk_root(document: bytes, root: str) -> bytes:
    """A document of `to_bytes` with its relative BulkDataURIs made absolute; `root` is the DICOMweb service.

    The member's name with its quotes cannot be part of a value, for there the quotes are escaped;
    so a plain replacement does it, at the cost of a copy.
    """
    start = json.dumps(root.rstrip("/") + "/", ensure_ascii=False)[1:-1]
    return document.replace(_MEMBER, _MEMBER + start.encode())
