"""Objects of a registry that go, and what would be left if they went.

Ids come as one JSON value: a removal may name as many objects as a message holds elements. They are in lower
case, as the ends of Associations are kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from sqlite3 import Connection
from typing import Final

from xdsi_sim.rules.removal import Link, Remains

__all__ = ["remains", "remove"]

_IDS: Final = "(SELECT value FROM json_each(:ids))"
_NAMED: Final = f"entryUUID IN {_IDS}"
_STAYS: Final = f"lower(entryUUID) NOT IN {_IDS}"
_THERE: Final = f"SELECT lower(entryUUID) FROM object WHERE {_NAMED}"
_ENDS: Final = ("sourceObject", "targetObject")

_DANGLING: Final = " UNION ALL ".join(
    f"SELECT entryUUID, '{end}', {end} FROM object WHERE {end} IN {_IDS} AND {_STAYS}" for end in _ENDS
)
_TOUCHED: Final = " UNION ".join(f"SELECT {end} AS uuid FROM object WHERE {_NAMED}" for end in _ENDS)
_LINKED: Final = " OR ".join(
    f"EXISTS (SELECT 1 FROM object WHERE {end} = touched.uuid AND {_STAYS})" for end in _ENDS
)
_BARE: Final = (
    f"WITH touched AS ({_TOUCHED}) SELECT uuid FROM touched WHERE uuid NOT IN {_IDS} "
    f"AND EXISTS (SELECT 1 FROM object WHERE entryUUID = touched.uuid) AND NOT ({_LINKED})"
)
_REMOVE: Final = (
    f"DELETE FROM value WHERE number IN (SELECT number FROM object WHERE {_NAMED})",
    f"DELETE FROM object WHERE {_NAMED}",
)


def remains(connection: Connection, uuids: Collection[str]) -> Remains:
    """What would be left without these objects."""
    named = {"ids": json.dumps(list(uuids))}
    there = {uuid for (uuid,) in connection.execute(_THERE, named)}
    return Remains(
        unknown=frozenset(uuids) - there,
        dangling=tuple(Link(*row) for row in connection.execute(_DANGLING, named)),
        bare=tuple(uuid for (uuid,) in connection.execute(_BARE, named)),
    )


def remove(connection: Connection, uuids: Collection[str]) -> None:
    """Take the objects out; one that is not there is no matter."""
    named = {"ids": json.dumps(list(uuids))}
    for statement in _REMOVE:
        connection.execute(statement, named)
