"""What an answer of ours says of its request: the rules that its RegistryErrors name.

A repository hands on what its registry refuses; the finding is then in the exchange between these two, and of
the message that somebody looks at the answer alone tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.messages.response import ReportedError
from xdsi_sim.rules.registry import RULES, Place

__all__ = ["refusals_in"]

_CONTEXT: Final = re.compile(
    r"(?P<text>.*?)(?:; object=(?P<object>.*?))?(?:; attribute=(?P<attribute>.*?))?"
    r"(?:; value=(?P<value>.*))?; rule=(?P<rule>[A-Z]\d\d)",
    re.DOTALL,
)
"""The codeContext of `xdsi_sim.rules.registry`."""


def refusals_in(errors: Iterable[ReportedError]) -> Iterator[tuple[Finding, Place]]:
    """The findings that errors of an answer tell; nothing of those that name no rule of ours."""
    for error in errors:
        told = _CONTEXT.fullmatch(error.codeContext or "")
        if told is None or told["rule"] not in RULES:
            continue
        rule, value = RULES[told["rule"]], told["value"]
        where = told["object"] or error.location or None
        finding = Finding(
            rule=rule.id,
            severity=Severity.WARNING if (error.severity or "").endswith(":Warning") else Severity.ERROR,
            text=told["text"] if value is None else f"{told['text']}: {value!r}",
            location=where or told["attribute"],
            cites=rule.cites,
        )
        yield finding, Place(where, told["attribute"], value)
