"""A DICOM JSON object as XML: the Native DICOM Model (PS3.19: A.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from xdsi_sim.ebrim.xml import escape

__all__ = ["to_xml"]

_NAMESPACE: Final = "http://dicom.nema.org/PS3.19/models/NativeDICOM"
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_COMPONENTS: Final = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
_PRIVATE: Final = 1


def to_xml(document: bytes) -> bytes:
    """The document of one data set; keywords are those of the dictionary, private attributes have none."""
    body = "".join(_attributes(json.loads(document)))
    root = f'<NativeDicomModel xmlns="{_NAMESPACE}">{body}</NativeDicomModel>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{root}'.encode()


def _attributes(attributes: Mapping[str, Any]) -> Iterator[str]:
    creators = {
        (tag[:4], tag[6:]): str(attribute["Value"][0])
        for tag, attribute in attributes.items()
        if int(tag[:4], 16) & _PRIVATE and tag[4:6] == "00" and attribute.get("Value")
    }
    for tag, attribute in attributes.items():
        if int(tag[:4], 16) & _PRIVATE and tag[4:6] != "00":
            name = f'privateCreator="{escape(creators.get((tag[:4], tag[4:6]), ""))}"'
            shown = f"{tag[:4]}00{tag[6:]}"
        else:
            name, shown = f'keyword="{_keyword(tag)}"', tag
        vr = attribute["vr"]
        yield f'<DicomAttribute tag="{shown}" vr="{vr}" {name}>{_content(vr, attribute)}</DicomAttribute>'


def _keyword(tag: str) -> str:
    from pydicom.datadict import keyword_for_tag  # noqa: PLC0415  brings pydicom

    return keyword_for_tag(int(tag, 16))


def _content(vr: str, attribute: Mapping[str, Any]) -> str:
    if "BulkDataURI" in attribute:
        return f'<BulkData uri="{escape(attribute["BulkDataURI"])}"/>'
    if "InlineBinary" in attribute:
        return f"<InlineBinary>{attribute['InlineBinary']}</InlineBinary>"
    write = _WRITE.get(vr, _value)
    return "".join(write(number, value) for number, value in enumerate(attribute.get("Value", ()), start=1))


def _value(number: int, value: Any) -> str:
    return f'<Value number="{number}">{escape("" if value is None else str(value))}</Value>'


def _item(number: int, item: Mapping[str, Any] | None) -> str:
    return f'<Item number="{number}">{"".join(_attributes(item or {}))}</Item>'


def _name(number: int, name: Mapping[str, str] | None) -> str:
    groups = "".join(
        f"<{group}>{_components((name or {})[group].split('^'))}</{group}>"
        for group in _GROUPS
        if (name or {}).get(group)
    )
    return f'<PersonName number="{number}">{groups}</PersonName>'


def _components(values: Iterable[str]) -> str:
    return "".join(
        f"<{component}>{escape(value)}</{component}>"
        for component, value in zip(_COMPONENTS, values, strict=False)
        if value
    )


_WRITE: Final[Mapping[str, Callable[[int, Any], str]]] = {"SQ": _item, "PN": _name}
"""How a single value is written, by VR; as text for all others."""
