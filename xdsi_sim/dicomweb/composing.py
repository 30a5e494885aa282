"""STOW-RS with metadata apart: DICOM JSON, and bulk values by their Content-Location (PS3.18: 10.5)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.actors.ports import Kept
from xdsi_sim.content import BytesContent, Content, read_all
from xdsi_sim.dicom.attributes import text
from xdsi_sim.dicom.errors import NotDicom
from xdsi_sim.dicom.transfer_syntax import EXPLICIT_LITTLE_ENDIAN, OCTETS
from xdsi_sim.dicomweb.messages import Part, Refused
from xdsi_sim.soap.media import parse_media_type

if TYPE_CHECKING:
    from xdsi_sim.dicom.from_json import BulkValue

__all__ = ["JSON_TYPES", "compose"]

JSON_TYPES: Final = ("application/dicom+json", "application/json")
_LARGEST: Final = 32_000_000
"""Octets of the metadata."""
_SYNTAXES: Final[Mapping[str, str]] = {  # PS3.18: 8.7.3, the default of each media type
    OCTETS: EXPLICIT_LITTLE_ENDIAN,
    "image/jpeg": "1.2.840.10008.1.2.4.50",
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
    "video/mp4": "1.2.840.10008.1.2.4.102",
}


def compose(parts: Sequence[Part]) -> Iterator[Content | Kept]:
    """A DICOM file for each object of the metadata, made when it is asked for, or why there is none.

    Raises Refused, 400, where the metadata are no JSON array of objects.
    """
    bulk = {part.headers["content-location"]: part for part in parts if "content-location" in part.headers}
    for part in parts:
        if parse_media_type(part.headers.get("content-type", "")).type in JSON_TYPES:
            yield from (_composed(each, bulk) for each in _objects(part.content))


def _objects(content: Content) -> list[Any]:
    if content.size > _LARGEST:
        raise Refused(413, f"the metadata exceed {_LARGEST} octets")
    try:
        objects = json.loads(read_all(content))
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the metadata are not JSON: {error}") from None
    return objects if isinstance(objects, list) else [objects]


def _composed(attributes: Any, bulk: Mapping[str, Part]) -> Content | Kept:
    from xdsi_sim.dicom.from_json import to_file  # noqa: PLC0415  brings pydicom

    try:
        return BytesContent(to_file(attributes, lambda uri: _bulk_value(bulk, uri)))
    except NotDicom as error:
        instance, kind = (_uid(attributes, keyword) for keyword in ("SOPInstanceUID", "SOPClassUID"))
        return Kept(error=error, sopInstanceUID=instance, sopClassUID=kind)


def _uid(attributes: Any, keyword: str) -> str | None:
    """What a refusal tells of an object, as far as it is there."""
    try:
        return text(attributes, keyword)
    except (AttributeError, TypeError):  # it is only shaped like DICOM JSON, or not at all
        return None


def _bulk_value(bulk: Mapping[str, Part], uri: str) -> BulkValue | None:
    from xdsi_sim.dicom.from_json import BulkValue  # noqa: PLC0415  brings pydicom

    part = bulk.get(uri)
    if part is None:
        return None
    media = parse_media_type(part.headers.get("content-type", OCTETS))
    syntax = media.parameters.get("transfer-syntax") or _SYNTAXES.get(media.type)
    if syntax is None:
        raise NotDicom(
            f"the part at {uri[:200]} is of {media.type[:80]}, of which no transfer syntax is known"
        )
    return BulkValue(read_all(part.content), syntax)
