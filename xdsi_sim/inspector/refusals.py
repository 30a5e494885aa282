"""What an answer of ours says of its request: the rules that its RegistryErrors name.

A repository hands on what its registry refuses; the finding is then in the exchange between these two, and of
the message that somebody looks at the answer alone tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.messages.response import ReportedError
from xdsi_sim.rules.registry import RULES, Place

__all__ = ["refusals_in"]


def refusals_in(errors: Iterable[ReportedError]) -> Iterator[tuple[Finding, Place]]:
    """The findings that errors of an answer tell; nothing of those that name no rule of ours."""
    for error in errors:
        context, _, id = (error.codeContext or "").rpartition("; rule=")
        rule = RULES.get(id)
        if rule is None or not context:
            continue
        text, object_, attribute, value = _facts(context)
        where = object_ or error.location or None
        finding = Finding(
            rule=rule.id,
            severity=Severity.WARNING if (error.severity or "").endswith(":Warning") else Severity.ERROR,
            text=text if value is None else f"{text}: {value!r}",
            location=where or attribute,
            cites=rule.cites,
        )
        yield finding, Place(where, attribute, value)


def _facts(context: str) -> tuple[str, str | None, str | None, str | None]:
    """Text, object, attribute and value, as `xdsi_sim.rules.registry` puts them behind each other."""
    rest, value = _cut(context, "value")
    rest, attribute = _cut(rest, "attribute")
    rest, object_ = _cut(rest, "object")
    return rest, object_, attribute, value


def _cut(text: str, name: str) -> tuple[str, str | None]:
    before, found, after = text.partition(f"; {name}=")
    return before, after if found else None
