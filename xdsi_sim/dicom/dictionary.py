"""Attributes by the name that people and addresses use: a keyword, or eight hexadecimal digits (PS3.6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from xdsi_sim.dicom.attributes import TAGS
from xdsi_sim.dicom.levels import DEFAULTS

__all__ = ["Attribute", "attribute", "keyword_of"]

_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")
_KEYWORD: Final = re.compile(r"[A-Z][A-Za-z0-9]{2,64}")
_VRS: Final = {
    **{tag: vr for given in DEFAULTS.values() for tag, (vr, _) in given.items()},
    TAGS["RequestedProcedureID"]: "SH",
}
"""VRs that are asked for so often that no dictionary should have to be loaded for them."""


class Attribute(NamedTuple):
    """Tag and VR of an attribute."""

    tag: str
    vr: str
    """`UN` where the dictionary does not have it."""


@lru_cache(maxsize=4096)
def attribute(name: str) -> Attribute | None:
    """The attribute of that keyword or tag; None for a keyword that is none, or what is neither."""
    if _TAG.fullmatch(name):
        return _of_tag(name.upper())
    if name in TAGS:
        return _of_tag(TAGS[name])
    return _of_keyword(name) if _KEYWORD.fullmatch(name) else None


@lru_cache(maxsize=4096)
def keyword_of(tag: str) -> str | None:
    """The keyword of a tag of eight hexadecimal digits; None where the dictionary has none."""
    from pydicom.datadict import keyword_for_tag  # noqa: PLC0415  as below

    return keyword_for_tag(int(tag, 16)) or None if _TAG.fullmatch(tag) else None


def _of_tag(tag: str) -> Attribute:
    if tag in _VRS:
        return Attribute(tag, _VRS[tag])
    from pydicom.datadict import dictionary_VR  # noqa: PLC0415  a quarter of a second, for rare attributes

    try:
        return Attribute(tag, dictionary_VR(int(tag, 16)).partition(" or ")[0])
    except KeyError:
        return Attribute(tag, "UN")


def _of_keyword(keyword: str) -> Attribute | None:
    from pydicom.datadict import tag_for_keyword  # noqa: PLC0415  see above

    tag = tag_for_keyword(keyword)
    return None if tag is None else _of_tag(f"{tag:08X}")
