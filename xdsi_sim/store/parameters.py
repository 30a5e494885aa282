"""Lists of values in SQL: short ones as a parameter for each value, long ones as one JSON parameter.

SQLite bounds the parameters of a statement and the depth of an expression. A short list stays a list, which
an index answers at the least cost.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

__all__ = ["FEW", "bound", "places"]

FEW: Final = 50
"""Values up to which each has a parameter of its own."""


def places(count: int) -> str:
    """What stands in `IN (...)` for so many values."""
    return ",".join("?" * count) if count <= FEW else "SELECT value FROM json_each(?)"


def bound(values: Collection[str]) -> Collection[str]:
    """The parameters of these places."""
    return values if len(values) <= FEW else (json.dumps(list(values)),)
