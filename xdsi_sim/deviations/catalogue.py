"""The whole catalogue for people: every deviation by id, by family, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from difflib import get_close_matches
from itertools import groupby
from typing import Any, Final

from xdsi_sim.deviations import (  # noqa: F401  imported for the deviations that they register
    addressing,
    error_codes,
    http,
    image,
    mtom,
    query,
    retrieve,
    soap,
    status,
    tls,
    transport,
)
from xdsi_sim.deviations.deviation import DEVIATIONS, Deviation, Family, Parameter
from xdsi_sim.errors import UsageError

__all__ = ["catalogue", "deviation_named", "explain", "facts_of", "families", "near", "set_parameters"]

_FAMILIES: Final = tuple(Family)


def catalogue() -> tuple[Deviation, ...]:
    """All of them, family by family."""
    return tuple(sorted(DEVIATIONS.values(), key=lambda row: _FAMILIES.index(row.family)))


def families() -> Iterator[tuple[Family, tuple[Deviation, ...]]]:
    """The same by family."""
    for family, rows in groupby(catalogue(), key=lambda row: row.family):
        yield family, tuple(rows)


def near(word: str, known: Iterable[str]) -> str | None:
    """A hint: the known word that is nearest."""
    words = {one.lower(): one for one in known}
    found = get_close_matches(word.lower(), words, n=1, cutoff=0.5)
    return f"Did you mean '{words[found[0]]}'?" if found else None


def deviation_named(id: str) -> Deviation:
    """The row of an id; raises UsageError for an unknown one."""
    row = DEVIATIONS.get(id)
    if row is None:
        hint = near(id, DEVIATIONS) or "`xdsi-sim faults list` has them all."
        raise UsageError(f"unknown deviation '{id}'.", hint=hint)
    return row


def set_parameters(row: Deviation, given: dict[str, Any]) -> dict[str, Any]:
    """All parameters of a deviation, those given in their types; raises UsageError for a wrong one."""
    known = {parameter.name: parameter for parameter in row.parameters}
    for name in given:
        if name not in known:
            hint = near(name, known) or (f"It has {', '.join(known)}." if known else "It has none.")
            raise UsageError(f"the deviation '{row.id}' has no parameter '{name}'.", hint=hint)
    return row.defaults() | {name: _typed(row, known[name], value) for name, value in given.items()}


def _typed(row: Deviation, parameter: Parameter, value: Any) -> Any:
    kind = type(parameter.default)
    try:
        typed = kind(value)
    except (TypeError, ValueError):
        raise UsageError(f"{row.id}: {parameter.name} is {_KINDS[kind]}, found '{value}'.") from None
    if parameter.least is not None and not typed >= parameter.least:
        raise UsageError(f"{row.id}: {parameter.name} is at least {parameter.least:g}, found {value}.")
    return typed


_KINDS: Final = {int: "a whole number", float: "a number", str: "a text"}


# --- in words --------------------------------------------------------------------------------


def facts_of(row: Deviation) -> dict[str, Any]:
    """A row as plain values."""
    return {
        "id": row.id,
        "family": row.family.value,
        "text": row.text,
        "changes": row.level.value,
        "instead": row.instead,
        "transactions": None if row.transactions is None else list(row.transactions),
        "cites": row.cites,
        "parameters": [asdict(parameter) for parameter in row.parameters],
        "finds": list(row.finds),
        "comes": row.comes or None,
    }


def explain(row: Deviation) -> str:
    """A row in words: what is wrong, where, what can be set, what our own client makes of it."""
    source = f" ({row.cites})" if row.cites else ""
    fits = "any answer" if row.transactions is None else f"answers of {', '.join(row.transactions)}"
    acts = "\nThe actor is not asked: nothing is stored or looked up." if row.instead else ""
    settings = "".join(
        f"\n  {parameter.name}={parameter.default}  {parameter.text}" for parameter in row.parameters
    )
    return (
        f"{row.id}  {row.family}\n{row.text}{source}\nIt changes {row.level.value}. It fits {fits}.{acts}"
        f"{settings and chr(10) + 'Parameters:' + settings}\n{_seen(row)}"
    )


def _seen(row: Deviation) -> str:
    found = f"finds {', '.join(row.finds)} broken" if row.finds else ""
    comes = f"gets: {row.comes}" if row.comes else ""
    told = " and ".join(text for text in (found, comes) if text)
    return f"Our own client {told or 'notices nothing: whoever acts on the answer has to'}."
