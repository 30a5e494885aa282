"""Sizes as people write them: `2 GiB`, `500 MB`."""

from __future__ import annotations

import math
import re
from typing import Final

__all__ = ["parse_size"]

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]i?)?B?", re.IGNORECASE | re.ASCII)
_PREFIXES: Final = ("", "k", "m", "g", "t")


def parse_size(text: str) -> int:
    """Octets; 1 kB is 1,000 of them and 1 KiB is 1,024. Raises ValueError where it is no size."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not a size, such as 2 GiB or 500 MB")
    number, unit = found[1], (found[2] or "").lower()
    base = 1024.0 if unit.endswith("i") else 1000.0
    return round(float(number) * math.pow(base, _PREFIXES.index(unit.removesuffix("i"))))
