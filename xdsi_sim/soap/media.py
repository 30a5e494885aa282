"""Content-Type values and their parameters (RFC 2045: 5.1), read leniently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

__all__ = ["NO_MEDIA_TYPE", "Headers", "MediaType", "header", "parse_media_type"]

Headers = tuple[tuple[str, str], ...]
"""Names and values, in their order."""

_PARAMETER: Final = re.compile(r';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type; type and parameter names in lower case, parameter values unquoted."""

    type: str
    parameters: Mapping[str, str]


NO_MEDIA_TYPE: Final = MediaType("", MappingProxyType({}))
"""Of a message that has no Content-Type."""


@lru_cache(maxsize=1024)
def parse_media_type(text: str) -> MediaType:
    """Read a Content-Type value; a parameter that comes twice counts once, the first."""
    kind, _, _ = text.partition(";")
    parameters: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(text[len(kind) :]):
        parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted else bare.strip())
    return MediaType(kind.strip().lower(), MappingProxyType(parameters))


def header(headers: Headers, name: str) -> str:
    """Value of the first header of that name, which is in lower case; empty where there is none."""
    return next((value for key, value in headers if key.lower() == name), "")
