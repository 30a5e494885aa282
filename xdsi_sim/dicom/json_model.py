"""One instance in the DICOM JSON model (PS3.18: Annex F).

Large binary values become BulkDataURIs, by default relative to the root of the DICOMweb service:
an index can keep the document for good, and `json_document` makes the addresses absolute when it is
handed out. Anything else is in the document, as UTF-8, whatever the character set of the file.
"""

from __future__ import annotations

import array
import base64
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName

from xdsi_sim.dicom.plain_values import NotPlain, plain_values

__all__ = ["INLINE_LIMIT", "bulk_value", "to_json"]

INLINE_LIMIT: Final = 1024
"""Octets up to which a binary value travels inside the document."""

_BINARY: Final = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
_WORDS: Final = {"OW": "H", "OF": "I", "OL": "I", "OD": "Q", "OV": "Q"}
_SAFE_INTEGER: Final = 2**53  # above this, JSON readers that use doubles lose digits
_CHARACTER_SET: Final = 0x00080005
_TRANSFER_SYNTAX: Final = "00083002"


_BROKEN: Final = (  # what the parser answers broken values and sequences with
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    NotImplementedError,
    OSError,
    EOFError,
    struct.error,
    BytesLengthException,
)


def to_json(dataset: Dataset, *, root: str = "") -> dict[str, Any]:
    """The data set as a JSON object; BulkDataURIs begin with `root`, which ends in a slash if not empty."""
    study, series, sop = (dataset.get(f"{level}InstanceUID", "") for level in ("Study", "Series", "SOP"))
    place = f"{root}studies/{study}/series/{series}/instances/{sop}/bulkdata"
    attributes = _object(dataset, place)
    syntax = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    if syntax:
        attributes[_TRANSFER_SYNTAX] = {"vr": "UI", "Value": [str(syntax)]}
    return dict(sorted(attributes.items()))


def bulk_value(dataset: Dataset, path: str) -> bytes | None:
    """The octets behind the last part of a BulkDataURI (`7FE00010`, `54000100/0/54001010`), if there."""
    *nested, tag = path.split("/")
    try:
        for sequence, number in zip(nested[::2], nested[1::2], strict=True):
            dataset = dataset[int(sequence, 16)].value[int(number)]
        element = dataset[int(tag, 16)]
    except (KeyError, ValueError, IndexError, TypeError):
        return None
    return _little_endian(element.value, element.VR, dataset) if element.VR in _BINARY else None


# --- elements --------------------------------------------------------------------------------


def _object(dataset: Dataset, place: str) -> dict[str, Any]:
    """Attributes in ascending order, without group lengths."""
    tags = sorted(dataset.keys(), key=int)  # iterating over the data set itself would parse it
    return {f"{tag:08X}": _attribute(dataset, tag, place) for tag in tags if int(tag) & 0xFFFF}


def _attribute(dataset: Dataset, tag: BaseTag, place: str) -> dict[str, Any]:
    raw = dataset.get_item(tag, keep_deferred=True)
    if (plain := _plain(tag, raw)) is not None:
        return plain
    if _is_deferred_bulk(raw):
        return {"vr": _raw_vr(raw), "BulkDataURI": f"{place}/{tag:08X}"}
    try:
        element = dataset[tag]
        return _element(dataset, element, f"{place}/{tag:08X}")
    except _BROKEN:
        return _as_received(raw)


def _plain(tag: BaseTag, raw: Any) -> dict[str, Any] | None:
    """An element that the library need not look at; None for any other."""
    if not isinstance(raw, RawDataElement) or raw.value is None or int(tag) == _CHARACTER_SET:
        return None
    try:
        vr = raw.VR or dictionary_VR(tag)
        values = plain_values(vr, raw.value, little_endian=raw.is_little_endian)
    except (KeyError, NotPlain):
        return None
    return {"vr": vr, "Value": values} if values else {"vr": vr}


def _is_deferred_bulk(raw: Any) -> TypeGuard[RawDataElement]:
    """Whether the value was left in the file, and may stay there."""
    unread = isinstance(raw, RawDataElement) and raw.value is None
    return unread and raw.length > INLINE_LIMIT and _raw_vr(raw) in _BINARY


def _raw_vr(raw: RawDataElement) -> str:
    """The VR in the file; with implicit VR that of the dictionary, where pixels are words (PS3.5: A.1)."""
    if raw.VR is not None:
        return str(raw.VR)
    try:
        return dictionary_VR(raw.tag).replace("OB or OW", "OW")
    except KeyError:
        return "UN"


def _element(dataset: Dataset, element: DataElement, path: str) -> dict[str, Any]:
    vr, value = str(element.VR), element.value
    if vr in _BINARY or isinstance(value, bytes):
        return _binary(dataset, vr if vr in _BINARY else "UN", value, path)
    if vr == "SQ":
        members = [_object(item, f"{path}/{index}") for index, item in enumerate(value)]
        return {"vr": "SQ", "Value": members} if members else {"vr": "SQ"}
    if element.tag == _CHARACTER_SET:
        return {"vr": vr, "Value": ["ISO_IR 192"]}
    if element.is_empty:
        return {"vr": vr}
    values = value if element.VM > 1 else [value]
    convert: Callable[[Any], Any] = _CONVERT.get(vr, _text)
    return {"vr": vr, "Value": [convert(single) for single in values]}


def _binary(dataset: Dataset, vr: str, value: bytes | None, path: str) -> dict[str, Any]:
    if not value:
        return {"vr": vr}
    if len(value) > INLINE_LIMIT:
        return {"vr": vr, "BulkDataURI": path}
    return {"vr": vr, "InlineBinary": base64.b64encode(_little_endian(value, vr, dataset)).decode()}


def _little_endian(value: bytes, vr: str, dataset: Dataset) -> bytes:
    """Inline and bulk values are little endian whatever the file is (PS3.18: F.2.7)."""
    code = _WORDS.get(vr)
    if code is None or dataset.original_encoding[1] is not False:
        return value
    words = array.array(code, value)
    words.byteswap()
    return words.tobytes()


def _as_received(raw: Any) -> dict[str, Any]:
    """A value that is not what its VR promises, as the text in the file: shown, not hidden."""
    vr = str(raw.VR or "UN")
    text = bytes(raw.value or b"").decode("latin-1").strip(" \0")
    if vr in {"IS", "DS"}:
        return {"vr": vr, "Value": [part or None for part in text.split("\\")]}
    return {"vr": "UN", "InlineBinary": base64.b64encode(bytes(raw.value or b"")).decode()}


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _name(value: PersonName) -> dict[str, str] | None:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), str(value).split("="), strict=False)
    return {group: text for group, text in groups if text} or None


def _number(value: Any) -> int | float | str | None:
    if value in (None, ""):
        return None
    number = int(value) if isinstance(value, int) else float(value)
    if isinstance(number, float) and not math.isfinite(number):
        return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")
    return number if abs(number) <= _SAFE_INTEGER or isinstance(number, float) else str(number)


def _tag(value: Any) -> str:
    return f"{int(value):08X}"


_CONVERT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "PN": _name,
    "AT": _tag,
    **dict.fromkeys(("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "IS", "DS"), _number),
}
"""How a single value is written, by VR; text for all others (PS3.18: Table F.2.3-1)."""
